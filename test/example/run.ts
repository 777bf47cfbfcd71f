// The example as a real process, and its simulated phones by HTTP.
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { startProgram } from '../support/program.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Empty values, so that the tests do not depend on the environment of this machine or on an `.env`
 * file.
 */
const unset = Object.fromEntries(
  [
    'PORT',
    'SIMULATOR_PORT',
    'SIMULATOR_URL',
    'PUBLIC_URL',
    'HOSTNAME',
    'SESSION_SECRET',
    'VOICE_OTP_SECRET',
    'SIGNALWIRE_PROJECT',
    'SIGNALWIRE_TOKEN',
    'SIGNALWIRE_SPACE',
    'SIGNALWIRE_NUMBER',
    'SIGNALWIRE_SIGNING_KEY',
    'DEMO',
    'DEMO_PHONE',
    'REDIS_URL',
    'NODE_ENV',
  ].map(name => [name, '']),
)

export const byNpm = ['npm', 'run', '--silent', 'example', '--']

export type Run = ReturnType<typeof run>

/**
 * Starts the example, or another command, with arguments. The whole process group ends with the
 * test.
 */
export function run(
  environment: Readonly<Record<string, string>>,
  words: readonly string[] = [],
  command?: readonly string[],
) {
  const program = startProgram('example/server.ts', {
    args: words,
    environment: { ...process.env, ...unset, PORT: '0', ...environment },
    cwd: root,
    ...(command === undefined ? {} : { command }),
  })
  onTestFinished(() => program.kill())
  return {
    child: program.child,
    /** Resolves with the exit status. */
    ended: program.ended.then(({ code }) => code),
    get output() {
      return program.text
    },
    /** Resolves with the first match of the output. Rejects if the process ends without a match. */
    until: program.until,
    /** What a terminal does with Ctrl-C, or a supervisor with the whole group. */
    signalGroup: program.signal,
  }
}

/** The addresses that the demo prints. */
export async function addresses(example: Run): Promise<{ app: string; phones: string }> {
  const [, app = ''] = await example.until(/The app: +(\S+)\n/)
  const [, phones = ''] = await example.until(/The phones: +(\S+)\n/)
  return { app, phones }
}

interface RemoteCall {
  readonly sid: string
  readonly status: string
  readonly heard: readonly string[]
  readonly waitingFor: unknown
}

/**
 * Answers the newest call of a simulator in another process, presses the digits whenever the voice
 * waits for keys, and returns the code. Throws if the call ends without a code.
 */
export async function answerRemotely(phones: string, digits: string): Promise<string> {
  const act = async (sid: string, action: string, body: object) => {
    await fetch(`${phones}/calls/${sid}/${action}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  }
  let isAnswered = false
  for (;;) {
    const [newest] = (await (await fetch(`${phones}/calls.json`)).json()) as RemoteCall[]
    const [code] = /(\d, ){5}\d/.exec(newest?.heard.join(' ') ?? '') ?? []
    if (newest?.status === 'ringing') {
      await act(newest.sid, 'answer', {})
      isAnswered = true
    } else if (isAnswered) {
      if (code !== undefined) return code.replaceAll(', ', '')
      if (newest?.status !== 'in-progress')
        throw new Error(`The call ended without a code: ${JSON.stringify(newest)}`)
      if (newest.waitingFor !== null) await act(newest.sid, 'keys', { digits })
    }
    // Both processes need the processor more than these requests do.
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
