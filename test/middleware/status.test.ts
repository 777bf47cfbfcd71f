import { afterEach, expect, test, vi } from 'vitest'
import { MemoryRememberStore, VoiceOtpError } from 'passport-voice-otp'
import { CounterStore } from '../support/stores.js'
import { createWorld, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())

/** A page that is rendered on the server asks the strategy instead of the route `status()`. */
async function open() {
  const counters = new CounterStore(0, 0)
  world = await createWorld({
    options: {
      limiter: counters.factory,
      remember: { days: 30, store: new MemoryRememberStore() },
    },
    routes: (app, _passport, strategy) => {
      app.get('/rendered', (req, res) => {
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

test('getStatus(req) returns what status() sends, and undefined without a user', async () => {
  await open()
  expect((await world.browser().get('/rendered')).body).toBe('nobody')
  const alice = await world.logIn('alice')
  expect((await alice.get('/rendered')).body).toEqual({
    call: 'none',
    expiresIn: 0,
    nextCallIn: 0,
    startsIn: 0,
    callsBefore: 0,
    otherChannels: [],
    attemptsLeft: 0,
    pollAfter: 10,
  })
  await alice.post('/otp/call').expect(202)
  const { body } = (await alice.get('/rendered')) as {
    body: { attemptsLeft: number; expiresIn: number }
  }
  expect(body.attemptsLeft).toBe(5)
  expect(body.expiresIn).toBeGreaterThan(200)
})

test.each([
  ['none', 'manual', 10, false],
  ['ringing', 'manual', 2, true],
  ['answered', 'answers', 3, true],
  ['busy', 'busy', 10, true],
] as const)(
  'a page that follows a call whose state is %s asks again later the less can change',
  async (state, behaviour, seconds, calls) => {
    await open()
    const alice = await world.logIn('alice')
    world.simulator.setPhone('+12025550123', behaviour)
    if (calls) await alice.post('/otp/call').expect(202)
    await vi.waitFor(async () =>
      expect((await alice.get('/otp/status')).body).toMatchObject({
        call: state,
        pollAfter: seconds,
      }),
    )
  },
)

test('getStatus(req) rejects where status() would send 503', async () => {
  const counters = await open()
  const alice = await world.logIn('alice')
  counters.faults = { get: 'rejects' }
  await alice.get('/rendered').expect(503)
})

test('remembered.current(req) returns the same id for every value of a cookie, and undefined without a cookie', async () => {
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
