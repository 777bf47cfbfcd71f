// Several real processes of the example on one Redis and one simulated Space.
import { spawn, type ChildProcess } from 'node:child_process'
import { compiled } from './compiled.js'
import { Simulator } from 'passport-voice-otp/simulator'
import { demoPassword, demoPeople } from '../../example/stores/users.js'
import { Browser, Person } from './browser.js'
import { Capture, codesSpoken, seenBySpace } from './canary.js'
import type { SiteEvent } from './watched-site.js'
import { freePort, openRedis } from './redis.js'

export type Processes = Awaited<ReturnType<typeof openProcesses>>

/** One running `example/server.ts`. */
export interface AppProcess {
  readonly url: string
  /** What it printed so far, by line; stdout and stderr together. */
  readonly lines: readonly string[]
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
}

/** Starts `count` processes, all reached by SignalWire under the address of the first, as behind one load balancer. */
export async function openProcesses(
  count: number,
  environment: Readonly<Record<string, string>> = {},
) {
  const [redis, simulator] = await Promise.all([openRedis(), Simulator.start()])
  const { project, token, space, from, signingKey } = simulator.signalwire
  const capture = new Capture()
  const processes: AppProcess[] = []

  async function start(): Promise<AppProcess> {
    const started = await startProcess(await freePort(), {
      SIMULATOR_URL: simulator.url,
      REDIS_URL: redis.url,
      PUBLIC_URL: processes[0]?.url ?? '',
      SIGNALWIRE_PROJECT: project,
      SIGNALWIRE_TOKEN: token,
      SIGNALWIRE_SPACE: space,
      SIGNALWIRE_NUMBER: from,
      SIGNALWIRE_SIGNING_KEY: signingKey,
      SESSION_SECRET: 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA',
      VOICE_OTP_SECRET: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
      DEMO_PHONE: '',
      HOSTNAME: '',
      NODE_ENV: 'test',
      ...environment,
    })
    processes.push(started)
    return started
  }
  const end = async (): Promise<void> => {
    await Promise.all(processes.map(each => each.kill()))
    await Promise.all([simulator.stop(), redis.close()])
  }
  try {
    await start()
    const others = await Promise.allSettled(Array.from({ length: count - 1 }, start))
    for (const other of others) if (other.status === 'rejected') throw other.reason
  } catch (error) {
    await end()
    throw error
  }

  for (const { phone } of demoPeople) if (phone !== null) capture.phones.add(phone)
  capture.watch('output of a process', () => processes.flatMap(({ lines }) => lines))
  capture.watch('line to Redis', () => redis.recorded)
  capture.watch('Redis', () => redis.dump())
  capture.watch('seen by SignalWire', () => seenBySpace(simulator))

  /** The events that the processes logged, in order for each. */
  const events = (): readonly SiteEvent[] =>
    processes
      .flatMap(({ lines }) => lines)
      .flatMap(line => {
        const { event, ...details } = (line.startsWith('{') ? JSON.parse(line) : {}) as {
          readonly event?: SiteEvent['name']
        }
        return event === undefined ? [] : [{ name: event, details }]
      })
  const { url } = processes[0]!
  const place = { url, origin: url, simulator, capture }

  return {
    processes,
    simulator,
    redis,
    capture,
    events,
    start,
    named: (name: SiteEvent['name']) =>
      events()
        .filter(event => event.name === name)
        .map(({ details }) => details),
    /** How often a code was really compared and found wrong, in all processes. */
    comparisons: (userId?: string) =>
      events().filter(
        ({ name, details }) =>
          name === 'code.rejected' &&
          details.compared === true &&
          (userId === undefined || details.userId === userId),
      ).length,
    /** One of the people of the demo with a new browser, which begins at the first process. */
    person: (username: string) =>
      new Person(
        place,
        username,
        demoPassword,
        demoPeople.find(each => each.username === username)?.phone ?? '',
      ),
    browser: () => new Browser(url, capture),
    /** Fails if a code or a number leaked anywhere so far: call it in `afterEach`. */
    async checkCanary(): Promise<void> {
      await capture.check(codesSpoken(simulator))
    },
    close: end,
  }
}

async function startProcess(
  port: number,
  environment: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const env = { PATH: process.env['PATH'], PORT: String(port), ...environment }
  const child = spawn(process.execPath, [compiled('example/server.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killToo = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', killToo)
  child.once('exit', () => process.off('exit', killToo))
  const lines = collectLines(child)
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error('it did not start within a minute'))
    }, 60_000)
    child.stdout?.on('data', () => {
      if (!lines.some(line => line.startsWith('The app:'))) return
      clearTimeout(late)
      resolve()
    })
    child.once('exit', () => {
      clearTimeout(late)
      reject(new Error(`it ended: ${lines.join('\n')}`))
    })
  }).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    url: `http://127.0.0.1:${port}`,
    lines,
    kill: () =>
      new Promise(resolve => {
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve()
          return
        }
        child.once('close', () => {
          resolve()
        })
        child.kill('SIGKILL')
      }),
  }
}

function collectLines(child: ChildProcess): readonly string[] {
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const [last, ...whole] = (rest + text).split('\n').reverse()
      rest = last ?? ''
      lines.push(...whole.reverse())
    })
  }
  return lines
}
