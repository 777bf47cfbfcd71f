// The example's app under attack: slow stores, a clock that the test moves, and everything that is
// seen kept for the canary.
import { vi } from 'vitest'
import type { VoiceOtpEvents } from 'passport-voice-otp'
import { Browser } from './browser.js'
import { Capture, codesSpoken, seenBySpace } from './canary.js'
import { type ExampleOptions, startExample } from './example-site.js'
import {
  type Account,
  cheapPeople,
  createUsers,
  demoPassword,
  type User,
  type Users,
} from './people.js'
import { Person } from './person.js'
import { CounterStore, SessionStore } from './stores.js'

export { Browser, failureIn, type Answer } from './browser.js'
export { Capture } from './canary.js'
export { callsUnlimited, fraudGuardOff } from './limits.js'
export { Person } from './person.js'
export { wrongCode } from './phone.js'

/** How a site is opened. */
export interface SiteOptions extends Omit<ExampleOptions, 'users' | 'more'> {
  /**
   * Delay of each operation of the session store and the limiter, `[least, most]` in milliseconds.
   * Default `[2, 25]`: races hide in stores without delay.
   */
  readonly delayMilliseconds?: readonly [number, number]
}

export type Site = Awaited<ReturnType<typeof openSite>>
/** An event of the strategy, with the details that attacks look at. */
export interface SiteEvent {
  readonly name: keyof VoiceOtpEvents
  readonly details: {
    readonly userId?: string
    readonly code?: string
    readonly compared?: boolean
    readonly limit?: string
  }
}

/** Stores without delay: for attacks in which one thing happens after the other. */
export const quick = { delayMilliseconds: [0, 0] } as const

/**
 * Starts the site. `close()` ends it and fails if a code or a phone number leaked anywhere: call it
 * in `afterEach`.
 */
export async function openSite({
  people = cheapPeople,
  delayMilliseconds: [least, most] = [2, 25],
  ...options
}: SiteOptions = {}) {
  // Only the date is fake. It decides about expiry and windows. Sockets and delays use real time.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-01T12:00:00Z') })
  const output = captureOutput()
  const sessions = new SessionStore(least, most)
  const counters = new CounterStore(least, most)
  const directory = createDirectory(people)
  const example = await startExample({
    users: directory.users,
    serverOptions: {
      requestTimeout: 15_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 2000,
    },
    sessionStore: sessions,
    limiter: counters.factory,
    clock: Date,
    ...options,
    more: ({ port }) => ({ otherOrigins: [`http://localhost:${port}`] }),
  })
  const { url, voiceOtp, simulator, logLines } = example

  const events: SiteEvent[] = []
  const emit = voiceOtp.events.emit.bind(voiceOtp.events) as (
    ...event: readonly unknown[]
  ) => boolean
  // Listens to every name, so that events that are added later are searched for leaks too.
  Object.assign(voiceOtp.events, {
    emit: (name: keyof VoiceOtpEvents, details: object) => {
      events.push({ name, details })
      return emit(name, details)
    },
  })
  const capture = new Capture()
  for (const { phone } of people) if (phone !== null) capture.phones.add(phone)
  capture.watch('stdout and stderr', () => output.lines)
  capture.watch('log', () => logLines)
  capture.watch('events', () => JSON.stringify(events))
  capture.watch('session store', () => [...sessions.written, sessions.dump()])
  capture.watch('counter store', () => [...counters.written, counters.dump()])
  capture.watch('seen by SignalWire', () => seenBySpace(simulator))
  const home = { url, simulator, capture }

  return {
    url,
    voiceOtp,
    simulator,
    capture,
    sessions,
    counters,
    directory,
    events,
    logLines,
    /** What was written to stdout and stderr. */
    output: output.lines,
    clock: {
      now: () => Date.now(),
      /**
       * Moves the date for the app, the strategy and the limiter. The phones have
       * `simulator.advance`.
       */
      pass: (seconds: number) => {
        vi.setSystemTime(Date.now() + seconds * 1000)
      },
    },
    ...eventQueries(() => events),
    /** One of the people with a new browser. */
    person(username: string): Person {
      const account = people.find(each => each.username === username)
      return new Person(home, username, demoPassword, account?.phone ?? '')
    },
    /** A browser of nobody. */
    browser: () => new Browser(home),
    async close(): Promise<void> {
      const codes = codesSpoken(simulator)
      await example.close()
      output.restore()
      vi.useRealTimers()
      await capture.check(codes)
    },
  }
}

/** Questions about the events so far. */
export function eventQueries(events: () => readonly SiteEvent[]) {
  const named = (name: SiteEvent['name']): SiteEvent['details'][] =>
    events()
      .filter(event => event.name === name)
      .map(({ details }) => details)
  return {
    named,
    /** How often a code was compared and found wrong, for one user or for all. */
    comparisons: (userId?: string): number =>
      named('code.rejected').filter(
        details => details.compared === true && (userId === undefined || details.userId === userId),
      ).length,
  }
}

/**
 * The users of the example, whom a test may remove or give another number behind the app's back.
 */
function createDirectory(people: readonly Account[]) {
  const removed = new Set<string>()
  const phones = new Map<string, string | null>()
  const inner = createUsers(people)
  const asOnRecord = (user: User | undefined): User | undefined => {
    if (user === undefined || removed.has(user.id)) return undefined
    const phone = phones.get(user.id)
    return phone === undefined ? user : { ...user, phone }
  }
  const users: Users = {
    byId: async id => asOnRecord(await inner.byId(id)),
    byPassword: async (username, password) =>
      asOnRecord(await inner.byPassword(username, password)),
    changePhone: async (id, phone) => {
      phones.set(id, phone)
    },
    reset: async id => {
      phones.set(id, null)
      await inner.reset(id)
    },
    search: text => inner.search(text),
  }
  return {
    users,
    remove: (id: string) => {
      removed.add(id)
    },
    restore: (id: string) => {
      removed.delete(id)
    },
    setPhone: (id: string, phone: string | null) => {
      phones.set(id, phone)
    },
  }
}

/** Keeps a copy of what this process prints. */
function captureOutput(): { readonly lines: string[]; readonly restore: () => void } {
  const lines: string[] = []
  const restorers: (() => void)[] = []
  const wrap = (target: object, name: string): void => {
    const holder = target as Record<string, (...context: readonly unknown[]) => unknown>
    const original = holder[name]
    if (original === undefined) return
    holder[name] = (...context) => {
      lines.push(
        context
          .map(part =>
            part instanceof Uint8Array
              ? Buffer.from(part).toString('utf8')
              : typeof part === 'string'
                ? part
                : JSON.stringify(part),
          )
          .join(' '),
      )
      return original.apply(target, [...context])
    }
    restorers.push(() => {
      holder[name] = original
    })
  }
  for (const stream of [process.stdout, process.stderr]) wrap(stream, 'write')
  for (const name of ['log', 'info', 'warn', 'error', 'debug']) wrap(console, name)
  return {
    lines,
    restore: () => {
      for (const restore of restorers) restore()
    },
  }
}
