import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runSimulator } from '../../lib/simulator/run-simulator.js'
import { compiled } from '../support/compiled.js'
import { checkContract } from '../support/contract.js'
import { alice, startSimulator } from './support.js'

/** Starts the command; `text()` is everything it printed. */
function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { PATH } = process.env
  const child = spawn(process.execPath, [compiled('lib/simulator/cli.ts'), ...args], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let text = ''
  let printed = (): void => undefined
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      printed()
    })
  }
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }))
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text))
      await Promise.race([
        new Promise<void>(resolve => {
          printed = resolve
        }),
        ended.then(() => {
          if (!pattern.test(text)) throw new Error(`It ended: ${text}`)
        }),
      ])
  }
  return { child, text: () => text, until, ended }
}

/** Resolves when the hosted code exists, which is before its late response. */
async function sent(space: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${space}/mfa.json`)
    if (((await response.json()) as unknown[]).length > 0) return
  }
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the simulator command prints its URL and the environment, and %s ends it cleanly with a stream open and a late response on its way',
  async signal => {
    const { child, text, until, ended } = run(['simulator', '--port', '0'])
    await until(/SIGNALWIRE_SIGNING_KEY=.*\n/)
    const environment = Object.fromEntries(
      text()
        .split('\n')
        .filter(line => line.startsWith('SIGNALWIRE_'))
        .map(line => line.split(/=(.*)/s).slice(0, 2)),
    ) as Record<string, string>
    expect(environment).toEqual({
      SIGNALWIRE_PROJECT: expect.stringMatching(/^[\da-f-]{36}$/),
      SIGNALWIRE_TOKEN: expect.stringMatching(/^PT/),
      SIGNALWIRE_SPACE: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      SIGNALWIRE_NUMBER: '+12025550100',
      SIGNALWIRE_SIGNING_KEY: expect.stringMatching(/^PSK/),
    })
    expect(text()).toContain(`The phones: ${environment['SIGNALWIRE_SPACE']!}`)
    const events = await fetch(`${environment['SIGNALWIRE_SPACE']!}/events`)
    const cut = expect(events.text()).rejects.toThrow()
    const json = { 'Content-Type': 'application/json' }
    await fetch(`${environment['SIGNALWIRE_SPACE']!}/faults`, {
      method: 'PUT',
      headers: json,
      body: '{"mfa":{"delayMs":3600000}}',
    })
    const { SIGNALWIRE_PROJECT: project = '', SIGNALWIRE_TOKEN: token = '' } = environment
    const late = expect(
      fetch(`${environment['SIGNALWIRE_SPACE']!}/api/relay/rest/mfa/sms`, {
        method: 'POST',
        headers: {
          ...json,
          Authorization: `Basic ${Buffer.from(`${project}:${token}`).toString('base64')}`,
        },
        body: JSON.stringify({ to: alice }),
      }),
    ).rejects.toThrow('fetch failed')
    await sent(environment['SIGNALWIRE_SPACE']!)
    child.kill(signal)
    expect(await ended).toEqual({ code: 0, signal: null })
    await Promise.all([cut, late])
  },
)

test('the simulator command takes the credentials and the PORT of the environment', async () => {
  const taken = await startSimulator()
  const { port } = new URL(taken.url)
  await taken.stop()
  const { text, until } = run(['simulator'], {
    PORT: port,
    SIGNALWIRE_PROJECT: 'p',
    SIGNALWIRE_TOKEN: 't',
    SIGNALWIRE_NUMBER: '+12025550111',
    SIGNALWIRE_SIGNING_KEY: 'k',
  })
  await until(/SIGNALWIRE_SIGNING_KEY=.*\n/)
  expect(text()).toBe(
    `The phones: http://127.0.0.1:${port}\n\nSIGNALWIRE_PROJECT=p\nSIGNALWIRE_TOKEN=t\nSIGNALWIRE_SPACE=http://127.0.0.1:${port}\nSIGNALWIRE_NUMBER=+12025550111\nSIGNALWIRE_SIGNING_KEY=k\n`,
  )
})

test('the simulator command has the pace of a real Space, one call a second, and documented responses', async () => {
  const { text, until } = run(['simulator', '--port', '0'])
  await until(/SIGNALWIRE_SIGNING_KEY=.*\n/)
  const valueOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text())?.[1] ?? ''
  const project = valueOf('SIGNALWIRE_PROJECT')
  const path = `/api/laml/2010-04-01/Accounts/${project}/Calls.json`
  const request = async (method: 'GET' | 'POST', body?: URLSearchParams) => {
    const credentials = Buffer.from(`${project}:${valueOf('SIGNALWIRE_TOKEN')}`).toString('base64')
    const response = await fetch(`${valueOf('SIGNALWIRE_SPACE')}${path}`, {
      method,
      headers: { Authorization: `Basic ${credentials}` },
      ...(body === undefined ? {} : { body }),
    })
    const { status } = response
    const received = (await response.json()) as { calls: { status: string }[] }
    checkContract([
      { method, path, fields: {}, authorized: true, status, response: received, isFaulty: false },
    ])
    return received
  }
  const order = { To: alice, From: '+12025550100', Url: 'https://acme.example/' }
  const start = performance.now()
  for (let calls = 0; calls < 3; calls++) await request('POST', new URLSearchParams(order))
  await vi.waitFor(
    async () => {
      const { calls } = await request('GET')
      expect(calls.map(({ status }) => status)).toEqual(['ringing', 'ringing', 'ringing'])
    },
    { timeout: 60_000 },
  )
  // The second and the third call each ring a second after the one before.
  expect(performance.now() - start).toBeGreaterThan(1900)
})

test('a mistake on the command line is one sentence and the exit status 1', async () => {
  const taken = await startSimulator()
  const { port } = new URL(taken.url)
  for (const [args, message] of [
    [['simulator', '--port', port], `Port ${port} is in use: give another by --port or PORT.\n`],
    [['sing'], "There is no command 'sing': simulator\n"],
    [['constructor'], "There is no command 'constructor': simulator\n"],
  ] as const) {
    const { text, ended } = run(args)
    expect(await ended).toEqual({ code: 1, signal: null })
    expect(text()).toBe(message)
  }
})

test.each([
  [['--port', '70000'], /^'70000' is not a port: a number from 0 to 65535$/],
  [['--port', 'x'], /^'x' is not a port: a number from 0 to 65535$/],
  [
    ['--calls-per-second', '0'],
    /^'0' is not a number of calls per second: a number above 0, or Infinity$/,
  ],
  [['--prot', '1'], /^Unknown option '--prot'/],
])(
  'the arguments %j of the simulator command are refused with one sentence',
  async (args, message) => {
    await expect(runSimulator(args)).rejects.toThrow(message)
  },
)

test.each([
  [[], 'passport-voice-otp <command>'],
  [['--help'], 'passport-voice-otp <command>'],
  [['simulator', '--help'], 'passport-voice-otp simulator [--port 3001] [--calls-per-second 1]'],
])('the command with the arguments %j prints help', async (args, help) => {
  const { text, ended } = run(args)
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(text()).toContain(help)
})
