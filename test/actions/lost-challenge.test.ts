// A session that loses its challenge: a slow request read the session before the call, and writes
// it after the call.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FailureInfo } from 'passport-voice-otp'
import { CounterStore } from '../support/stores.js'
import { createWorld, type World } from '../support/world.js'

let world: World
let limiter: CounterStore
/** Lets the slow page write its session and respond. */
let endSlowPage: () => void
/** Resolves when the slow page has read its session. */
let slowPageHasRead: () => Promise<void>
afterEach(() => world.close())

beforeEach(async () => {
  limiter = new CounterStore(0, 0)
  let hasRead = (): void => undefined
  world = await createWorld({
    options: { limiter: limiter.factory },
    routes: app => {
      app.get('/slow', (req, res) => {
        hasRead()
        endSlowPage = () => {
          req.session.cart = 'seen'
          res.json({})
        }
      })
    },
  })
  slowPageHasRead = () =>
    new Promise(resolve => {
      hasRead = resolve
    })
})

type Agent = ReturnType<World['browser']>

/** Asks for a call, while a slow page of the same session loses its challenge. */
async function callAndLose(agent: Agent): Promise<{ matchingDigits: string; sid: string }> {
  const isRead = slowPageHasRead()
  const slow = agent.get('/slow').then(({ status }) => status)
  await isRead
  const { body } = await agent.post('/otp/call').expect(202)
  endSlowPage()
  expect(await slow).toBe(200)
  const { sid } = await world.simulator.waitFor(({ status }) => status === 'ringing')
  return { matchingDigits: (body as { matchingDigits: string }).matchingDigits, sid }
}

const endCall = async (sid: string): Promise<void> => {
  await world.simulator.hangUp(sid)
  await world.simulator.idle(sid)
}

describe('a session that lost its challenge', () => {
  test('if the call is over and nobody heard its code, the next call is placed at once, and once only', async () => {
    const alice = await world.logIn('alice')
    const { sid } = await callAndLose(alice)
    await endCall(sid)
    const code = await world.hearCode(alice)
    await alice.post('/otp/call').expect(429)
    await alice.post('/otp').send({ code }).expect(200)
    expect(world.simulator.calls).toHaveLength(2)
  })

  test('of 20 requests for the next call at the same time, one is allowed', async () => {
    const alice = await world.logIn('alice')
    await endCall((await callAndLose(alice)).sid)
    limiter.delay = [2, 25]
    const responses = await Promise.all(Array.from({ length: 20 }, () => alice.post('/otp/call')))
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(world.simulator.calls).toHaveLength(2)
  })

  test('while the phone still rings, the interval stays, and the lost code is never said', async () => {
    const alice = await world.logIn('alice')
    const { sid } = await callAndLose(alice)
    await alice.post('/otp/call').expect(429)
    await world.simulator.answer(sid)
    await world.simulator.idle(sid)
    expect(world.simulator.call(sid)?.heard.join(' ')).toContain('This code is no longer valid')
    expect(world.simulator.calls).toHaveLength(1)
  })

  test('if the code was heard, the interval stays, and the heard code is not accepted', async () => {
    const alice = await world.logIn('alice')
    const { matchingDigits, sid } = await callAndLose(alice)
    const code = await world.answerAndListen(matchingDigits)
    await endCall(sid)
    await alice.post('/otp/call').expect(429)
    const { body } = await alice.post('/otp').send({ code }).expect(401)
    expect((body as FailureInfo).code).toBe('no-challenge')
    expect(world.simulator.calls).toHaveLength(1)
  })

  test('if SignalWire does not say that the call is over, the interval stays', async () => {
    const alice = await world.logIn('alice')
    await endCall((await callAndLose(alice)).sid)
    world.simulator.setFaults({ calls: { status: 500 } })
    await alice.post('/otp/call').expect(429)
    expect(world.simulator.calls).toHaveLength(1)
  })

  test('another session of the user does not get the waiver of the interval, and does not end the challenge', async () => {
    const [alice, thief] = [await world.logIn('alice'), await world.logIn('alice')]
    const { body } = await alice.post('/otp/call').expect(202)
    await thief.post('/otp/call').expect(429)
    const code = await world.answerAndListen((body as { matchingDigits: string }).matchingDigits)
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('after a lost challenge, all other limits still count', async () => {
    const alice = await world.logIn('alice')
    for (let calls = 1; calls <= 3; calls++) {
      await endCall((await callAndLose(alice)).sid)
      if (calls < 3) continue
      const { body } = await alice.post('/otp/call').expect(429)
      expect((body as FailureInfo).retryAfter).toBeGreaterThan(60)
    }
    expect(world.simulator.calls).toHaveLength(3)
  })

  test('the limiter keeps neither number nor code, and forgets the call after the interval', async () => {
    const alice = await world.logIn('alice')
    const { matchingDigits } = await callAndLose(alice)
    const code = await world.answerAndListen(matchingDigits)
    expect(limiter.countsOf('last-call')).toHaveLength(6)
    for (const secret of ['12025550123', '2025550123', code])
      expect(limiter.written.join('\n')).not.toContain(secret)
  })

  test('if the limiter cannot remember the call, the call goes on', async () => {
    limiter.faults = { 'last-call.set': 'rejects' }
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
  })
})

describe('a challenge does not come back after a logout', () => {
  test('a call that was asked for before the logout, and is placed after it, has no valid code', async () => {
    const alice = world.browser()
    const login = await alice
      .post('/login')
      .send({ username: 'alice', password: 'correct horse battery staple' })
    const cookie = /connect\.sid=[^;]+/.exec(String(login.headers['set-cookie']))?.[0] ?? ''
    limiter.delayNext('active-challenge.set', async () => {
      await alice.post('/logout').expect(200)
    })
    const { body } = await world.browser().post('/otp/call').set('Cookie', cookie)
    const { matchingDigits } = body as { matchingDigits?: string }
    const code =
      matchingDigits === undefined ? '000000' : await world.answerAndListen(matchingDigits)
    const response = await world.browser().post('/otp').set('Cookie', cookie).send({ code })
    expect(response.status).toBe(401)
    expect(world.named('code.accepted')).toEqual([])
  })
})
