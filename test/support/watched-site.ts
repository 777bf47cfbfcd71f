// The app of `example/`, listening, with slow stores, a simulated Space, a clock that a test moves, and everything captured.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { vi } from 'vitest'
import type { Limits, VoiceOtpEvents } from 'passport-voice-otp'
import { Simulator, type SimulatorOptions } from 'passport-voice-otp/simulator'
import { type AppOptions, createApp } from '../../example/app.js'
import {
  createUsers,
  demoPassword,
  type Person as Account,
  type User,
  type Users,
} from '../../example/stores/users.js'
import { cheapPeople } from './people.js'
import { CounterStore, SessionStore } from './stores.js'
import { Browser, Person } from './browser.js'
import { Capture, codesSpoken, seenBySpace } from './canary.js'

export { Browser, Person, failureIn, type Answer } from './browser.js'
export { Capture, codesSpoken } from './canary.js'
export { wrongCode } from './world.js'

/** How a site is opened; what else `createApp` takes is handed on, and wins. */
export interface SiteOptions extends Partial<Omit<AppOptions, 'users' | 'clock' | 'logger'>> {
  /** Default: the people of the demo, alice, bob, mallory and dave. */
  readonly people?: readonly Account[]
  /** Delay of the session and the counter store, `[least, most]` in milliseconds, each way. Default `[2, 25]`: without delay the races hide. */
  readonly delayMilliseconds?: readonly [number, number]
  readonly simulatorOptions?: SimulatorOptions
}

export type Site = Awaited<ReturnType<typeof openSite>>
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

/** No limit on calls: for attacks on the code itself. */
export const callsUnlimited = {
  callIntervalSeconds: false,
  callsPerUserHour: false,
  callsPerPhoneTenMinutes: false,
  callsPerPhoneDay: false,
  callsPerPrefixTenMinutes: false,
  callsPerAppMinute: false,
  enrollCallsPerPhoneTenMinutes: false,
  enrollCallsPerPhoneDay: false,
} as const satisfies Partial<Limits>

/** Starts the app on a free loopback port. `close()` ends it and fails if a code or a number leaked anywhere: call it in `afterEach`. */
export async function openSite(given: SiteOptions = {}) {
  const {
    people = cheapPeople,
    delayMilliseconds: [least, most] = [2, 25],
    simulatorOptions,
    ...options
  } = given
  // The date alone is in the hands of the test: it decides expiry and windows, while sockets and delays run on.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-01T12:00:00Z') })
  const simulator = await Simulator.start(simulatorOptions)
  const capture = new Capture()
  const output = captureOutput()
  const sessions = new SessionStore(least, most)
  const counters = new CounterStore(least, most)
  const directory = createDirectory(people)

  const server = createServer({
    requestTimeout: 15_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2000,
  })
  await new Promise<void>(resolve =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, resolve),
  )
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const logLines: string[] = []
  const { app, voiceOtp } = createApp({
    users: directory.users,
    publicUrl: url,
    otherOrigins: [`http://localhost:${port}`],
    sessionSecret: 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA',
    secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
    signalwire: simulator.signalwire,
    sessionStore: sessions,
    limiter: counters.factory,
    clock: Date,
    logger: pino(
      { base: null },
      {
        write: (line: string) => {
          logLines.push(line)
        },
      },
    ),
    ...options,
  })
  server.on('request', app)

  const events: SiteEvent[] = []
  const emit = voiceOtp.events.emit.bind(voiceOtp.events) as (
    ...event: readonly unknown[]
  ) => boolean
  // Whatever the name: an event that is added later is searched for leaks too.
  Object.assign(voiceOtp.events, {
    emit: (name: keyof VoiceOtpEvents, details: object) => {
      events.push({ name, details })
      return emit(name, details)
    },
  })
  for (const { phone } of people) if (phone !== null) capture.phones.add(phone)
  capture.watch('stdout and stderr', () => output.lines)
  capture.watch('log', () => logLines)
  capture.watch('events', () => JSON.stringify(events))
  capture.watch('session store', () => [...sessions.written, sessions.dump()])
  capture.watch('counter store', () => [...counters.written, counters.dump()])
  capture.watch('seen by SignalWire', () => seenBySpace(simulator))

  const place = { url, simulator, capture }
  async function close(): Promise<void> {
    await new Promise(resolve => {
      server.close(resolve)
      server.closeAllConnections()
    })
    const codes = codesSpoken(simulator)
    await simulator.stop()
    output.restore()
    vi.useRealTimers()
    await capture.check(codes)
  }

  return {
    url,
    app,
    voiceOtp,
    simulator,
    capture,
    sessions,
    counters,
    directory,
    events,
    logLines,
    /** Captured writes to stdout and stderr. */
    output: output.lines,
    clock: {
      now: () => Date.now(),
      /** Moves the date for app, strategy and counters; the telephones have `simulator.advance`. */
      pass: (seconds: number) => {
        vi.setSystemTime(Date.now() + seconds * 1000)
      },
    },
    named: (name: keyof VoiceOtpEvents) =>
      events.filter(event => event.name === name).map(({ details }) => details),
    /** How often a code was really compared and found wrong, for one user or all. */
    comparisons: (userId?: string) =>
      events.filter(
        ({ name, details }) =>
          name === 'code.rejected' &&
          details.compared === true &&
          (userId === undefined || details.userId === userId),
      ).length,
    /** One of the people with a new browser. */
    person(username: string): Person {
      const account = people.find(each => each.username === username)
      return new Person(place, username, demoPassword, account?.phone ?? '')
    },
    /** A browser of nobody. */
    browser: () => new Browser(url, capture),
    close,
  }
}

/** The users of the example, whom a test may remove or give another number behind the app's back. */
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
