import { afterEach, expect, test } from 'vitest'
import { MemoryRememberStore, type VoiceOtpOptions } from 'passport-voice-otp'
import { acceptRight, createFactorWorld, Probe } from '../support/factors.js'
import { CounterStore } from '../support/stores.js'
import { createWorld, type Person, type World, wrongCode } from '../support/world.js'

let world: World
let limiter: CounterStore
let stored: Record<string, readonly string[]>
afterEach(() => world.close())

const recovery: NonNullable<VoiceOtpOptions<Person>['recovery']> = {
  save: (person, hashes) => {
    stored[person.id] = hashes
  },
  use: () => undefined,
  removeAll: userId => {
    Reflect.deleteProperty(stored, userId)
  },
}

async function open(options: Partial<VoiceOtpOptions<Person>> = {}) {
  stored = {}
  limiter = new CounterStore(0, 0)
  world = await createWorld({
    options: {
      recovery,
      limiter: limiter.factory,
      remember: { days: 30, store: new MemoryRememberStore() },
      ...options,
    },
    routes: (app, _passport, strategy) => {
      app.post('/keep', (req, res, next) => {
        Promise.all([
          strategy.createRecoveryCodes(req),
          strategy.remembered.add(req, 'A browser'),
        ]).then(() => res.json({}), next)
      })
    },
  })
}

const countsOfUsers = () =>
  [
    'active-challenge',
    'failures',
    'consecutive-failures',
    'lockout',
    'locked',
    'reported',
    'user-interval',
    'approve-user-interval',
    'user-hour',
    'factor-reset',
  ].flatMap(name => limiter.countsOf(name).map(() => name))

test('forgetUser() removes the counts and locks, the remembered browsers and the recovery codes of a user', async () => {
  await open({ limits: { attemptsPerUser: 1, callIntervalSeconds: 1 } })
  const alice = await world.logIn('alice')
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  await alice.post('/keep').expect(200)
  const other = await world.logIn('bob')
  await other
    .post('/otp')
    .send({ code: wrongCode(await world.hearCode(other)) })
    .expect(401)
  expect(countsOfUsers().length).toBeGreaterThan(4)
  await Promise.all([world.strategy.forgetUser('alice'), world.strategy.forgetUser('bob')])
  expect(countsOfUsers()).toEqual([])
  expect(await world.strategy.remembered.list('alice')).toEqual([])
  expect(stored).toEqual({})
})

test('forgetUser() leaves other users alone', async () => {
  await open()
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await world.strategy.forgetUser('bob')
  await alice.post('/otp').send({ code }).expect(200)
})

test('forgetUser() without recovery.removeAll is an error that names it', async () => {
  const withoutRemoveAll = { ...recovery }
  delete withoutRemoveAll.removeAll
  await open({ recovery: withoutRemoveAll })
  await expect(world.strategy.forgetUser('alice')).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('recovery.removeAll') as string,
  })
})

test('forgetUser() rejects if a store fails', async () => {
  await open()
  limiter.faults = { 'user-hour.delete': 'rejects' }
  await expect(world.strategy.forgetUser('alice')).rejects.toMatchObject({
    code: 'limiter-unavailable',
  })
})

test('forgetUser() forgets the failed attempts at a passkey too', async () => {
  const counters = new CounterStore(0, 0)
  const factorWorld = await createFactorWorld({
    options: { limiter: counters.factory, phoneFallback: true },
    factors: [[new Probe(acceptRight), { name: 'passkey', amr: ['pop'], phishingResistant: true }]],
  })
  world = factorWorld
  const alice = await world.logIn('alice')
  await factorWorld.begin(alice, 'passkey')
  expect((await factorWorld.answer(alice, 'passkey', { answer: 'wrong' })).status).toBe(401)
  expect(counters.countsOf('factor-failures')).toEqual([1])
  await world.strategy.forgetUser('alice')
  expect(counters.countsOf('factor-failures')).toEqual([])
})
