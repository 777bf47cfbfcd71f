// The attacks that do not depend on who speaks the code, by each of the other ways. What a way cannot have (number matching, "not me", its webhooks) is in the README's table.
import { afterEach, describe, expect, test } from 'vitest'
import type { Channel } from 'passport-voice-otp'
import {
  callsUnlimited,
  openSite,
  type Person,
  failureIn,
  type Site,
  wrongCode,
} from '../support/watched-site.js'

let site: Site
afterEach(() => site.close())

const guess = async (person: Person, code: string): Promise<string> =>
  failureIn(await person.api('/otp', { code }))
const times = <T>(count: number, work: (index: number) => T): Promise<Awaited<T>[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

describe.each<Channel>(['sms', 'hosted-call', 'hosted-sms'])('by %s', channel => {
  /** What SignalWire was asked to deliver. */
  const delivered = (): number =>
    channel === 'sms' ? site.simulator.messages.length : site.simulator.mfaRequests.length
  /** The newest code, as the person with the telephone gets it. */
  const newestCode = (): string =>
    channel === 'sms'
      ? /^\d{6}/.exec(site.simulator.messages[0]!.body)![0]
      : site.simulator.mfaRequests[0]!.code

  async function loggedIn(username = 'alice'): Promise<Person> {
    const person = site.person(username)
    expect((await person.api('/login', { username, password: person.password })).status).toBe(200)
    return person
  }

  async function askAndReceive(person: Person): Promise<string> {
    expect((await person.api('/otp/call', { channel })).status).toBe(202)
    return newestCode()
  }

  async function open(unhurried = true): Promise<void> {
    site = await openSite({ channels: [channel], ...(unhurried ? { limits: callsUnlimited } : {}) })
  }

  test('A-16, A-17 the right code twenty times at once, and again later: one success', async () => {
    await open()
    const alice = await loggedIn()
    const code = await askAndReceive(alice)
    const cookies = new Map(alice.cookies)
    const answers = await times(20, () => guess(alice, code))
    expect(answers.filter(answer => answer === 'logged-in')).toHaveLength(1)
    for (const [name, value] of cookies) alice.cookies.set(name, value)
    expect(await guess(alice, code)).not.toBe('logged-in')
    expect(await guess(await loggedIn(), code)).toBe('no-challenge')
  })

  test('A-18, A-19 the code from another session, of another user or of the same one: refused', async () => {
    await open()
    const [alice, again, bob] = [await loggedIn(), await loggedIn(), await loggedIn('bob')]
    const code = await askAndReceive(alice)
    expect(await guess(bob, code)).toBe('no-challenge')
    expect(await guess(again, code)).toBe('no-challenge')
    expect(site.comparisons()).toBe(0)
    expect(await guess(alice, code)).toBe('logged-in')
  })

  test('A-20, A-21 an older code after a newer one, and any at its end: refused', async () => {
    await open()
    const alice = await loggedIn()
    const older = await askAndReceive(alice)
    const newer = await askAndReceive(alice)
    if (older !== newer) expect(await guess(alice, older)).toBe('code-wrong')
    site.clock.pass(300)
    expect(await guess(alice, newer)).toBe('code-expired')
    expect(await alice.isIn()).toBe(false)
  })

  test('A-20 a code of one browser after a newer one was sent for another: refused, and no guess at it is compared', async () => {
    await open()
    const [one, other] = [await loggedIn(), await loggedIn()]
    const older = await askAndReceive(one)
    const newer = await askAndReceive(other)
    expect(await guess(one, wrongCode(older))).toBe('code-expired')
    expect(await guess(one, older)).toBe('code-expired')
    expect(site.comparisons('alice')).toBe(0)
    expect(await guess(other, newer)).toBe('logged-in')
  })

  test('A-24 the right code after a logout and a new login: refused', async () => {
    await open()
    const alice = await loggedIn()
    const code = await askAndReceive(alice)
    await alice.api('/logout')
    expect(await guess(await loggedIn(), code)).toBe('no-challenge')
  })

  test('A-37, A-25 two hundred wrong codes at once: five comparisons, and the right one after them is refused alike', async () => {
    await open()
    const alice = await loggedIn()
    const code = await askAndReceive(alice)
    await times(200, () => guess(alice, wrongCode(code)))
    expect(site.comparisons('alice')).toBe(5)
    const [right, wrong] = [
      await alice.api('/otp', { code }),
      await alice.api('/otp', { code: wrongCode(code) }),
    ]
    expect([right.status, right.text]).toEqual([wrong.status, wrong.text])
    expect(right.status).toBe(429)
  })

  test('A-38 four wrong codes, then a new one, again and again: ten comparisons before the pause', async () => {
    await open()
    const alice = await loggedIn()
    for (let round = 0; round < 4; round++) {
      if ((await alice.api('/otp/call', { channel })).status !== 202) break
      for (let index = 0; index < 4; index++) await guess(alice, wrongCode(newestCode()))
    }
    expect(site.comparisons('alice')).toBe(10)
    expect(await guess(alice, newestCode())).toBe('locked')
  })

  test('A-53, A-54 a hundred at once: one is delivered in the first minute', async () => {
    await open(false)
    const browsers = [await loggedIn(), await loggedIn()]
    const answers = await times(100, index => browsers[index % 2]!.api('/otp/call', { channel }))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(99)
    expect(delivered()).toBe(1)
  })

  test('A-58 a number of another country, and one that costs: nothing is delivered', async () => {
    await open()
    const alice = await loggedIn()
    for (const number of ['+447400123456', '+18765551234', '+19005551234', '+881612345678']) {
      site.directory.setPhone('alice', number)
      expect((await alice.api('/otp/call', { channel })).status).toBe(403)
    }
    expect(delivered()).toBe(0)
  })

  test('A-14 a number that changes between delivery and code: refused', async () => {
    await open()
    const alice = await loggedIn()
    const code = await askAndReceive(alice)
    site.directory.setPhone('alice', '+12025550111')
    expect(await guess(alice, code)).toBe('code-expired')
    site.directory.setPhone('alice', '+12025550123')
    expect(await guess(alice, code)).not.toBe('logged-in')
  })
})
