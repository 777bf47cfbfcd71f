// Two processes of the small app over one Redis, and many people who ask them for codes: most of
// them type the code, and an attacker's accounts never do.
import type { VoiceOtpOptions } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { createKeys } from '../../lib/crypto.js'
import { prefixKey } from '../../lib/limits/store-keys.js'
import { openRedis } from './redis.js'
import { secret } from './secrets.js'
import { cookieOf, openSmallApps, type ProgramFile } from './small-apps.js'

/** Somebody who asks for a code. */
export interface Visitor {
  readonly number: string
  /**
   * `attacker`: a new account that enrolls the number and enters no code. `user`: has the number on
   * record, and enters the code. `exempt`: the same, and the app says when it verified the number.
   */
  readonly kind: 'attacker' | 'user' | 'exempt'
}

/** What happened to visitors. */
export interface FraudResult {
  /** Requests for a code that were refused, by kind. */
  readonly refused: Readonly<Record<Visitor['kind'], number>>
  /** Sends that SignalWire got and nobody completed, by prefix. */
  readonly unused: ReadonlyMap<string, number>
  /** Codes that were accepted. */
  readonly completed: number
  /** All responses other than sent, limited and accepted. */
  readonly unexpected: readonly string[]
}

/** Numbers that differ in their last four digits have one prefix. */
export const prefixOf = (number: string): string => number.slice(0, -4)

let people = 0

/** Starts everything. */
export async function openFraudSite(
  programFile: ProgramFile,
  {
    options = {},
    isSlow = true,
  }: {
    /** Whether Redis takes a few milliseconds, so that races show. Default `true`. */
    readonly isSlow?: boolean
    readonly options?: Omit<Partial<VoiceOtpOptions>, 'clock' | 'limiter'>
  } = {},
) {
  const [redis, simulator] = await Promise.all([openRedis(), Simulator.start()])
  const apps = await openSmallApps(2, {
    engine: 'redis.ts',
    url: isSlow ? redis.url : redis.directUrl,
    signalwire: simulator.signalwire,
    options,
    programFile,
  })
  const { urls, post } = apps

  /** Asks for a code. Returns the status and the cookie. */
  async function ask({ kind, number }: Visitor, process: number) {
    const id = `${kind} ${(people += 1)}`
    const response =
      kind === 'attacker'
        ? await post(process, '/enroll', { person: { id, number: null }, phone: number })
        : await post(process, '/send', {
            person: { id, number, ...(kind === 'exempt' ? { verifiedAt: Date.now() } : {}) },
          })
    const text = await response.text()
    return {
      status: response.status,
      text,
      cookie: cookieOf(response),
    }
  }

  /** Lets visitors come, so many at the same time. Everybody but the attacker enters the code. */
  async function visit(visitors: readonly Visitor[], atOnce: number): Promise<FraudResult> {
    const before = simulator.messages.length
    const refused = { attacker: 0, user: 0, exempt: 0 }
    const completed = new Map<string, number>()
    const unexpected: string[] = []
    for (let from = 0; from < visitors.length; from += atOnce) {
      const wave = visitors.slice(from, from + atOnce)
      const answers = await Promise.all(wave.map((visitor, index) => ask(visitor, index)))
      const codes = new Map(
        simulator.messages
          .slice(0, simulator.messages.length - before)
          .map(({ to, body }) => [to, /\d{6}/.exec(body)?.[0]]),
      )
      await Promise.all(
        wave.map(async ({ kind, number }, index) => {
          const { status, text, cookie } = answers[index]!
          if (status === 429) refused[kind] += 1
          else if (status !== 202) unexpected.push(`${kind} ${status} ${text}`)
          else if (kind !== 'attacker') {
            // The other process checks the code.
            const verified = await post(index + 1, '/verify', { code: codes.get(number) }, cookie)
            if (verified.status !== 200)
              unexpected.push(`${kind} ${verified.status} ${await verified.text()}`)
            else completed.set(prefixOf(number), (completed.get(prefixOf(number)) ?? 0) + 1)
          }
        }),
      )
    }
    const unused = new Map<string, number>()
    for (const { to } of simulator.messages.slice(0, simulator.messages.length - before))
      unused.set(prefixOf(to), (unused.get(prefixOf(to)) ?? 0) + 1)
    for (const [prefix, count] of completed) unused.set(prefix, (unused.get(prefix) ?? 0) - count)
    return {
      refused,
      unused,
      completed: [...completed.values()].reduce((sum, count) => sum + count, 0),
      unexpected,
    }
  }

  const keys = createKeys([secret], secret)
  let offset = 0
  return {
    visit,
    /** What the limiter has counted today as not completed for a prefix. */
    counted: async (prefix: string): Promise<number> => {
      const today = Math.floor((Date.now() + offset) / 86_400_000)
      const [tag, name] = prefixKey(keys, prefix, 'unusedPerPrefixDay', 'day', today).split('.')
      return Number(await redis.client.get(`voice-otp:fraud-day:{${tag}}.${name}`))
    },
    /** Moves the clock of both processes. */
    pass: async (milliseconds: number): Promise<void> => {
      offset += milliseconds
      await Promise.all(urls.map((_, index) => post(index, '/pass', { milliseconds })))
    },
    async close(): Promise<void> {
      await apps.close()
      await Promise.all([simulator.stop(), redis.close()])
    },
  }
}
