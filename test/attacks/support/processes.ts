// Several real processes of the example on one Redis and one simulated Space.
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Simulator } from 'passport-voice-otp/simulator'
import { demoPassword, demoPeople } from '../../../example/users.js'
import { Browser, Person } from './browser.js'
import { Capture, codesSpoken, seenBySpace } from './canary.js'
import type { SiteEvent } from './harness.js'
import { openRedis } from './redis.js'

export type Processes = Awaited<ReturnType<typeof openProcesses>>

/** One running `example/server.ts`. */
export interface AppProcess {
  readonly url: string
  /** What it printed so far, by line; stdout and stderr together. */
  readonly lines: readonly string[]
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Starts `count` processes, all reached by SignalWire under the address of the first, as behind one load balancer. */
export async function openProcesses(count: number, environment: Readonly<Record<string, string>> = {}) {
  const [redis, simulator] = await Promise.all([openRedis(), Simulator.start()])
  const { project, token, space, from, signingKey } = simulator.signalwire
  const capture = new Capture()
  const processes: AppProcess[] = []

  async function start(): Promise<AppProcess> {
    const started = await startProcess({
      PORT: '0', SIMULATOR_URL: simulator.url, REDIS_URL: redis.url, PUBLIC_URL: processes[0]?.url ?? '',
      SIGNALWIRE_PROJECT: project, SIGNALWIRE_TOKEN: token, SIGNALWIRE_SPACE: space, SIGNALWIRE_NUMBER: from, SIGNALWIRE_SIGNING_KEY: signingKey,
      SESSION_SECRET: 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA', VOICE_OTP_SECRET: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn', DEMO_PHONE: '', HOSTNAME: '', NODE_ENV: 'test', ...environment,
    })
    processes.push(started)
    return started
  }
  const first = await start()
  await Promise.all(Array.from({ length: count - 1 }, start))

  for (const { phone } of demoPeople) if (phone !== null) capture.phones.add(phone)
  capture.watch('output of a process', () => processes.flatMap(({ lines }) => lines))
  capture.watch('line to Redis', () => redis.recorded)
  capture.watch('Redis', () => redis.dump())
  capture.watch('seen by SignalWire', () => seenBySpace(simulator))

  /** The events that the processes logged, in order for each. */
  const events = (): readonly SiteEvent[] => processes.flatMap(({ lines }) => lines).flatMap(line => {
    const { event, ...details } = (line.startsWith('{') ? JSON.parse(line) : {}) as { readonly event?: SiteEvent['name'] }
    return event === undefined ? [] : [{ name: event, details }]
  })
  const place = { url: first.url, origin: first.url, simulator, capture }

  return {
    processes, simulator, redis, capture, events, start,
    named: (name: SiteEvent['name']) => events().filter(event => event.name === name).map(({ details }) => details),
    /** How often a code was really compared and found wrong, in all processes. */
    comparisons: (userId?: string) => events().filter(({ name, details }) => name === 'code.rejected' && details.compared === true && (userId === undefined || details.userId === userId)).length,
    /** One of the people of the demo with a new browser, which begins at the first process. */
    person: (username: string) => new Person(place, username, demoPassword, demoPeople.find(each => each.username === username)?.phone ?? ''),
    browser: () => new Browser(first.url, capture),
    /** Fails if a code or a number leaked anywhere so far: call it in `afterEach`. */
    async checkCanary(): Promise<void> { await capture.check(codesSpoken(simulator)) },
    async close(): Promise<void> {
      await Promise.all(processes.map(each => each.kill()))
      await Promise.all([simulator.stop(), redis.close()])
    },
  }
}

async function startProcess(environment: Readonly<Record<string, string>>): Promise<AppProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'example/server.ts'], { cwd: root, env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines = collectLines(child)
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => { reject(new Error('it did not start within 15 seconds')) }, 15_000)
    const look = (): void => {
      const [, found] = /^The app: +(\S+)$/m.exec(lines.join('\n')) ?? []
      if (found === undefined) return
      clearTimeout(late)
      resolve(found)
    }
    child.stdout?.on('data', look)
    child.once('exit', () => { reject(new Error(`it ended: ${lines.join('\n')}`)) })
  }).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    url,
    lines,
    kill: () => new Promise(resolve => {
      if (child.exitCode !== null || child.signalCode !== null) { resolve(); return }
      child.once('close', () => { resolve() })
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
