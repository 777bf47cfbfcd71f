import { afterEach, expect, test, vi } from 'vitest'
import { MemoryRememberStore, VoiceOtpError } from 'passport-voice-otp'
import { CounterStore } from '../support/stores.js'
import { createWorld, type World, wrongCode } from '../support/world.js'

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
      app.post('/lose', (req, res) => {
        Reflect.deleteProperty(req.session, 'voiceOtp')
        res.json({})
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
  for (const agent of [alice, world.browser()])
    expect((await agent.get('/current')).body).toBe('none')
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

test('nextCallIn is the longest wait of all limits, so that a page enables no button that is refused', async () => {
  const longest = async (agent: ReturnType<World['browser']>) => {
    const { body } = (await agent.get('/otp/status')) as { body: { nextCallIn: number } }
    const refused = (await agent.post('/otp/call').expect(429)) as {
      body: { retryAfter: number }
    }
    expect(body.nextCallIn).toBeGreaterThan(refused.body.retryAfter - 5)
    return body.nextCallIn
  }
  for (const [limits, least] of [
    [{ callIntervalSeconds: 60 }, 50],
    [{ callIntervalSeconds: false, callsPerPhoneTenMinutes: 1 }, 500],
    [{ callIntervalSeconds: 60, callsPerPhoneTenMinutes: 1 }, 500],
    [{ callIntervalSeconds: false, callsPerUserHour: 1 }, 3500],
    [{ callIntervalSeconds: false, callsPerPhoneDay: 1 }, 86_000],
    [{ callIntervalSeconds: false, callsPerPrefixTenMinutes: 1 }, 500],
  ] as const) {
    world = await createWorld({ options: { limits } })
    const [alice, other] = [await world.logIn('alice'), await world.logIn('alice')]
    await alice.post('/otp/call').expect(202)
    expect(await longest(alice)).toBeGreaterThan(least)
    expect(await longest(other)).toBeGreaterThan(least) // without the challenge
    await world.close()
  }
})

test('nextCallIn includes a lockout', async () => {
  world = await createWorld({ options: { limits: { attemptsPerUser: 1 } } })
  const alice = await world.logIn('alice')
  await alice.post('/otp').send({ code: wrongCode(await world.hearCode(alice)) })
  expect((await alice.get('/otp/status')).body).toMatchObject({ nextCallIn: 900 })
})

test('nextCallIn is 86,400 for a user who is locked until unlock()', async () => {
  world = await createWorld({ options: { limits: { maxConsecutiveFailures: 1 } } })
  const alice = await world.logIn('alice')
  await alice.post('/otp').send({ code: wrongCode(await world.hearCode(alice)) })
  expect((await alice.get('/otp/status')).body).toMatchObject({ nextCallIn: 86_400 })
})

test('nextCallIn is 0 in a session that lost its challenge, if the next call is allowed at once', async () => {
  await open()
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  const { sid } = await world.simulator.waitFor(({ status }) => status === 'ringing')
  await alice.post('/lose').expect(200)
  expect((await alice.get('/otp/status')).body).toMatchObject({ nextCallIn: 60 })
  world.clock.offset = 2000 // SignalWire is asked once a second
  await world.simulator.hangUp(sid)
  await world.simulator.idle(sid)
  expect((await alice.get('/otp/status')).body).toMatchObject({ nextCallIn: 0 })
})
