#!/usr/bin/env node
/* v8 ignore file -- cli.test.ts runs it as a process */
import { parseArgs } from 'node:util'
import { Simulator } from './simulator.js'
import type { SimulatedSpace } from './types/options.js'

const help = `A SignalWire Space and its telephones on this machine.

  voice-otp-simulator [--port 3001]

PORT does as --port. SIGNALWIRE_PROJECT, SIGNALWIRE_TOKEN, SIGNALWIRE_NUMBER and SIGNALWIRE_SIGNING_KEY, if set, are
the Space's own, so that they stay the same from start to start.`

function readPort(): number {
  const { values } = parseArgs({ options: { port: { type: 'string' }, help: { type: 'boolean' } } })
  if (values.help === true) {
    console.log(help)
    process.exit(0)
  }
  const text = values.port ?? (process.env['PORT']?.trim() || '3001')
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`'${text}' is not a port: a number from 0 to 65535`)
  return Number(text)
}

function introduce(url: string, { project, token, space, from, signingKey }: SimulatedSpace): void {
  console.log(`The telephones: ${url}

SIGNALWIRE_PROJECT=${project}
SIGNALWIRE_TOKEN=${token}
SIGNALWIRE_SPACE=${space}
SIGNALWIRE_NUMBER=${from}
SIGNALWIRE_SIGNING_KEY=${signingKey}`)
}

try {
  const set = (name: string): string | undefined => process.env[name]?.trim() || undefined
  const simulator = await Simulator.start({
    port: readPort(),
    clock: 'real',
    project: set('SIGNALWIRE_PROJECT'),
    token: set('SIGNALWIRE_TOKEN'),
    from: set('SIGNALWIRE_NUMBER'),
    signingKey: set('SIGNALWIRE_SIGNING_KEY'),
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The process ends by itself when nothing is open any more; a second signal ends it at once.
    process.once(signal, () => {
      void simulator.stop()
    })
  }
  introduce(simulator.url, simulator.signalwire)
} catch (error) {
  const { code, port, message } = error as { code?: string; port?: number; message: string }
  console.error(
    code === 'EADDRINUSE'
      ? `Port ${String(port)} is in use: give another by --port or PORT.`
      : message,
  )
  process.exitCode = 1
}
