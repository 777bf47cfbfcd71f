// What must hold on every engine that an app may use, over HTTP, with two processes of an app.
// `npm run test:engines` runs all; with ENGINES=short, those that most apps use.
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Simulator } from 'passport-voice-otp/simulator'
import { Phone, wrongCode } from '../support/phone.js'
import { cookieOf, fromSource, openSmallApps, type SmallApps } from '../support/small-apps.js'
import { type EngineServer, startCluster, startPostgres, startRedis } from './servers.js'

interface Engine {
  readonly name: string
  /** The file of this folder that connects. */
  readonly file: string
  /** The packages that an app needs for it. */
  readonly packages: readonly string[]
  readonly start: () => Promise<EngineServer>
  /** The users of the other nodes go on while one node is away. */
  readonly hasNodes?: true
}

const redisPackages = ['redis', 'connect-redis']
const ioredisPackages = ['ioredis', 'connect-redis-8']
const short: readonly Engine[] = [
  { name: 'Redis', file: 'redis.ts', packages: redisPackages, start: startRedis },
  {
    name: 'Postgres',
    file: 'postgres.ts',
    packages: ['pg', 'connect-pg-simple', 'rate-limiter-flexible'],
    start: startPostgres,
  },
]
const others: readonly Engine[] = [
  { name: 'Redis', file: 'ioredis.ts', packages: ioredisPackages, start: startRedis },
  {
    name: 'Redis Cluster',
    file: 'redis-cluster.ts',
    packages: redisPackages,
    start: startCluster,
    hasNodes: true,
  },
]
const isShort = process.env['ENGINES'] === 'short'
const engines = isShort ? short : [...short, ...others]
/** How often a burst runs at most, if a busy machine disturbs it. */
const mostRounds = isShort ? 1 : 3

/** A request that an engine lets down has its response after this time. */
const longestMilliseconds = 2100
/** How long an engine may take to start, and its clients to notice. */
const patience = { timeout: 30_000, interval: 100 }

/** The lines of the table in docs/scale.md. */
const results: string[] = []

/** For example `redis 6.3.1`. */
function versionOf(name: string): string {
  const [file] = [`./node_modules/${name}`, `../../node_modules/${name}`]
    .map(path => new URL(`${path}/package.json`, import.meta.url))
    .filter(path => existsSync(path))
  const found = JSON.parse(readFileSync(file!, 'utf8')) as { name: string; version: string }
  return `${found.name} ${found.version}`
}

