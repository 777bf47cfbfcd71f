import { afterEach, expect, test } from 'vitest'
import { MemoryRememberStore, VoiceOtpError } from 'passport-voice-otp'
import { CounterStore } from './support/stores.js'
import { createWorld, type World } from './support/world.js'

let world: World
afterEach(() => world.close())

/** A page that is rendered on the server shows what it finds by itself. */
async function open() {
  const counters = new CounterStore(0, 0)
  world = await createWorld({
    options: {
      limiter: counters.factory,
      remember: { days: 30, store: new MemoryRememberStore() },
    },
    routes: (app, _passport, strategy) => {
      app.get('/looked', (req, res) => {
        strategy.getStatus(req).then(
          status => res.json(status ?? 'nobody'),
          (error: unknown) => res.status(error instanceof VoiceOtpError ? 503 : 500).end(),
        )
      })
      app.get('/current', (req, res) => {
        res.json(strategy.remembered.current(req) ?? 'none')
      })
    },
  })
  return counters
}

test('look() answers what status() does, and nothing to nobody', async () => {
  await open()
  expect((await world.browser().get('/looked')).body).toBe('nobody')
  const alice = await world.logIn('alice')
  expect((await alice.get('/looked')).body).toEqual({
    call: 'none',
    expiresIn: 0,
    nextCallIn: 0,
    attemptsLeft: 0,
  })
  await alice.post('/otp/call').expect(202)
  const { body } = (await alice.get('/looked')) as {
    body: { attemptsLeft: number; expiresIn: number }
  }
  expect(body.attemptsLeft).toBe(5)
  expect(body.expiresIn).toBeGreaterThan(200)
})

test('look() rejects where status() is 503', async () => {
  const counters = await open()
  const alice = await world.logIn('alice')
  counters.faults = { get: 'rejects' }
  await alice.get('/looked').expect(503)
})

test('current() names the cookie of this browser, changed or not, and nothing without one', async () => {
  await open()
  const alice = await world.logIn('alice')
  expect((await alice.get('/current')).body).toBe('none')
  const [one, again, other] = await Promise.all(
    [
      ['a', 'x'],
      ['a', 'y'],
      ['b', 'x'],
    ].map(async ([id = '', value = '']) => {
      const { body } = (await world
        .browser()
        .get('/current')
        .set('Cookie', `voice-otp-browser=${id.repeat(22)}.${value.repeat(43)}`)) as {
        body: string
      }
      return body
    }),
  )
  expect(one).toMatch(/^[\w-]{32}$/)
  expect(again).toBe(one)
  expect(other).not.toBe(one)
})
