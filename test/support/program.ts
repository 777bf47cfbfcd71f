// A program in a process of its own: what it prints, and how it ends.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { compiled } from './compiled.js'

export interface ProgramOptions {
  readonly args?: readonly string[]
  /** The whole environment, apart from `PATH`. */
  readonly environment?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What runs the program. Default: this Node and the compiled file. */
  readonly command?: readonly string[]
}

/** A running program. */
export interface Program {
  readonly child: ChildProcess
  /** Everything it printed so far, stdout and stderr together. */
  readonly text: string
  readonly lines: readonly string[]
  /** Resolves with the first match in what it printed. Rejects if it ends without a match. */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>
  /** Resolves when it has ended and everything it printed has arrived. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** Sends a signal to the program and everything it started, as Ctrl-C in a terminal does. */
  readonly signal: (name: NodeJS.Signals) => void
  /** Ends it at once, as a crash does. Resolves when it has ended. */
  kill(): Promise<void>
}

/**
 * Starts a program. It ends with this process at the latest. @param file For example
 * `example/server.ts`.
 */
export function startProgram(
  file: string,
  { args = [], environment = {}, cwd, command }: ProgramOptions = {},
): Program {
  const [executable = '', ...words] = command ?? [process.execPath, compiled(file)]
  const child = spawn(executable, [...words, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it starts can be ended with it.
    detached: true,
    ...(cwd === undefined ? {} : { cwd }),
  })
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // The group has ended.
    }
  }
  const killToo = (): void => {
    signal('SIGKILL')
  }
  process.once('exit', killToo)
  const ended = once(child, 'close').then(([code, name]) => {
    process.off('exit', killToo)
    return { code: code as number | null, signal: name as string | null }
  })

  let text = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more
      for (const look of waiting) look()
    })
  return {
    child,
    ended,
    signal,
    get text() {
      return text
    },
    get lines() {
      return text.split('\n').slice(0, -1)
    },
    until: pattern =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text)
          if (match === null) return
          waiting.delete(look)
          resolve(match)
        }
        waiting.add(look)
        void ended.then(() => {
          look()
          reject(new Error(`It ended: ${text}`))
        })
        look()
      }),
    async kill() {
      signal('SIGKILL')
      await ended
    },
  }
}
