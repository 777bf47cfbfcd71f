// Several real processes of the example on one Redis and one simulated Space.
import { Simulator } from 'passport-voice-otp/simulator'
import { Browser } from './browser.js'
import { Capture, codesSpoken, seenBySpace } from './canary.js'
import { demoPassword, demoPeople } from './people.js'
import { Person } from './person.js'
import { type Program, startProgram } from './program.js'
import { freePort } from './listen.js'
import { openRedis } from './redis.js'
import { secret, sessionSecret } from './secrets.js'
import { eventQueries, type SiteEvent } from './watched-site.js'

export type Processes = Awaited<ReturnType<typeof openProcesses>>

/** One running `example/server.ts`. */
export interface AppProcess extends Pick<Program, 'lines' | 'kill'> {
  readonly url: string
}

/**
 * Starts `count` processes. SignalWire reaches all of them at the address of the first, as behind
 * one load balancer.
 */
export async function openProcesses(count: number) {
  const [redis, simulator] = await Promise.all([openRedis(), Simulator.start()])
  const { project, token, space, from, signingKey } = simulator.signalwire
  const capture = new Capture()
  const processes: AppProcess[] = []

  async function start(): Promise<AppProcess> {
    const started = await startProcess({
      SIMULATOR_URL: simulator.url,
      REDIS_URL: redis.url,
      PUBLIC_URL: processes[0]?.url ?? '',
      SIGNALWIRE_PROJECT: project,
      SIGNALWIRE_TOKEN: token,
      SIGNALWIRE_SPACE: space,
      SIGNALWIRE_NUMBER: from,
      SIGNALWIRE_SIGNING_KEY: signingKey,
      SESSION_SECRET: sessionSecret,
      VOICE_OTP_SECRET: secret,
      NODE_ENV: 'test',
    })
    processes.push(started)
    return started
  }
  const close = async (): Promise<void> => {
    await Promise.all(processes.map(each => each.kill()))
    await Promise.all([simulator.stop(), redis.close()])
  }
  try {
    await start()
    const others = await Promise.allSettled(Array.from({ length: count - 1 }, start))
    for (const other of others) if (other.status === 'rejected') throw other.reason
  } catch (error) {
    await close()
    throw error
  }

  for (const { phone } of demoPeople) if (phone !== null) capture.phones.add(phone)
  capture.watch('output of a process', () => processes.flatMap(({ lines }) => lines))
  capture.watch('line to Redis', () => redis.recorded)
  capture.watch('Redis', () => redis.dump())
  capture.watch('seen by SignalWire', () => seenBySpace(simulator))

  /** The events that the processes logged, in order for each process. */
  const events = (): readonly SiteEvent[] =>
    processes
      .flatMap(({ lines }) => lines)
      .flatMap(line => {
        const { event, ...details } = (line.startsWith('{') ? JSON.parse(line) : {}) as {
          readonly event?: SiteEvent['name']
        }
        return event === undefined ? [] : [{ name: event, details }]
      })
  const home = { url: processes[0]!.url, simulator, capture }

  return {
    processes,
    simulator,
    redis,
    capture,
    start,
    ...eventQueries(events),
    /** One of the people of the demo with a new browser, which begins at the first process. */
    person: (username: string) =>
      new Person(
        home,
        username,
        demoPassword,
        demoPeople.find(each => each.username === username)?.phone ?? '',
      ),
    browser: () => new Browser(home),
    /** Fails if a code or a number leaked anywhere so far: call it before `close()`. */
    checkCanary: () => capture.check(codesSpoken(simulator)),
    close,
  }
}

async function startProcess(environment: Readonly<Record<string, string>>): Promise<AppProcess> {
  const port = await freePort()
  const program = startProgram('example/server.ts', {
    environment: { PORT: String(port), ...environment },
  })
  try {
    await program.until(/^The app:/m)
  } catch (error) {
    // Somebody else took the port in the meantime.
    if (/ in use|EADDRINUSE/.test(program.text)) return startProcess(environment)
    throw error
  }
  return {
    url: `http://127.0.0.1:${port}`,
    get lines() {
      return program.lines
    },
    kill: () => program.kill(),
  }
}