describe.each(engines)('$name, $file', ({ name, file, packages, start, hasNodes = false }) => {
  let engine: EngineServer
  let simulator: Simulator
  let apps: SmallApps
  const cells: Record<string, string> = {}

  beforeAll(async () => {
    ;[engine, simulator] = await Promise.all([start(), Simulator.start()])
    apps = await openSmallApps(2, {
      engine: file,
      url: engine.url,
      signalwire: simulator.signalwire,
      options: {
        channels: ['call'],
        // Of the other limits, these count what the people of this file share.
        limits: { callsPerAppMinute: 600, callsPerPrefixTenMinutes: 600 },
        fraud: { unusedPerPrefixDay: 600 },
      },
      programFile: fromSource,
    })
  })
  afterAll(async () => {
    await (apps as SmallApps | undefined)?.close()
    await Promise.all([engine.close(), simulator.stop()])
    const versions = packages.map(versionOf).join(', ')
    const row = [`${name} ${engine.version}`, versions, ...Object.values(cells)]
    results.push(`| ${row.join(' | ')} |`)
  })

  const indexes = (count: number) => Array.from({ length: count }, (_, index) => index)

  let people = 0
  /** Somebody who has entered the password. */
  async function logIn() {
    const home = (people += 1)
    const number = `+1202555${1000 + home}`
    const person = { id: `user ${home}`, number }
    const response = await apps.post(home, '/login', { person })
    expect(response.status).toBe(200)
    const cookie = cookieOf(response)
    return {
      number,
      /** Sends a code. Returns the status, and the cookie that the browser has then. */
      verify: async (code: string, process = home) => {
        const startedAt = performance.now()
        const { status, headers } = await apps.post(process, '/verify', { code }, cookie)
        const milliseconds = performance.now() - startedAt
        return { status, milliseconds, cookies: [cookie, ...headers.getSetCookie()] }
      },
      call: (process = home) => apps.post(process, '/call', {}, cookie),
      cookie,
    }
  }
  /** Somebody who has also heard the code. */
  async function hearCode() {
    const person = await logIn()
    const response = await person.call()
    expect(response.status).toBe(202)
    const { matchingDigits } = (await response.json()) as { readonly matchingDigits: string }
    const phone = await Phone.ringing({ simulator }, person.number)
    return { ...person, code: await phone.hearCode(matchingDigits) }
  }
  const hearCodes = async (count: number) => {
    const all = []
    while (all.length < count)
      all.push(...(await Promise.all(indexes(Math.min(8, count - all.length)).map(hearCode))))
    return all
  }

  const comparisons = async (): Promise<number> => {
    const counts = await Promise.all([0, 1].map(index => apps.request(index, '/comparisons')))
    const numbers = await Promise.all(counts.map(response => response.json()))
    return numbers.reduce((sum: number, count) => sum + Number(count), 0)
  }
  const isIn = async (cookies: readonly string[]): Promise<boolean> => {
    const statuses = await Promise.all(
      cookies.map(async line => {
        const [cookie = ''] = line.split(';')
        return (await apps.request(0, '/account', { headers: { cookie } })).status
      }),
    )
    return statuses.includes(200)
  }
  /** Waits until somebody new can log in at each process. Returns the seconds that it took. */
  async function untilBack(): Promise<string> {
    const startedAt = performance.now()
    await vi.waitFor(async () => {
      for (const process of [0, 1]) {
        const person = await hearCode()
        expect((await person.verify(person.code, process)).status).toBe(200)
      }
    }, patience)
    return ((performance.now() - startedAt) / 1000).toFixed(1)
  }

  /**
   * Runs `burst` until no request got 503, a few times at most: a busy machine may be too slow for
   * the deadlines. `allowed` must never be exceeded, and without a 503 it is reached exactly.
   * @param burst Returns the statuses, and how often happened what is limited.
   */
  async function holds(
    cell: string,
    allowed: number,
    what: string,
    burst: () => Promise<{ readonly statuses: readonly number[]; readonly count: number }>,
  ): Promise<void> {
    for (let round = 0; round < mostRounds; round++) {
      const { statuses, count } = await burst()
      const withoutResult = statuses.filter(status => status === 503).length
      expect(count).toBeLessThanOrEqual(allowed)
      expect(count + withoutResult).toBeGreaterThanOrEqual(allowed)
      cells[cell] = `${withoutResult === 0 ? '' : 'machine too busy: at most '}${allowed} ${what}`
      if (withoutResult === 0) return
    }
  }

  test('5 of 200 wrong codes are compared when two processes get them at the same time', () =>
    holds('200 wrong codes', 5, 'compared', async () => {
      const person = await hearCode()
      const before = await comparisons()
      const wrong = wrongCode(person.code)
      const sent = await Promise.all(indexes(200).map(index => person.verify(wrong, index)))
      const statuses = sent.map(({ status }) => status)
      expect(new Set([401, 429, 503, ...statuses]).size).toBe(3)
      expect(statuses.filter(status => status === 401).length).toBeLessThanOrEqual(5)
      return { statuses, count: (await comparisons()) - before }
    }))

  test('1 of 20 right codes logs in when two processes get them at the same time', () =>
    holds('20 right codes', 1, 'logged in', async () => {
      const person = await hearCode()
      const sent = await Promise.all(indexes(20).map(index => person.verify(person.code, index)))
      const areIn = await Promise.all(sent.map(({ cookies }) => isIn(cookies)))
      const statuses = sent.map(({ status }) => status)
      expect(statuses.filter(status => status === 200).length).toBeLessThanOrEqual(1)
      return { statuses, count: areIn.filter(Boolean).length }
    }))

  test('1 of 100 call requests places a call when two processes get them at the same time', () =>
    holds('100 call requests', 1, 'call', async () => {
      const person = await logIn()
      const sent = await Promise.all(indexes(100).map(index => person.call(index)))
      const statuses = sent.map(({ status }) => status)
      expect(new Set([202, 429, 503, ...statuses]).size).toBe(3)
      return { statuses, count: simulator.calls.filter(({ to }) => to === person.number).length }
    }))

  const failures = {
    'is killed': { fail: () => engine.kill(), repair: () => engine.restart() },
    hangs: { fail: () => engine.hang(), repair: () => engine.resume() },
  }
  test.each(['is killed', 'hangs'] as const)(
    'when the engine %s in mid-login, each request gets 503 in time, nobody gets in, and it works again by itself',
    async event => {
      const { fail, repair } = failures[event]
      const locked = await hearCode()
      for (let attempt = 0; attempt < 5; attempt++)
        expect((await locked.verify(wrongCode(locked.code))).status).toBe(401)
      // A login with several nodes needs them for the session, the next session, the user and the
      // phone. One node of three is away, so one person in six has all of them on the others.
      const waiting = await hearCodes(hasNodes ? 40 : 3)
      const underWay = await hearCodes(3)

      const early = underWay.map(person => person.verify(person.code))
      await fail()
      const late = []
      for (let from = 0; from < waiting.length; from += 10)
        late.push(
          ...(await Promise.all(
            waiting.slice(from, from + 10).map(person => person.verify(person.code)),
          )),
        )
      const lateStatuses = late.map(({ status }) => status)
      if (hasNodes) expect(lateStatuses).toContain(200)
      else expect(new Set(lateStatuses)).toEqual(new Set([503]))
      const sent = [...(await Promise.all(early)), ...late]
      const refused = sent.filter(({ status }) => status !== 200)
      const slowest = Math.max(...refused.map(({ milliseconds }) => milliseconds))
      expect(slowest).toBeLessThan(longestMilliseconds)
      expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]))
      for (const { cookies } of refused) expect(await isIn(cookies)).toBe(false)

      await repair()
      const seconds = await untilBack()
      for (const { cookies } of refused) expect(await isIn(cookies)).toBe(false)
      expect((await locked.verify(locked.code)).status).toBe(429)
      if (!hasNodes)
        for (const person of waiting) expect((await person.verify(person.code)).status).toBe(200)
      cells[event] = `503 within ${(slowest / 1000).toFixed(1)} s, back after ${seconds} s`
    },
  )
})

afterAll(() => {
  console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}\n`)
  console.log(
    '| engine | packages | 200 wrong codes | 20 right codes | 100 call requests | killed | hung |',
  )
  console.log(results.join('\n'))
})
