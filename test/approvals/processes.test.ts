// The example's payment over real HTTP: two processes on one slow Redis.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { CookieJar } from '../support/http.js'
import { digitsOn } from '../support/browser.js'
import { Phone } from '../support/phone.js'
import { openProcesses, type Processes } from '../support/processes.js'
import { describeWithRedis } from '../support/redis.js'
import { type Person, wrongCode } from '../support/watched-site.js'

/** Milliseconds to wait for a log line of another process. */
const patience = 30_000
const bill = { amount: '12050', currency: 'EUR', payee: 'Blue Fish Ltd' }

describeWithRedis('a payment in two processes that share one Redis', () => {
  let group: Processes
  beforeAll(async () => {
    group = await openProcesses(2)
  }, 120_000)
  beforeEach(async () => {
    await group.redis.forgetCallLimits()
  })
  // Searches everything that all tests of this file have seen, once.
  afterAll(async () => {
    const opened = group as Processes | undefined
    try {
      await opened?.checkCanary()
    } finally {
      await opened?.close()
    }
  }, 120_000)

  const other = (): { readonly url: string } => ({ url: group.processes[1]!.url })

  /** A person with both factors. */
  async function enter(username: string): Promise<Person> {
    const person = group.person(username)
    expect(await person.verify(await person.logInAndHearCode())).toBe('logged-in')
    return person
  }

  /** Enters a payment, and asks for its call. */
  async function ask(person: Person, fields = bill): Promise<{ phone: Phone; digits: string }> {
    expect((await person.submitForm('/pay', '/pay', fields)).location).toBe('/pay')
    const { status, location } = await person.submitForm('/pay', '/pay/call')
    expect({ status, location }).toEqual({ status: 303, location: '/pay' })
    const phone = await Phone.ringing(group, person.phone)
    return { phone, digits: digitsOn((await person.get('/pay')).text) }
  }

  /** The same, and listens. Returns the code. */
  async function hear(person: Person, fields = bill): Promise<string> {
    const { phone, digits } = await ask(person, fields)
    return phone.hearCode(digits)
  }

  /** Sends a code, and returns what a page or a redirect says. */
  async function confirm(person: Person, code: string, url = other().url): Promise<string> {
    const { status, location } = await person.submitForm('/pay', '/pay/confirm', { code }, { url })
    return location === '/pay' ? 'paid' : location || String(status)
  }

  const executed = (): number => group.named('payment.executed' as 'action.approved').length

  /** Checks how many payments were executed. Their log lines may arrive after the responses. */
  async function expectExecuted(count: number): Promise<void> {
    await vi.waitFor(() => {
      expect(executed()).toBeGreaterThanOrEqual(count)
    }, patience)
    expect(executed()).toBe(count)
  }

  /** The session of a person as Redis holds it. */
  async function sessionKey(person: Person): Promise<string> {
    const [, id = ''] = /^s%3A([^.]+)/.exec(person.cookies.get('acme') ?? '') ?? []
    const [key = ''] = await group.redis.client.keys(`*session:${id}`)
    return key
  }

  test('a payment is executed once when 20 requests send its code to two processes at the same time', async () => {
    const before = executed()
    const alice = await enter('alice')
    const code = await hear(alice)
    const _csrf = await alice.csrf('/pay')
    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        alice.copy().send('POST', '/pay/confirm', {
          form: { _csrf, code },
          url: group.processes[index % 2]!.url,
        }),
      ),
    )
    expect(sent.filter(({ status }) => status === 303)).toHaveLength(1)
    await expectExecuted(before + 1)
  })

  test('neither process executes a payment again: not by a replay, not with the old session put back, and not after a new login', async () => {
    const before = executed()
    const alice = await enter('alice')
    const code = await hear(alice)
    const key = await sessionKey(alice)
    const session = (await group.redis.client.get(key))!
    const cookies = new CookieJar(alice.cookies)
    expect(await confirm(alice, code)).toBe('paid')
    for (const { url } of group.processes) expect(await confirm(alice, code, url)).toBe('401')

    // What a replica of the store that lags behind would return.
    await group.redis.client.set(key, session, { EX: 3600 })
    expect((await alice.get('/pay')).text).toContain('This code is no longer valid')
    for (const { url } of group.processes) expect(await confirm(alice, code, url)).toBe('401')

    await alice.logOut()
    await group.redis.forgetCallLimits()
    await alice.sendPassword()
    expect(await alice.verify(await alice.askAndHearCode(), other())).toBe('logged-in')
    expect(await confirm(alice, code)).toBe('401')
    alice.cookies = cookies
    expect((await alice.send('POST', '/pay/confirm', { form: { code }, ...other() })).status).toBe(
      403,
    )
    await expectExecuted(before + 1)
  })

  test('a payment that a newer one replaced is not executed, because the code approves only the newest', async () => {
    const before = executed()
    const alice = await enter('alice')
    const first = await hear(alice)
    await group.redis.forgetCallLimits()
    const second = await hear(alice, { ...bill, amount: '1' })
    expect(await confirm(alice, first === second ? wrongCode(first) : first)).toBe('401')
    expect(await confirm(alice, second)).toBe('paid')
    await expectExecuted(before + 1)
    expect(group.named('payment.executed' as 'action.approved').at(-1)).toMatchObject({ amount: 1 })
  })

  test('a payment is not executed when the number of the user changes between the call and the code', async () => {
    const before = executed()
    const alice = await enter('alice')
    const code = await hear(alice)
    const { client } = group.redis
    const record = (await sessionKey(alice)).replace(/:session:.*/, ':user:alice')
    await client.hSet(record, 'phone', '+12025550199')
    try {
      expect(await confirm(alice, code)).toBe('401')
    } finally {
      await client.hDel(record, 'phone')
    }
    await expectExecuted(before)
  })

  test.each([
    ['refuses it with key zero', '0', 'refused'],
    ['reports the call with two zeros', '00', 'reported'],
  ])('a payment is not executed when the user %s at the other process', async (_, keys, state) => {
    const before = executed()
    const person = await enter(state === 'refused' ? 'bob' : 'mallory')
    const { phone, digits } = await ask(person)
    const code = state === 'refused' ? await phone.hearCode(digits) : '123456'
    if (state === 'reported') await phone.answer()
    await phone.press(keys)
    expect(JSON.parse((await person.get('/otp/status', other())).text)).toMatchObject({
      call: state,
      expiresIn: 0,
    })
    expect(await confirm(person, code)).toMatch(/^4/)
    await expectExecuted(before)
  })

  test('a payment is not executed twice when a process dies between the approval and the execution', async () => {
    const before = executed()
    const doomed = await group.start()
    const alice = await enter('alice')
    const code = await hear(alice)
    const { client, setDelay } = group.redis
    const used = async (): Promise<number> => (await client.keys('*voice-otp:uses:*')).length
    const usedBefore = await used()
    const _csrf = await alice.csrf('/pay')
    // The process learns only after this time that Redis has used up the approval.
    setDelay([400, 400])
    const cut = alice.send('POST', '/pay/confirm', { form: { _csrf, code }, url: doomed.url }).then(
      ({ status }) => String(status),
      () => 'no response',
    )
    await vi.waitFor(async () => expect(await used()).toBe(usedBefore + 1), {
      timeout: patience,
      interval: 5,
    })
    await doomed.kill()
    setDelay([1, 6])
    expect(await cut).toBe('no response')
    for (const { url } of group.processes.slice(0, 2))
      expect(await confirm(alice, code, url)).toBe('401')
    await expectExecuted(before)

    await group.redis.forgetCallLimits()
    expect(await confirm(alice, await hear(alice))).toBe('paid')
    await expectExecuted(before + 1)
  })
})
