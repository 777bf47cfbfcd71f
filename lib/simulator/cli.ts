#!/usr/bin/env node
/* v8 ignore file -- cli.test.ts runs this file as a process */
// The command of the package: passport-voice-otp <command>.
import { runSimulator } from './run-simulator.js'

const help = `passport-voice-otp <command>

  simulator   a simulated SignalWire Space with phones, on this machine

passport-voice-otp <command> --help says more.`

const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  simulator: runSimulator,
}

async function main([name = '--help', ...args]: string[]): Promise<void> {
  if (name === '--help' || name === '-h') {
    console.log(help)
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined)
    throw new Error(`There is no command '${name}': ${Object.keys(commands).join(', ')}`)
  await command(args)
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error((error as Error).message)
  process.exitCode = 1
})
