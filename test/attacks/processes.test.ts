// Several real processes of the example share one Redis: what holds in one must hold in all of them together.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Person, failureIn, wrongCode } from '../support/watched-site.js'
import { openProcesses, type Processes } from '../support/processes.js'
import { describeWithRedis } from '../support/redis.js'

/** `ATTACKS=long` runs as often as the requirement says. */
const rounds = process.env['ATTACKS'] === 'long' ? 100 : 10

describeWithRedis('processes that share one Redis', () => {
  let group: Processes
  beforeAll(async () => {
    group = await openProcesses(4)
  }, 120_000)
  beforeEach(() => group.redis.forgetCallLimits())
  afterEach(() => group.checkCanary())
  afterAll(() => (group as Processes | undefined)?.close())

  /** What a process wrote arrives a moment after its answer. */
  const counted = (name: string, comparisons: number): Promise<void> =>
    vi.waitFor(() => {
      expect(group.comparisons(name)).toBe(comparisons)
    }, 5000)

  /**
   * The password, once; answers a function that puts the person back to where they were after it, cookie and session.
   * A password costs a process of the example a third of a second of processor, and is not what is attacked here.
   */
  async function passwordOf(
    username: string,
  ): Promise<{ readonly person: Person; readonly putBack: () => Promise<void> }> {
    const person = group.person(username)
    await person.api('/login', { username, password: person.password })
    const cookies = new Map(person.cookies)
    const [, id = ''] = /^s%3A([^.]+)/.exec(cookies.get('acme') ?? '') ?? []
    const [name = ''] = await group.redis.client.keys(`*${id}`)
    const session = await group.redis.client.get(name)
    if (session === null) throw new Error(`Redis has no session of ${username}`)
    return {
      person,
      putBack: async () => {
        person.cookies = new Map(cookies)
        await group.redis.client.set(name, session, { EX: 3600 })
      },
    }
  }

  /** Sends `code` `count` times at once, to each of the processes in turn; answers the refusals, and the sessions that they came with. */
  function burst(person: Person, code: string, count: number, processes = group.processes) {
    return Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const copy = person.copy()
        return {
          answer: failureIn(
            await copy.api('/otp', { code }, { url: processes[index % processes.length]!.url }),
          ),
          browser: copy,
        }
      }),
    )
  }

  test(
    `A-17 20 right codes at once over two processes, ${rounds} rounds: exactly one success each`,
    { timeout: rounds * 5000 },
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
    'A-37 1,000 wrong codes at once over two processes, then three more bursts with the right one among them: at most 5 comparisons',
    { timeout: 60_000 },
    async () => {
      const bob = group.person('bob')
      const code = await bob.logInAndHearCode()
      const processes = group.processes.slice(0, 2)
      const answers = await burst(bob, wrongCode(code), 1000, processes)
      expect(answers.filter(({ answer }) => answer === 'code-wrong')).toHaveLength(5)
      await counted('bob', 5)
      for (let round = 0; round < 3; round++)
        await Promise.all([
          burst(bob, wrongCode(code), 50, processes),
          burst(bob, code, 10, processes),
        ])
      await counted('bob', 5)
      expect(await bob.isIn()).toBe(false)
    },
  )

  test('A-50 five wrong codes to each of four processes, in turn and at once: the sum holds', async () => {
    const mallory = group.person('mallory')
    const code = await mallory.logInAndHearCode()
    expect(group.processes).toHaveLength(4)
    await burst(mallory, wrongCode(code), 20)
    await counted('mallory', 5)
    for (const { url } of group.processes) {
      expect(failureIn(await mallory.api('/otp', { code: wrongCode(code) }, { url }))).toBe(
        'too-many-attempts',
      )
      expect(failureIn(await mallory.api('/otp', { code }, { url }))).toBe('too-many-attempts')
      expect(await mallory.isIn({ url })).toBe(false)
    }
    await counted('mallory', 5)
  })

  test('A-49 a process that dies after four wrong codes takes no count with it: in the others the fifth is the last', async () => {
    const alice = group.person('alice')
    const dying = group.processes[3]!
    const [next, ...others] = group.processes.filter(each => each !== dying) as [
      typeof dying,
      ...(typeof dying)[],
    ]
    const code = await alice.logInAndHearCode()
    for (let guess = 0; guess < 4; guess++)
      expect(failureIn(await alice.api('/otp', { code: wrongCode(code) }, dying))).toBe(
        'code-wrong',
      )
    await counted('alice', 4)
    await dying.kill()
    await expect(alice.get('/healthz', dying)).rejects.toThrow()

    expect(JSON.parse((await alice.get('/otp/status', next)).text)).toMatchObject({
      attemptsLeft: 1,
    })
    expect(failureIn(await alice.api('/otp', { code: wrongCode(code) }, next))).toBe('code-wrong')
    for (const each of [next, ...others]) {
      expect(failureIn(await alice.api('/otp', { code }, each))).toBe('too-many-attempts')
      expect(await alice.isIn(each)).toBe(false)
    }
    await counted('alice', 5)
  })

  test('a call is asked for at one process, answered by another and its code entered at a third, when the first is gone', async () => {
    const asked = await group.start()
    const [answering, third] = group.processes as [typeof asked, typeof asked]
    const alice = group.person('alice')
    await alice.api('/login', { username: 'alice', password: alice.password }, asked)
    const { status, text } = await alice.api('/otp/call', {}, asked)
    expect(status).toBe(202)
    await vi.waitFor(() => {
      expect(asked.lines.some(line => line.includes('"code.sent"'))).toBe(true)
    }, 5000)
    await asked.kill()
    await expect(alice.get('/healthz', asked)).rejects.toThrow()

    const code = await alice.answerCall(
      (JSON.parse(text) as { matchingDigits: string }).matchingDigits,
    )
    expect(
      group.simulator.calls[0]!.webhooks.every(({ url }) => url.startsWith(answering.url)),
    ).toBe(true)
    expect(failureIn(await alice.api('/otp', { code: wrongCode(code) }, answering))).toBe(
      'code-wrong',
    )
    expect((await alice.api('/otp', { code }, third)).status).toBe(200)
    for (const each of [answering, third]) expect(await alice.isIn(each)).toBe(true)
    await alice.api('/logout')
  })
})
