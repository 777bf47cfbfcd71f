import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MemoryRememberStore, MemoryTrailStore } from 'passport-voice-otp'
import { explainUser } from 'passport-voice-otp/support'
import { acceptRight, createFactorWorld, Probe } from '../support/factors.js'
import { callsUnlimited } from '../support/limits.js'
import { Phone } from '../support/phone.js'
import { createWorld, type World, type WorldOptions, wrongCode } from '../support/world.js'

let world: World
type Visitor = Awaited<ReturnType<World['logIn']>>
const removed: string[] = []
const options = {
  trail: new MemoryTrailStore(),
  remember: { days: 30, store: new MemoryRememberStore() },
  recovery: {
    save: () => undefined,
    use: () => undefined,
    left: (userId: string) => (userId === 'alice' ? 7 : 0),
    removeAll: (userId: string) => {
      removed.push(userId)
    },
  },
} satisfies WorldOptions['options']

const open = async (more: WorldOptions['options'] = {}): Promise<void> => {
  world = await createWorld({
    options: { ...options, trail: new MemoryTrailStore(), ...more },
    routes: (app, passport, strategy) => {
      app.post('/cancel', (req, res, next) => {
        strategy.cancel(req).then(() => res.json({}), next)
      })
      app.post('/remember', (req, res, next) => {
        strategy.remembered.add(req, 'A browser').then(() => res.json({}), next)
      })
      app.post(
        '/phone',
        passport.authenticate('voice-otp', {
          action: 'call',
          purpose: 'enroll',
          phone: req => (req as unknown as { body: { phone: string } }).body.phone,
        }) as never,
        (req, res) => {
          res.json(req.voiceOtp)
        },
      )
      app.post(
        '/phone/verify',
        passport.authenticate('voice-otp', { purpose: 'enroll' }) as never,
        (_req, res) => {
          res.json({})
        },
      )
    },
  })
}
beforeEach(async () => {
  removed.length = 0
  await open()
})
afterEach(() => world.close())

const by = { by: 'sam', reason: 'called the help desk' }

test('the description of an unknown user shows no lock, no wait and no send', async () => {
  expect(await world.strategy.describeUser('nobody')).toEqual({
    at: expect.any(Date),
    lock: undefined,
    lockedFactors: [],
    reported: undefined,
    nextCall: undefined,
    counts: {
      wrongCodes: { count: 0, limit: 10 },
      consecutiveFailures: { count: 0, limit: 100 },
      callsThisHour: { count: 0, limit: 5 },
    },
    factors: {
      mustEnroll: false,
      phoneEnrolledAt: undefined,
      recoveryCodesLeft: 0,
      rememberedBrowsers: 0,
    },
    fraud: { sendsStopped: false, blockedUntil: undefined },
    sends: [],
    unavailable: [],
  })
})

test('a user after a login is described by the send, the factors and the next call', async () => {
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code: wrongCode(code) })
  const during = await world.strategy.describeUser('alice')
  expect(during).toMatchObject({
    counts: { wrongCodes: { count: 1 }, consecutiveFailures: { count: 1 } },
    sends: [{ outcome: 'waiting', answered: true, wrongCodes: 1 }],
  })
  await alice.post('/otp').send({ code }).expect(200)
  const description = await world.strategy.describeUser('alice')
  expect(description).toMatchObject({
    lock: undefined,
    nextCall: { limit: 'callIntervalSeconds', until: expect.any(Date) },
    counts: { wrongCodes: { count: 0 }, callsThisHour: { count: 1, limit: 5 } },
    factors: { recoveryCodesLeft: 7, rememberedBrowsers: 0 },
    sends: [
      { purpose: 'login', channel: 'call', outcome: 'accepted', answered: true, wrongCodes: 1 },
    ],
  })
  const wait = Number(description.nextCall?.until) - world.clock.now()
  expect(wait).toBeGreaterThan(30_000)
  expect(wait).toBeLessThanOrEqual(61_000)
})

test('a description holds no number, no code and no challenge', async () => {
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code: wrongCode(code) })
  world.simulator.setFaults({
    calls: { status: 400, body: { code: 21211, message: '+12025550145' } },
  })
  await (await world.logIn('bob')).post('/otp/call').expect(403)
  const text = JSON.stringify([
    await world.strategy.describeUser('alice'),
    await world.strategy.describeUser('bob'),
  ])
  expect(text).toContain('21211')
  expect(text).not.toMatch(/202555|\d{6,}(?!Z)(?!\.\d)/)
  expect(text).not.toContain(code)
})

