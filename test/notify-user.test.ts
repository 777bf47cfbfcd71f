// What the app is told to tell the user, and that nothing waits for the app.
import type { RequestHandler } from 'express'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { MemoryRememberStore, type UserNotice, type VoiceOtpOptions } from 'passport-voice-otp'
import { acceptRight, Probe } from './support/factors.js'
import { CounterStore } from './support/stores.js'
import { sendWebhook } from './support/webhooks.js'
import { createWorld, type Person, ring, unlimited, type World } from './support/world.js'

type Agent = ReturnType<World['browser']>
type NotifyUser = NonNullable<VoiceOtpOptions<Person>['notifyUser']>

const newNumber = '+12025550188'
let world: World
let notices: (readonly [userId: string, what: UserNotice])[]
afterEach(() => world.close())

/** The app of world.ts, in which a user can do everything that a notice tells about. */
async function open(
  notifyUser: NotifyUser = () => undefined,
  options: Partial<VoiceOtpOptions<Person>> = {},
) {
  notices = []
  const hashes = new Set<string>()
  world = await createWorld({
    options: {
      limits: unlimited,
      remember: { days: 30, store: new MemoryRememberStore() },
      recovery: {
        save: (_person, given) => {
          for (const hash of given) hashes.add(hash)
        },
        use: (_person, given) =>
          given.some(hash => hashes.delete(hash)) ? hashes.size : undefined,
      },
      notifyUser: (userId, what) => {
        notices.push([userId, what])
        return notifyUser(userId, what)
      },
      ...options,
    },
    routes: (app, passport, strategy) => {
      strategy.secondFactor(new Probe(acceptRight), {
        name: 'app-code',
        amr: ['otp'],
        has: () => false,
      })
      const authenticate = (options: object) =>
        passport.authenticate('voice-otp', options) as RequestHandler
      const respond: RequestHandler = (req, res) => {
        res.json(req.voiceOtp ?? {})
      }
      const run =
        (work: (req: Parameters<RequestHandler>[0]) => Promise<unknown>): RequestHandler =>
        (req, res, next) => {
          work(req).then(result => res.json(result ?? {}), next)
        }
      const phone = (req: { body?: { phone?: unknown } }) => req.body?.phone
      app.post('/phone', authenticate({ action: 'call', purpose: 'enroll', phone }), respond)
      app.post('/phone/verify', authenticate({ purpose: 'enroll' }), respond)
      app.post('/recover', authenticate({ action: 'recover' }), respond)
      app.post(
        '/codes',
        run(req => strategy.createRecoveryCodes(req)),
      )
      app.post(
        '/remember',
        run(req => strategy.remembered.add(req, 'Firefox on Linux')),
      )
      app.post(
        '/factors/:change',
        run(req =>
          strategy.changeFactor(req, 'app-code', req.params['change'] as 'add', () => undefined),
        ),
      )
    },
  })
}

async function passBoth(name: string): Promise<Agent> {
  const agent = await world.logIn(name)
  const code = await world.hearCode(agent)
  await agent.post('/otp').send({ code }).expect(200)
  return agent
}

/** Has the new number called, and returns the code that the call reads. */
async function hearCodeOf(agent: Agent, phone: string): Promise<string> {
  const { body } = (await agent.post('/phone').send({ phone }).expect(200)) as {
    body: { matchingDigits: string }
  }
  return world.answerAndListen(body.matchingDigits)
}

const changeFactor = (agent: Agent, change: string) => agent.post(`/factors/${change}`).expect(200)

async function createCodes(agent: Agent): Promise<readonly string[]> {
  return (await agent.post('/codes').expect(200)).body as string[]
}

test('the app is told once about each change of an account, with the id of the user, and without a number or a code', async () => {
  await open()
  const alice = await passBoth('alice')
  const [recoveryCode = ''] = await createCodes(alice)
  expect(notices).toEqual([])

  await alice.post('/remember').expect(200)
  await changeFactor(alice, 'add')
  await changeFactor(alice, 'remove')
  const code = await hearCodeOf(alice, newNumber)
  await alice.post('/phone/verify').send({ code }).expect(200)
  const other = await world.logIn('alice')
  await other.post('/recover').send({ code: recoveryCode }).expect(200)
  const { phone } = await ring(world, await world.logIn('bob'))
  await phone.answer()
  await phone.press('0')

  expect(notices).toEqual([
    ['alice', { type: 'browser-remembered', name: 'Firefox on Linux' }],
    ['alice', { type: 'factor-added', name: 'app-code' }],
    ['alice', { type: 'factor-removed', name: 'app-code' }],
    ['alice', { type: 'phone-changed' }],
    ['alice', { type: 'recovery-code-used', left: 9 }],
    ['bob', { type: 'code-reported' }],
  ])
  for (const text of [newNumber, code, recoveryCode])
    expect(JSON.stringify(notices)).not.toContain(text)
})

