// Attempts to execute what was not heard, to execute it twice, or to avoid a limit.
import { afterEach, expect, test } from 'vitest'
import type { Approval } from 'passport-voice-otp'
import * as approvals from '../support/approvals.js'
import { type Agent, payment, signIn, text, withoutIntervals } from '../support/approvals.js'
import { Phone } from '../support/phone.js'
import { CounterStore, SessionStore } from '../support/stores.js'
import { type World, type WorldOptions, withCode } from '../support/world.js'

let world: World
let executed: Approval[]

afterEach(() => world.close())

async function open(given: WorldOptions = {}, request = payment): Promise<Agent> {
  const opened = await approvals.openApprovals(given, () => request)
  ;({ world, executed } = opened)
  return opened.alice
}

const listen = (agent: Agent) => approvals.listen(world, agent)

const limits = {
  ...withoutIntervals,
  approveCallsPerPhoneTenMinutes: false,
  approveCallsPerUserHour: false,
  approveCallsPerPhoneDay: false,
} as const

/** The operations of the limiter while `act` runs, each once. */
async function operationsOf(store: CounterStore, act: () => unknown): Promise<readonly string[]> {
  const { length } = store.operations
  await act()
  return [...new Set(store.operations.slice(length))]
}

const isCode = (sentence: string): boolean => /^(\d, ){5}\d$/.test(sentence)

test('key zero and the right code arrive at the same time: one of them wins, and the call says which', async () => {
  const store = new CounterStore(0, 0)
  const alice = await open({ options: { limiter: store.factory, limits } })
  const first = await listen(alice)
  const operations = await operationsOf(store, () =>
    alice.post('/payment').send({ code: first.code }),
  )
  const outcomes: string[] = []
  for (const operation of operations) {
    const { phone, code } = await listen(alice)
    const before = executed.length
    store.delayNext(operation, async () => {
      await phone.press('0')
    })
    const { status } = await alice.post('/payment').send({ code })
    const last = phone.call.heard.at(-1) ?? ''
    const isRefused = last.includes('nothing will happen')
    expect({ operation, status, executed: executed.length - before, isRefused }).toEqual(
      isRefused
        ? { operation, status: 401, executed: 0, isRefused: true }
        : { operation, status: 200, executed: 1, isRefused: false },
    )
    outcomes.push(isRefused ? 'zero' : 'code')
  }
  expect(outcomes).toEqual(expect.arrayContaining(['zero', 'code']))
  expect(world.named('action.refused')).toHaveLength(outcomes.filter(o => o === 'zero').length)
})

test('a limiter that fails at any step of key zero never lets the call promise what is not true', async () => {
  const store = new CounterStore(0, 0)
  const alice = await open({ options: { limiter: store.factory, limits } })
  const first = await listen(alice)
  const operations = await operationsOf(store, () => first.phone.press('0'))
  for (const operation of operations) {
    const { phone, code } = await listen(alice)
    store.faults = { [operation]: 'rejects' }
    await phone.press('0')
    store.faults = {}
    const { status } = await alice.post('/payment').send({ code })
    if (phone.call.heard.join(' ').includes('nothing will happen')) expect(status).toBe(401)
  }
  // What was counted before the limiter hung stays counted: nothing is executed.
  const { phone, code } = await listen(alice)
  store.faults = { 'refused.set': 'hangs after the work' }
  await phone.press('0')
  store.faults = {}
  const before = executed.length
  await alice.post('/payment').send({ code }).expect(401)
  expect(executed).toHaveLength(before)
})

test('a webhook of key zero that arrives again refuses the action once', async () => {
  const alice = await open()
  const { phone } = await listen(alice)
  await phone.press('0')
  const again = () => world.simulator.refetch(phone.sid, phone.call.webhooks.length - 1)
  await Promise.all([again(), again()])
  expect(world.named('action.refused')).toHaveLength(1)
})

test('a busy call for an approval does not shorten the wait for a login call', async () => {
  const alice = await open({ options: { limits: {} } })
  world.simulator.setPhone('+12025550123', 'busy')
  await alice.post('/payment/call').expect(202)
  await world.simulator.waitFor(({ status }) => status === 'busy')
  await alice.post('/otp/call').expect(429)
  // The busy call waives the wait of its own kind.
  await alice.post('/payment/call').expect(202)
})

test('a busy login call does not shorten the wait for an approval', async () => {
  const alice = await open({ options: { limits: { callIntervalSeconds: false } } })
  world.simulator.setPhone('+12025550123', 'busy')
  for (let call = 0; call < 2; call++) {
    await alice.post('/payment/call').expect(202) // the busy call waives the wait of its own kind
    await world.simulator.waitFor(({ status }) => status === 'busy')
  }
  await alice.post('/otp/call').expect(202)
  await world.simulator.waitFor(({ status }) => status === 'busy')
  await alice.post('/payment/call').expect(429)
})

