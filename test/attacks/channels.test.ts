// The attacks that do not depend on how the code is delivered, through each of the channels but
// `call`. docs/channels.md says what a channel cannot have: number matching, "not me", webhooks.
import { afterEach, describe, expect, test } from 'vitest'
import type { Channel } from 'passport-voice-otp'
import {
  callsUnlimited,
  openSite,
  type Person,
  type Site,
  wrongCode,
} from '../support/watched-site.js'

let site: Site
afterEach(() => site.close())

const times = <T>(count: number, work: (index: number) => T): Promise<Awaited<T>[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

describe.each<Channel>(['sms', 'hosted-call', 'hosted-sms'])('with %s', channel => {
  /** What SignalWire was asked to deliver. */
  const delivered = (): number =>
    channel === 'sms' ? site.simulator.messages.length : site.simulator.mfaRequests.length
  /** The newest code, as the person with the phone gets it. */
  const newestCode = (): string =>
    channel === 'sms'
      ? /^\d{6}/.exec(site.simulator.messages[0]!.body)![0]
      : site.simulator.mfaRequests[0]!.code

  async function loggedIn(username = 'alice'): Promise<Person> {
    const person = site.person(username)
    await person.sendPassword()
    return person
  }

  async function askAndReceive(person: Person): Promise<string> {
    expect((await person.api('/otp/call', { channel })).status).toBe(202)
    return newestCode()
  }

  async function open(unhurried = true): Promise<void> {
    site = await openSite({ channels: [channel], ...(unhurried ? { limits: callsUnlimited } : {}) })
  }

  test('A-16, A-17 a code is accepted only once when 20 requests send it at the same time and two more send it later', async () => {
    await open()
    const alice = await loggedIn()
    const code = await askAndReceive(alice)
    const cookies = new Map(alice.cookies)
    const answers = await times(20, () => alice.verify(code))
    expect(answers.filter(answer => answer === 'logged-in')).toHaveLength(1)
    for (const [name, value] of cookies) alice.cookies.set(name, value)
    expect(await alice.verify(code)).not.toBe('logged-in')
    expect(await (await loggedIn()).verify(code)).toBe('no-challenge')
  })

  test('A-18, A-19 a code is refused in the session of another user and in another session of the same user', async () => {
    await open()
    const [alice, again, bob] = [await loggedIn(), await loggedIn(), await loggedIn('bob')]
    const code = await askAndReceive(alice)
    expect(await bob.verify(code)).toBe('no-challenge')
    expect(await again.verify(code)).toBe('no-challenge')
    expect(site.comparisons()).toBe(0)
    expect(await alice.verify(code)).toBe('logged-in')
  })

  test('A-20, A-21 an older code is refused after a newer one, and every code when it expires', async () => {
    await open()
    const alice = await loggedIn()
    const older = await askAndReceive(alice)
    const newer = await askAndReceive(alice)
    if (older !== newer) expect(await alice.verify(older)).toBe('code-wrong')
    site.clock.pass(300)
    expect(await alice.verify(newer)).toBe('code-expired')
    expect(await alice.isIn()).toBe(false)
  })

  test('A-20 a code for one browser is refused after another browser asked for a newer one, and is never compared', async () => {
    await open()
    const [one, other] = [await loggedIn(), await loggedIn()]
    const older = await askAndReceive(one)
    const newer = await askAndReceive(other)
    expect(await one.verify(wrongCode(older))).toBe('code-expired')
    expect(await one.verify(older)).toBe('code-expired')
    expect(site.comparisons('alice')).toBe(0)
    expect(await other.verify(newer)).toBe('logged-in')
  })

  test('A-24 the right code is refused after a logout and a new login', async () => {
    await open()
    const alice = await loggedIn()
    const code = await askAndReceive(alice)
    await alice.api('/logout')
    expect(await (await loggedIn()).verify(code)).toBe('no-challenge')
  })

  test('A-37, A-25 at most 5 of 200 wrong codes at the same time are compared, and the right code after them gets the same response as a wrong one', async () => {
    await open()
    const alice = await loggedIn()
    const code = await askAndReceive(alice)
    await times(200, () => alice.verify(wrongCode(code)))
    // On a busy machine, some of them run into the deadline of the limiter and are not compared.
    expect(site.comparisons('alice')).toBeOneOf([1, 2, 3, 4, 5])
    const [right, wrong] = [
      await alice.api('/otp', { code }),
      await alice.api('/otp', { code: wrongCode(code) }),
    ]
    expect([right.status, right.text]).toEqual([wrong.status, wrong.text])
    expect(right.status).toBe(429)
  })

  test('A-38 four wrong codes and a new code, again and again, end after 10 comparisons with a lockout', async () => {
    await open()
    const alice = await loggedIn()
    for (let round = 0; round < 4; round++) {
      if ((await alice.api('/otp/call', { channel })).status !== 202) break
      for (let index = 0; index < 4; index++) await alice.verify(wrongCode(newestCode()))
    }
    expect(site.comparisons('alice')).toBe(10)
    expect(await alice.verify(newestCode())).toBe('locked')
  })

  test('A-53, A-54 one code is delivered in the first minute when 100 requests ask for one at the same time', async () => {
    await open(false)
    const browsers = [await loggedIn(), await loggedIn()]
    const answers = await times(100, index => browsers[index % 2]!.api('/otp/call', { channel }))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(99)
    expect(delivered()).toBe(1)
  })

  test('A-58 nothing is delivered to a number of another country or to a premium number', async () => {
    await open()
    const alice = await loggedIn()
    for (const number of ['+447400123456', '+18765551234', '+19005551234', '+881612345678']) {
      site.directory.setPhone('alice', number)
      expect((await alice.api('/otp/call', { channel })).status).toBe(403)
    }
    expect(delivered()).toBe(0)
  })

  test('A-14 a code is refused when the number changes between delivery and code', async () => {
    await open()
    const alice = await loggedIn()
    const code = await askAndReceive(alice)
    site.directory.setPhone('alice', '+12025550111')
    expect(await alice.verify(code)).toBe('code-expired')
    site.directory.setPhone('alice', '+12025550123')
    expect(await alice.verify(code)).not.toBe('logged-in')
  })
})
