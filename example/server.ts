// Starts the example: `npm run example`. With `--check` it tries the settings instead, and calls
// nobody.
import { pino } from 'pino'
import { checkSettings } from './support/check.js'
import { ConfigError, loadEnvironment, readConfig } from './support/config.js'
import { explainError, printIntroduction } from './support/messages.js'
import { Example } from './support/start.js'

const isCheck = process.argv.includes('--check')
let example: Example | undefined
let stopping: Promise<void> | undefined

// The terminal, npm and tsx may each send a signal. The first one is enough.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    stopping ??= Promise.resolve(example?.stop()).then(() => process.exit(0))
  })

try {
  const unknown = process.argv.slice(2).find(argument => argument !== '--check')
  if (unknown !== undefined)
    throw new ConfigError(
      `Unknown argument ${unknown}. The only argument is --check; .env.example explains the variables.`,
    )
  loadEnvironment()
  example = new Example(readConfig(process.env), pino({ base: null }), isCheck)
  const running = await example.start()
  if (isCheck) {
    process.exitCode = (await checkSettings(running)) ? 0 : 1
    await example.stop()
  } else {
    printIntroduction(running)
  }
} catch (error) {
  console.error(explainError(error))
  await example?.stop()
  process.exit(1)
}
