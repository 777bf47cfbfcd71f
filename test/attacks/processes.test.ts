// Several real processes of the example share one Redis. Limits must hold for all of them together.
import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { CookieJar } from '../support/http.js'
import { type Person, wrongCode } from '../support/watched-site.js'
import { openProcesses, type Processes } from '../support/processes.js'
import { describeWithRedis } from '../support/redis.js'
import { sessionSecret } from '../support/secrets.js'

/** `ATTACKS=long` runs as many rounds as the requirement says. */
const rounds = process.env['ATTACKS'] === 'long' ? 100 : 10
/** Milliseconds to wait for a log line of another process. */
const patience = 30_000

describeWithRedis('processes that share one Redis', () => {
  let group: Processes
  beforeAll(async () => {
    group = await openProcesses(4)
  }, 120_000)
  beforeEach(async () => {
    await group.redis.forgetCallLimits()
    await allHealthy()
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

  /**
   * Waits until each process reaches Redis again: on a busy machine, a burst can break its
   * connection for a moment.
   */
  const allHealthy = async (): Promise<void> => {
    const browser = group.browser()
    for (const { url } of group.processes)
      await vi.waitFor(async () => {
        const answer = await browser.get('/healthz', { url }).catch(() => undefined)
        if (answer !== undefined) expect(answer.status).toBe(200)
      }, patience)
  }

  /** Waits for the log lines of the processes, which may arrive after the response. */
  const counted = (name: string, comparisons: number): Promise<void> =>
    vi.waitFor(() => {
      expect(group.comparisons(name)).toBe(comparisons)
    }, patience)

  /**
   * Sends the password once. `putBack` restores the state after the password, in a session with a
   * new id: one session makes only one login. To check a password takes a third of a second of
   * processor time, and this test does not attack passwords.
   */
  async function passwordOf(
    username: string,
  ): Promise<{ readonly person: Person; readonly putBack: () => Promise<void> }> {
    const person = group.person(username)
    await person.sendPassword()
    const cookies = new CookieJar(person.cookies)
    const [, id = ''] = /^s%3A([^.]+)/.exec(cookies.get('acme') ?? '') ?? []
    const [name = ''] = await group.redis.client.keys(`*${id}`)
    const session = await group.redis.client.get(name)
    if (session === null) throw new Error(`Redis has no session of ${username}`)
    return {
      person,
      putBack: async () => {
        const newId = randomUUID()
        const signature = createHmac('sha256', sessionSecret).update(newId).digest('base64')
        const cookie = encodeURIComponent(`s:${newId}.${signature.replace(/=+$/, '')}`)
        person.cookies = new CookieJar(cookies).set('acme', cookie)
        await group.redis.client.set(name.replace(id, newId), session, { EX: 3600 })
      },
    }
  }

  /**
   * Sends `code` in `count` requests at the same time, to each of the processes in turn. Returns
   * the failures and the browsers.
   */
  function burst(person: Person, code: string, count: number, processes = group.processes) {
    return Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const copy = person.copy()
        return {
          answer: await copy.verify(code, { url: processes[index % processes.length]!.url }),
          browser: copy,
        }
      }),
    )
  }

  test(
    `A-17 a code is accepted only once when 20 requests send it at the same time to two processes, in each of ${rounds} rounds`,
    { timeout: rounds * 30_000 },
    async () => {
      const people = await Promise.all(['alice', 'bob', 'mallory'].map(passwordOf))
      for (let round = 0; round < rounds; round++) {
        const { person, putBack } = people[round % people.length]!
        await putBack()
        if (round % people.length === 0) await group.redis.forgetCallLimits()
        const accepted = group.named('code.accepted').length
        const code = await person.askAndHearCode()
        const sent = await burst(person, code, 20, group.processes.slice(0, 2))

        const answers = sent.map(({ answer }) => answer).sort()
        expect(
          answers.filter(answer => answer === 'logged-in'),
          `round ${round}: ${answers.join()}`,
        ).toHaveLength(1)
        const sessions = [
          ...new Map(sent.map(({ browser }) => [browser.cookies.get('acme'), browser])).values(),
        ]
        const areIn = await Promise.all(sessions.map(browser => browser.isIn()))
        expect(areIn.filter(Boolean), `round ${round}`).toHaveLength(1)
        expect(await person.isIn()).toBe(false)
        expect(group.named('code.accepted')).toHaveLength(accepted + 1)
        await sessions[areIn.indexOf(true)]!.api('/logout')
      }
      expect(group.comparisons()).toBe(0)
    },
  )

  test(
    'A-37 at most 5 codes are compared when 1,000 requests send wrong codes at the same time to two processes, and the right code in later bursts is refused',
    { timeout: 300_000 },
    async () => {
      const bob = group.person('bob')
      const code = await bob.logInAndHearCode()
      const processes = group.processes.slice(0, 2)
      const answers = await burst(bob, wrongCode(code), 1000, processes)
      expect(answers.map(({ answer }) => answer)).not.toContain('logged-in')
      // On a busy machine, many of them run into the deadline of the limiter or of the session
      // store: they get 5xx and are not compared.
      const wrong = answers.filter(({ answer }) => answer === 'code-wrong').length
      await vi.waitFor(() => {
        expect(group.comparisons('bob')).toBeGreaterThanOrEqual(wrong)
      }, patience)
      expect(group.comparisons('bob')).toBeLessThanOrEqual(5)
      // Uses up the attempts that a busy machine left.
      await allHealthy()
      const refused: string[] = []
      for (let attempt = 0; attempt <= 5 && refused.at(-1) !== 'too-many-attempts'; attempt++)
        refused.push(await bob.verify(wrongCode(code)))
      expect(refused.at(-1)).toBe('too-many-attempts')
      for (let round = 0; round < 3; round++)
        await Promise.all([
          burst(bob, wrongCode(code), 50, processes),
          burst(bob, code, 10, processes),
        ])
      await allHealthy()
      expect(await bob.verify(code)).toBe('too-many-attempts')
      expect(group.comparisons('bob')).toBeLessThanOrEqual(5)
      expect(await bob.isIn()).toBe(false)
    },
  )

  test('A-50 four processes compare 5 codes together when each gets five wrong codes, at the same time and in turn', async () => {
    const mallory = group.person('mallory')
    const code = await mallory.logInAndHearCode()
    expect(group.processes).toHaveLength(4)
    await burst(mallory, wrongCode(code), 20)
    await counted('mallory', 5)
    for (const { url } of group.processes) {
      expect(await mallory.verify(wrongCode(code), { url })).toBe('too-many-attempts')
      expect(await mallory.verify(code, { url })).toBe('too-many-attempts')
      expect(await mallory.isIn({ url })).toBe(false)
    }
    await counted('mallory', 5)
  })

  test('A-49 when a process dies after four wrong codes, the other processes compare only one more', async () => {
    const alice = group.person('alice')
    const dying = group.processes[3]!
    const [next, ...others] = group.processes.filter(each => each !== dying) as [
      typeof dying,
      ...(typeof dying)[],
    ]
    const code = await alice.logInAndHearCode()
    for (let attempt = 0; attempt < 4; attempt++)
      expect(await alice.verify(wrongCode(code), dying)).toBe('code-wrong')
    await counted('alice', 4)
    await dying.kill()
    await expect(alice.get('/healthz', dying)).rejects.toThrow()

    expect(JSON.parse((await alice.get('/otp/status', next)).text)).toMatchObject({
      attemptsLeft: 1,
    })
    expect(await alice.verify(wrongCode(code), next)).toBe('code-wrong')
    for (const each of [next, ...others]) {
      expect(await alice.verify(code, each)).toBe('too-many-attempts')
      expect(await alice.isIn(each)).toBe(false)
    }
    await counted('alice', 5)
  })

  test('a user logs in when one process places the call and dies, another serves the call, and a third verifies the code', async () => {
    const asked = await group.start()
    const [answering, third] = group.processes as [typeof asked, typeof asked]
    const alice = group.person('alice')
    await alice.sendPassword(asked)
    const { status, text } = await alice.api('/otp/call', {}, asked)
    expect(status).toBe(202)
    await vi.waitFor(() => {
      expect(asked.lines.some(line => line.includes('"code.sent"'))).toBe(true)
    }, patience)
    await asked.kill()
    await expect(alice.get('/healthz', asked)).rejects.toThrow()

    const code = await alice.answerCall(
      (JSON.parse(text) as { matchingDigits: string }).matchingDigits,
    )
    expect(
      group.simulator.calls[0]!.webhooks.every(({ url }) => url.startsWith(answering.url)),
    ).toBe(true)
    expect(await alice.verify(wrongCode(code), answering)).toBe('code-wrong')
    expect((await alice.api('/otp', { code }, third)).status).toBe(200)
    for (const each of [answering, third]) expect(await alice.isIn(each)).toBe(true)
    await alice.api('/logout')
  })
})
