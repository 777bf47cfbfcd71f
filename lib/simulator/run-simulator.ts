/* v8 ignore file -- cli.test.ts runs this file as a process */
import { parseArgs } from 'node:util'
import { Simulator } from './simulator.js'

const help = `passport-voice-otp simulator [--port 3001] [--calls-per-second 1]

A simulated SignalWire Space with phones, on this machine.
It prints the values of SIGNALWIRE_* for your app.

  --port N               listens on 127.0.0.1:N; the environment variable PORT does the same
  --calls-per-second N   calls that start to ring in one second; Infinity for no limit

SIGNALWIRE_PROJECT, SIGNALWIRE_TOKEN, SIGNALWIRE_NUMBER and SIGNALWIRE_SIGNING_KEY, if set,
are the credentials of the Space, so that they stay the same after a restart.`

/**
 * `passport-voice-otp simulator`: runs a Space until SIGINT or SIGTERM. Rejects with an Error whose
 * message is for the user.
 * @internal
 */
export async function runSimulator(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      'calls-per-second': { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    console.log(help)
    return
  }
  const simulator = await start(
    readPort(values.port ?? environment('PORT') ?? '3001'),
    readPace(values['calls-per-second'] ?? '1'),
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The process ends by itself when nothing is open. A second signal ends it at once.
    process.once(signal, () => {
      void simulator.stop()
    })
  }
  introduce(simulator)
}

const environment = (name: string): string | undefined => process.env[name]?.trim() || undefined

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`'${text}' is not a port: a number from 0 to 65535`)
  return Number(text)
}

function readPace(text: string): number {
  if (!(Number(text) > 0))
    throw new Error(`'${text}' is not a number of calls per second: a number above 0, or Infinity`)
  return Number(text)
}

async function start(port: number, callsPerSecond: number): Promise<Simulator> {
  try {
    return await Simulator.start({
      port,
      clock: 'real',
      callsPerSecond,
      project: environment('SIGNALWIRE_PROJECT'),
      token: environment('SIGNALWIRE_TOKEN'),
      from: environment('SIGNALWIRE_NUMBER'),
      signingKey: environment('SIGNALWIRE_SIGNING_KEY'),
    })
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error
    throw new Error(`Port ${port} is in use: give another by --port or PORT.`, { cause: error })
  }
}

function introduce({
  url,
  signalwire: { project, token, space, from, signingKey },
}: Simulator): void {
  console.log(`The phones: ${url}

SIGNALWIRE_PROJECT=${project}
SIGNALWIRE_TOKEN=${token}
SIGNALWIRE_SPACE=${space}
SIGNALWIRE_NUMBER=${from}
SIGNALWIRE_SIGNING_KEY=${signingKey}`)
}