test('a lockout is described with its end, and unlock ends it and says who did it', async () => {
  await world.close()
  await open({ limits: { attemptsPerUser: 2, lockoutSeconds: 600 } })
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  for (let attempt = 0; attempt < 2; attempt++)
    await alice
      .post('/otp')
      .send({ code: wrongCode(code) })
      .expect(401)
  const { lock, counts } = await world.strategy.describeUser('alice')
  expect(lock?.limit).toBe('attemptsPerUser')
  const seconds = (Number(lock?.until) - world.clock.now()) / 1000
  expect(seconds).toBeGreaterThan(500)
  expect(seconds).toBeLessThanOrEqual(601)
  expect(counts.wrongCodes).toEqual({ count: 2, limit: 2 })

  await world.strategy.unlock('alice', by)
  expect((await world.strategy.describeUser('alice')).lock).toBeUndefined()
  expect(world.named('user.unlocked')).toEqual([{ userId: 'alice', ...by }])
})

test('a user who is locked until unlock is described without an end of the lock', async () => {
  await world.close()
  await open({ limits: { attemptsPerUser: false, maxConsecutiveFailures: 2 } })
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  for (let attempt = 0; attempt < 2; attempt++)
    await alice.post('/otp').send({ code: wrongCode(code) })
  expect((await world.strategy.describeUser('alice')).lock).toEqual({
    limit: 'maxConsecutiveFailures',
    until: undefined,
  })
})

test('the description names the longest wait before the next call', async () => {
  await world.close()
  await open({ limits: { ...callsUnlimited, callIntervalSeconds: 60, callsPerUserHour: 1 } })
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  expect(await world.strategy.describeUser('alice')).toMatchObject({
    nextCall: { limit: 'callsPerUserHour' },
    counts: { callsThisHour: { count: 1, limit: 1 } },
  })
})

test('a reported call is described with the end of the wait', async () => {
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  const phone = await Phone.ringing(world)
  await phone.answer()
  await phone.press('00')
  expect(await world.strategy.describeUser('alice')).toMatchObject({
    reported: { limit: 'reportedSeconds', until: expect.any(Date) },
    sends: [{ outcome: 'reported', answered: true }],
  })
})

test('a code that was never entered is described as expired, with whether anybody answered', async () => {
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  world.clock.offset += 299_000
  expect((await world.strategy.describeUser('alice')).sends).toMatchObject([{ outcome: 'waiting' }])
  world.clock.offset += 2000
  expect((await world.strategy.describeUser('alice')).sends).toMatchObject([
    { outcome: 'expired', answered: false },
  ])
})

test.each<[string, (alice: Visitor) => Promise<unknown>]>([
  ['cancel(req) ended', alice => alice.post('/cancel').expect(200)],
  ['a logout ended', alice => alice.post('/logout').expect(200)],
  ['a reset of the factors ended', () => world.strategy.resetFactors('alice', by)],
  [
    'wrong digits in the call ended',
    async () => {
      const phone = await Phone.ringing(world)
      await phone.answer()
      await phone.press('11')
    },
  ],
])('a code that %s is described as canceled, and not as on its way', async (_, end) => {
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  await end(alice)
  const description = await world.strategy.describeUser('alice')
  expect(description.sends).toMatchObject([{ outcome: 'canceled' }])
  expect(explainUser(description).sends).toMatchObject([
    { outcome: 'code canceled before it was entered' },
  ])
})

test('a code for which too many wrong codes were entered is described without attempts left', async () => {
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  for (let attempt = 0; attempt < 5; attempt++)
    await alice.post('/otp').send({ code: wrongCode(code) })
  const description = await world.strategy.describeUser('alice')
  expect(description.sends).toMatchObject([{ outcome: 'no-attempts', wrongCodes: 5 }])
  expect(explainUser(description).reasons[0]?.problem).toContain('has no attempts left')
})

test('cancel(req) emits an event once, so the code stays canceled after its time', async () => {
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  await alice.post('/cancel').expect(200)
  await alice.post('/cancel').expect(200)
  expect(world.named('code.canceled')).toEqual([
    { userId: 'alice', purpose: 'login', channel: 'call' },
  ])
  world.clock.offset += 301_000
  expect((await world.strategy.describeUser('alice')).sends).toMatchObject([
    { outcome: 'canceled' },
  ])
})

