// Second factors that are one function of the app, in place of a Passport strategy.
import type { Request } from 'express'
import type { FactorCheck } from 'passport-voice-otp'
import { afterEach, describe, expect, test } from 'vitest'
import { createFactorWorld, type FactorWorld, type FactorWorldOptions } from '../support/factors.js'
import type { Person } from '../support/world.js'

let world: FactorWorld
afterEach(() => world.close())
const open = async (check: FactorCheck<Person>, options: object = {}) =>
  (world = await createFactorWorld({
    factors: [[check, { name: 'probe', amr: ['pin'], ...options }]],
    options: { phoneFallback: true },
  } satisfies FactorWorldOptions))

test('a function logs in and steps up with `true`, and gets the pending user and the request of the app', async () => {
  const given: unknown[] = []
  await open(async (req, user, action) => {
    given.push([user.id, req.user === user, action, req.headers['x-answer']])
    return Promise.resolve(req.headers['x-answer'] === 'right')
  })
  const alice = await world.logIn('alice')
  const wrong = await world.answer(alice, 'probe', { answer: 'wrong' })
  expect(wrong).toEqual({ status: 401, code: 'factor-wrong' })
  expect(await world.isIn(alice)).toBe(false)
  expect(await world.answer(alice, 'probe')).toEqual({ status: 200, code: '' })
  expect(await world.isIn(alice)).toBe(true)
  world.clock.offset += 301_000
  await alice.get('/transfer').expect(401)
  await world.answer(alice, 'probe')
  await alice.get('/transfer').expect(200)
  expect(given).toEqual([
    ['alice', true, 'verify', 'wrong'],
    ['alice', true, 'verify', 'right'],
    ['alice', true, 'verify', 'right'],
  ])
})

test('a function with a code gets only the code, is asked ten times, and accepts each code once', async () => {
  const bodies: unknown[] = []
  await open(
    req => {
      bodies.push(req.body)
      return req.body?.['code'] === '1234'
    },
    { codeField: 'code' },
  )
  const alice = await world.logIn('alice')
  expect((await world.answer(alice, 'probe', { code: '1234' })).status).toBe(200)
  const thief = await world.logIn('alice')
  for (const code of ['1234', ...Array.from({ length: 10 }, (_, index) => String(2000 + index))])
    expect((await world.answer(thief, 'probe', { code })).status).toBe(401)
  expect((await world.answer(thief, 'probe', { code: '1234' })).status).toBe(401)
  expect((await world.answer(thief, 'probe', { code: '3000' })).status).toBe(429)
  expect(bodies).toHaveLength(11)
  expect(bodies[0]).toEqual({ code: '1234' })
  expect(await world.isIn(thief)).toBe(false)
})

describe('a function that returns neither true nor false', () => {
  test.each<[string, () => unknown]>([
    ['returns nothing', () => undefined],
    ['returns 1', () => 1],
    ['returns the user', () => ({ id: 'alice' })],
    ["returns the text 'true'", () => 'true'],
    ['returns a promise of null', () => Promise.resolve(null)],
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ])('a function that %s is an error, lets nobody in and counts', async (_name, check) => {
    await open(check as FactorCheck<Person>)
    const alice = await world.logIn('alice')
    for (let i = 0; i < 10; i++)
      expect(await world.answer(alice, 'probe')).toEqual({ status: 503, code: 'factor-failed' })
    expect((await world.answer(alice, 'probe')).status).toBe(429)
    expect(await world.isIn(alice)).toBe(false)
  })
})

describe('a function with two steps', () => {
  test.each<[string, FactorCheck<Person>, number]>([
    [
      'responds',
      (req: Request) => {
        req.res!.status(202).json({})
        return undefined
      },
      202,
    ],
    ['leaves the response to the route', () => undefined, 204],
  ])(
    'a function that %s in the first step checks the answer in the second one, once',
    async (_name, begin, status) => {
      await open(
        (req, user, action) =>
          action === 'begin' ? begin(req, user, action) : req.headers['x-answer'] === 'right',
        { phishingResistant: true },
      )
      const alice = await world.logIn('alice')
      expect((await world.answer(alice, 'probe')).code).toBe('factor-expired')
      expect(await world.begin(alice, 'probe')).toBe(status)
      expect(await world.isIn(alice)).toBe(false)
      expect((await world.answer(alice, 'probe')).status).toBe(200)
      expect(await world.isIn(alice)).toBe(true)
    },
  )

  test.each([
    [true, 503],
    [false, 401],
    [null, 503],
    [0, 503],
  ])(
    'a function that ignores the first step and returns %s there is counted, and lets nobody in',
    async (answer, status) => {
      await open(() => answer as boolean)
      const alice = await world.logIn('alice')
      for (let i = 0; i < 10; i++) expect(await world.begin(alice, 'probe')).toBe(status)
      expect(await world.begin(alice, 'probe')).toBe(429)
      expect(await world.isIn(alice)).toBe(false)
    },
  )
})