test('no stored part that decides can be changed, and the challenge of a step-up cannot be dressed up', async () => {
  const store = new SessionStore(0, 0)
  const alice = await open({ store, options: { limits: { ...limits, attemptsPerUser: false } } })
  const change = (alter: (challenge: Record<string, unknown>) => void): void => {
    for (const [id, session] of Object.entries(store.atRest)) {
      const data = JSON.parse(session) as {
        voiceOtp?: { challenge?: Record<string, unknown> }
      }
      const challenge = data.voiceOtp?.challenge
      if (challenge === undefined) continue
      alter(challenge)
      store.atRest[id] = JSON.stringify(data)
    }
  }
  const lies: Record<string, unknown> = {
    id: 'a'.repeat(32),
    userId: 'bob',
    purpose: 'step-up',
    channel: 'sms',
    phoneHash: 'x',
    activation: 1,
    expiresAt: Date.now() + 10 ** 6,
    sessionId: 'x',
    receipt: 'x',
    sealedApproval: 'x',
  }
  let sealedApproval: unknown
  for (const [name, lie] of Object.entries(lies)) {
    const { code } = await listen(alice)
    change(challenge => {
      ;({ sealedApproval } = challenge)
      challenge[name] = lie
    })
    await alice.post('/payment').send({ code }).expect(401)
    await alice.post('/otp').send({ code }).expect(401)
  }
  const code = await world.hearCode(alice)
  change(challenge => Object.assign(challenge, { purpose: 'approve', sealedApproval }))
  await alice.post('/payment').send({ code }).expect(401).expect(withCode('code-wrong'))
  expect(executed).toEqual([])
})

test('another session of the same user approves nothing, not even with a copy of the challenge', async () => {
  const store = new SessionStore(0, 0)
  const alice = await open({ store })
  const other = await signIn(world, 'alice')
  const { code } = await listen(alice)
  await other.post('/payment').send({ code }).expect(401).expect(withCode('no-challenge'))
  const sessions = Object.entries(store.atRest).map(
    ([id, data]) => [id, JSON.parse(data) as { voiceOtp: { challenge?: object } }] as const,
  )
  const challenge = sessions.find(([, { voiceOtp }]) => voiceOtp.challenge)![1].voiceOtp.challenge
  for (const [id, data] of sessions) {
    data.voiceOtp.challenge = { ...challenge, sessionId: id }
    store.atRest[id] = JSON.stringify(data)
  }
  await other.post('/payment').send({ code }).expect(401).expect(withCode('code-wrong'))
  expect(executed).toEqual([])
})

test('whatever keys are pressed, in two languages, no code is read without its text', async () => {
  const german = 'Sie zahlen 120 Euro an Blue Fish Ltd.'
  const alice = await open(
    { options: { limits, locale: ['en-US', 'de-DE'] } },
    { ...payment, text: { 'en-US': text, 'de-DE': german } },
  )
  let seed = 4711
  const pick = (count: number): number => (seed = (seed * 16_807) % 2_147_483_647) % count
  let readings = 0
  for (let call = 0; call < 20; call++) {
    const { body } = (await alice.post('/payment/call').expect(202)) as {
      body: { matchingDigits: string }
    }
    const phone = await Phone.ringing(world)
    await phone.answer()
    while (phone.call.waitingFor !== null) {
      const { numDigits } = phone.call.waitingFor
      const keys =
        numDigits === 2 ? [body.matchingDigits, body.matchingDigits, '3'] : ['1', '2', '3']
      const heard = await phone.press(keys[pick(3)]!)
      const at = heard.findIndex(sentence => /^\d(, \d){0,5}$/.test(sentence))
      if (at < 0) continue
      readings++
      expect(heard.slice(0, at)).toContain(heard.includes(german) ? german : text)
    }
  }
  expect(readings).toBeGreaterThan(20)
})

test('a limiter that fails at any step of a call never lets it read a code without its text', async () => {
  const store = new CounterStore(0, 0)
  const alice = await open({ options: { limiter: store.factory, limits } })
  const operations = await operationsOf(store, () => listen(alice))
  let places = 0
  for (const operation of operations) {
    store.faults = { [operation]: 'rejects' }
    const { body, status } = (await alice.post('/payment/call')) as {
      body: { matchingDigits: string }
      status: number
    }
    expect([202, 503]).toContain(status)
    if (status === 503) continue
    places++
    const phone = await Phone.ringing(world)
    await phone.answer()
    if (phone.call.waitingFor !== null) await phone.press(body.matchingDigits)
    expect(phone.call.heard.some(isCode)).toBe(phone.call.heard.includes(text))
  }
  expect(places).toBeGreaterThan(0)
})

test('a limiter that fails at any step of a confirmation executes nothing then, and at most one later', async () => {
  const store = new CounterStore(0, 0)
  const alice = await open({ options: { limiter: store.factory, limits } })
  const first = await listen(alice)
  const operations = await operationsOf(store, () =>
    alice.post('/payment').send({ code: first.code }),
  )
  for (const operation of operations) {
    const { code } = await listen(alice)
    const before = executed.length
    store.faults = { [operation]: 'rejects' }
    const { status } = await alice.post('/payment').send({ code })
    expect({ operation, executed: executed.length - before }).toEqual({
      operation,
      executed: status === 200 ? 1 : 0,
    })
    store.faults = {}
    for (let again = 0; again < 2; again++) await alice.post('/payment').send({ code })
    expect(executed.length - before).toBeLessThanOrEqual(1)
  }
})