test('cancel(req) of an expired code, or of one that another session has replaced, cancels nothing', async () => {
  await world.close()
  await open({ limits: { callIntervalSeconds: false } })
  const [alice, other] = [await world.logIn('alice'), await world.logIn('alice')]
  await alice.post('/otp/call').expect(202)
  await other.post('/otp/call').expect(202)
  await alice.post('/cancel').expect(200)
  expect((await world.strategy.describeUser('alice')).sends).toMatchObject([
    { outcome: 'waiting' },
    { outcome: 'expired' },
  ])
  world.clock.offset += 301_000
  await other.post('/cancel').expect(200)
  expect((await world.strategy.describeUser('alice')).sends?.[0]?.outcome).toBe('expired')
  expect(world.named('code.canceled')).toEqual([])
})

test('refused and failed sends are described with code, limit, reason and the end of the wait', async () => {
  const dave = await world.logIn('dave')
  await dave.post('/otp/call').expect(403)
  expect((await world.strategy.describeUser('dave')).sends).toMatchObject([
    { outcome: 'blocked', code: 'phone-missing', limit: undefined, until: undefined },
  ])
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  await alice.post('/otp/call').expect(429)
  world.simulator.setFaults({ calls: { status: 500 } })
  await (await world.logIn('bob')).post('/otp/call').expect(503)
  expect((await world.strategy.describeUser('alice')).sends).toMatchObject([
    {
      outcome: 'blocked',
      code: 'too-many-calls',
      limit: 'callIntervalSeconds',
      until: expect.any(Date),
    },
    { outcome: 'waiting' },
  ])
  expect((await world.strategy.describeUser('bob')).sends).toMatchObject([
    { outcome: 'failed', code: 'signalwire-unavailable', reason: 'http-500' },
  ])
})

test('a user whose number the guard against fraud blocks is described with the end of the block', async () => {
  await world.close()
  await open({ fraud: { unusedPerPrefixDay: 1 }, limits: callsUnlimited })
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  await alice.post('/otp/call').expect(429)
  const { fraud, sends } = await world.strategy.describeUser('alice')
  expect(fraud).toEqual({ sendsStopped: false, blockedUntil: sends?.[0]?.until })
  expect(sends).toMatchObject([
    { outcome: 'blocked', code: 'destination-limited', limit: 'unusedPerPrefixDay', country: 'US' },
    { outcome: 'waiting', country: 'US' },
  ])
  expect(Number(fraud.blockedUntil)).toBeGreaterThan(world.clock.now())
})

test('a description says that the app has stopped all sends, once', async () => {
  await world.strategy.stopSends('an attack')
  await (await world.logIn('alice')).post('/otp/call').expect(503)
  expect(await world.strategy.describeUser('alice')).toMatchObject({
    fraud: { sendsStopped: true },
    sends: [{ outcome: 'blocked', code: 'sends-stopped' }],
  })
})

test('after resetFactors the number on record is not called, and the user proves another one', async () => {
  await world.close()
  await open({ limits: callsUnlimited })
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await world.strategy.resetFactors('alice', { by: 'sam', reason: 'lost phone' })
  expect(world.named('factors.reset')).toEqual([
    { userId: 'alice', by: 'sam', reason: 'lost phone' },
  ])
  expect(removed).toEqual(['alice'])
  await alice.post('/otp').send({ code }).expect(401) // the code that the lost phone has heard
  expect(await world.strategy.describeUser('alice')).toMatchObject({
    factors: { mustEnroll: true },
  })

  const again = await world.logIn('alice')
  await again
    .post('/otp/call')
    .expect(403)
    .expect(({ body }) => {
      expect(body).toMatchObject({ code: 'phone-missing' })
    })
  const { body } = (await again.post('/phone').send({ phone: '+12025550199' }).expect(200)) as {
    body: { matchingDigits: string }
  }
  const newCode = await (await Phone.ringing(world, '+12025550199')).hearCode(body.matchingDigits)
  await again.post('/phone/verify').send({ code: newCode }).expect(200)
  await again.get('/account').expect(200)
  expect(await world.strategy.describeUser('alice')).toMatchObject({
    factors: { mustEnroll: false, phoneEnrolledAt: expect.any(Date) },
  })
  // From now on, the new number is called.
  await (await world.logIn('alice')).post('/otp/call').expect(202)
  expect(world.simulator.calls[0]?.to).toBe('+12025550199')
})