test('a first number is told as a changed one, because a thief of the password could have enrolled it', async () => {
  await open()
  const dave = await world.logIn('dave')
  const code = await hearCodeOf(dave, newNumber)
  await dave.post('/phone/verify').send({ code }).expect(200)
  expect(notices).toEqual([['dave', { type: 'phone-changed' }]])
})

test('a number that was stored is told, also if the limiter fails right after it', async () => {
  const store = new CounterStore(0, 0)
  await open(undefined, { limiter: store.factory })
  const dave = await world.logIn('dave')
  const code = await hearCodeOf(dave, newNumber)
  store.faults['factor-reset.delete'] = 'throws'
  await dave.post('/phone/verify').send({ code }).expect(503)
  expect(world.people['dave']!.phone).toBe(newNumber)
  expect(notices).toEqual([['dave', { type: 'phone-changed' }]])
})

test('what is refused is not told: a browser, a factor, a recovery code and a new number', async () => {
  await open()
  const alice = await world.logIn('alice')
  await alice.post('/remember').expect(401)
  await alice.post('/factors/add').expect(401)
  await alice.post('/recover').send({ code: 'AAAAA-AAAAA' }).expect(401)
  await alice.post('/phone').send({ phone: newNumber }).expect(403)
  expect(notices).toEqual([])
})

test('a change is told once when ten requests prove it at the same time', async () => {
  await open()
  const alice = await passBoth('alice')
  const [recoveryCode] = await createCodes(alice)
  const code = await hearCodeOf(alice, newNumber)
  const tenTimes = (agent: Agent, path: string, body: object) =>
    Promise.all(Array.from({ length: 10 }, () => agent.post(path).send(body)))

  await tenTimes(alice, '/phone/verify', { code })
  const other = await world.logIn('alice')
  await tenTimes(other, '/recover', { code: recoveryCode })
  expect(notices).toEqual([
    ['alice', { type: 'phone-changed' }],
    ['alice', { type: 'recovery-code-used', left: 9 }],
  ])
})

test('a report is told once when SignalWire sends its webhook three times', async () => {
  await open()
  const { phone } = await ring(world, await world.logIn('alice'))
  await phone.answer()
  await phone.press('0')
  const { url = '' } = phone.call.webhooks.at(-1) ?? {}
  const again = () => sendWebhook(world, url, { fields: { Digits: '0' } })
  const [first, second] = await Promise.all([again(), again()])
  expect([first.status, second.status]).toEqual([200, 200])
  expect(first.text).toBe(second.text)
  expect(notices).toEqual([['alice', { type: 'code-reported' }]])
  expect(world.named('call.reported')).toHaveLength(1)
})

test.each<[string, NotifyUser]>([
  [
    'throws',
    () => {
      throw new Error('alice@example.com refused')
    },
  ],
  ['rejects', () => Promise.reject(new Error('alice@example.com refused'))],
])(
  'a notifyUser that %s changes no login, no enrollment and no webhook; an event names what was not told, and not the error',
  async (_, notifyUser) => {
    await open(notifyUser)
    const alice = await passBoth('alice')
    await alice.post('/remember').expect(200)
    await changeFactor(alice, 'add')
    const code = await hearCodeOf(alice, newNumber)
    await alice.post('/phone/verify').send({ code }).expect(200)
    expect(world.people['alice']!.phone).toBe(newNumber)
    const { phone } = await ring(world, await world.logIn('bob'))
    await phone.answer()
    await phone.press('0')
    expect(phone.call.error).toBe(null)
    expect(world.named('notify.failed')).toEqual([
      { userId: 'alice', type: 'browser-remembered' },
      { userId: 'alice', type: 'factor-added' },
      { userId: 'alice', type: 'phone-changed' },
      { userId: 'bob', type: 'code-reported' },
    ])
  },
)

test('a notifyUser that hangs delays no login, no enrollment and no webhook; after 5 seconds an event says so', async () => {
  await open(() => new Promise(() => undefined))
  const alice = await passBoth('alice')
  const [recoveryCode] = await createCodes(alice)
  const code = await hearCodeOf(alice, newNumber)
  const other = await world.logIn('alice')
  const { phone } = await ring(world, await world.logIn('bob'))
  await phone.answer()

  // Time stands still: whatever waits for the callback would never respond.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  await alice.post('/remember').expect(200)
  await changeFactor(alice, 'add')
  await alice.post('/phone/verify').send({ code }).expect(200)
  await other.post('/recover').send({ code: recoveryCode }).expect(200)
  await phone.press('0')
  expect(notices).toHaveLength(5)
  expect(world.named('notify.failed')).toEqual([])

  await vi.advanceTimersByTimeAsync(5000)
  expect(world.named('notify.failed')).toEqual(
    notices.map(([userId, { type }]) => ({ userId, type })),
  )
})
