// Processes of the small app that share one engine.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { SmallAppSettings } from './small-app.js'

export type SmallApps = Awaited<ReturnType<typeof openSmallApps>>

/** What runs a program: its compiled form, or the source itself. */
export type ProgramFile = (path: string) => string

/** The source itself: for programs that nobody has compiled. Its packages may lie beside it. */
export const fromSource: ProgramFile = path =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url))

export interface SmallAppsOptions extends Omit<SmallAppSettings, 'engine'> {
  /** The file of `test/engines/` that connects. */
  readonly engine: string
  readonly programFile: ProgramFile
}

/** Starts so many processes. */
export async function openSmallApps(
  count: number,
  { engine, programFile, ...settings }: SmallAppsOptions,
) {
  const program = programFile('test/support/small-app.ts')
  const given: SmallAppSettings = {
    ...settings,
    engine: pathToFileURL(programFile(`test/engines/${engine}`)).href,
  }
  const execArgv = program.endsWith('.ts') ? ['--import', 'tsx'] : []
  const children: ChildProcess[] = []
  const start = async (): Promise<string> => {
    const child = fork(program, [JSON.stringify(given)], { execArgv })
    children.push(child)
    const ended = once(child, 'exit').then(() => {
      throw new Error('The app did not start.')
    })
    const [{ url }] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }]
    ended.catch(() => undefined)
    return url
  }
  const urls = await Promise.all(Array.from({ length: count }, start))

  const request = (process: number, path: string, options: RequestInit = {}): Promise<Response> =>
    fetch(`${urls[process % urls.length]!}${path}`, options)
  return {
    urls,
    /** @param process Counts on from the last process to the first. */
    request,
    /** Sends JSON. */
    post: (process: number, path: string, body: object, cookie = ''): Promise<Response> =>
      request(process, path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', cookie },
        body: JSON.stringify(body),
      }),
    async close(): Promise<void> {
      const running = children.filter(child => child.connected)
      await Promise.all(
        running.map(child => {
          const ended = once(child, 'exit')
          child.disconnect()
          return ended
        }),
      )
    },
  }
}

/** The cookie that a response sets. */
export const cookieOf = (response: Response): string =>
  response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