test('a code on its way to the lost phone is refused if the reset comes while the call is placed', async () => {
  await world.close()
  let isReset = false
  await open({
    beforeCall: async () => {
      // After the phone was chosen, and before the challenge becomes active.
      if (!isReset) await world.strategy.resetFactors('alice', by)
      isReset = true
      return true
    },
  })
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await alice
    .post('/otp')
    .send({ code })
    .expect(401)
    .expect(({ body }) => {
      expect(body).toMatchObject({ code: 'code-expired' })
    })
  await alice.get('/account').expect(401)
})

test('a remembered browser is counted until it expires', async () => {
  await world.close()
  await open({ remember: { days: 30, store: new MemoryRememberStore() } })
  const alice = await world.logIn('alice')
  await alice.post('/otp').send({ code: await world.hearCode(alice) })
  await alice.post('/remember').expect(200)
  const count = async () => (await world.strategy.describeUser('alice')).factors.rememberedBrowsers
  expect(await count()).toBe(1)
  world.clock.offset += 31 * 86_400_000
  expect(await count()).toBe(0)
})

test('resetFactors removes the remembered browsers and changes no other user', async () => {
  await world.close()
  const store = new MemoryRememberStore()
  const forgotten = vi.spyOn(store, 'removeAll')
  await open({ remember: { days: 30, store } })
  await world.strategy.resetFactors('alice', by)
  expect(forgotten).toHaveBeenCalledOnce()
  await (await world.logIn('bob')).post('/otp/call').expect(202)
  expect((await world.strategy.describeUser('bob')).factors.mustEnroll).toBe(false)
})

test('a call that rings while the factors are reset says no code', async () => {
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  const phone = await Phone.ringing(world)
  await world.strategy.resetFactors('alice', by)
  expect(await phone.answer()).toEqual([expect.stringContaining('no longer valid')])
  expect(phone.call.status).toBe('completed')
})

test('a passkey that is locked out by itself is described, and unlock ends it', async () => {
  await world.close()
  const factorWorld = await createFactorWorld({
    factors: [[new Probe(acceptRight), { name: 'passkey', amr: ['pop'], phishingResistant: true }]],
    options: { phoneFallback: true, limits: { attemptsPerUser: 2 } },
  })
  world = factorWorld
  const alice = await factorWorld.logIn('alice')
  for (let attempt = 0; attempt < 2; attempt++) {
    await factorWorld.begin(alice, 'passkey')
    await factorWorld.answer(alice, 'passkey', { answer: 'wrong' })
  }
  expect(await factorWorld.strategy.describeUser('alice')).toMatchObject({
    lock: undefined,
    lockedFactors: [{ factor: 'passkey', until: expect.any(Date) }],
  })
  await factorWorld.strategy.unlock('alice')
  expect((await factorWorld.strategy.describeUser('alice')).lockedFactors).toEqual([])
})

test('resetFactors refuses before it changes anything if recovery codes could survive', async () => {
  await world.close()
  await open({ recovery: { save: () => undefined, use: () => undefined } })
  await expect(world.strategy.resetFactors('alice', by)).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('recovery.removeAll') as unknown,
  })
  expect((await world.strategy.describeUser('alice')).factors).toMatchObject({
    mustEnroll: false,
    recoveryCodesLeft: undefined,
  })
})

test('resetFactors and unlock refuse an action without a name or a reason', async () => {
  for (const action of [
    null,
    {},
    { by: 'sam' },
    { by: '', reason: 'x' },
    { by: 'sam', reason: ' ' },
    { by: 'sam', reason: 'x'.repeat(501) },
  ]) {
    await expect(world.strategy.resetFactors('alice', action as never)).rejects.toThrow(
      /^resetFactors\(userId, \{ by, reason \}\): give who does it/,
    )
    await expect(world.strategy.unlock('alice', action as never)).rejects.toThrow(TypeError)
  }
  expect(world.events).toEqual([])
})

test('a description names the stores that fail, and still shows the limits', async () => {
  await world.close()
  const down = (): never => {
    throw new Error('down')
  }
  await open({
    trail: { add: down, list: () => Promise.resolve('nonsense' as never) },
    recovery: { ...options.recovery, left: () => -1 },
    remember: {
      days: 30,
      store: Object.assign(new MemoryRememberStore(), { list: down }),
    },
  })
  expect(await world.strategy.describeUser('alice')).toMatchObject({
    counts: { callsThisHour: { count: 0 } },
    sends: undefined,
    factors: { recoveryCodesLeft: undefined, rememberedBrowsers: undefined },
    unavailable: expect.arrayContaining(['trail', 'recovery', 'remember']) as unknown,
  })
})
