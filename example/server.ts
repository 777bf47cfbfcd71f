// Starts the example: `npm run example`. With `--check` it tries the settings instead, and calls
// nobody.
import { pino } from 'pino'
import { checkSettings } from './support/check.js'
import { loadEnvironment, must, readConfig } from './support/config.js'
import { explainError, printIntroduction } from './support/messages.js'
import { startExample } from './support/start.js'

const isCheck = process.argv.includes('--check')

try {
  const unknown = process.argv.slice(2).find(argument => argument !== '--check')
  must(
    unknown === undefined,
    `Unknown argument ${unknown}. The only argument is --check; .env.example explains the variables.`,
  )
  loadEnvironment()
  const running = await startExample(readConfig(process.env), pino({ base: null }), isCheck)
  if (isCheck) process.exit((await checkSettings(running)) ? 0 : 1)
  printIntroduction(running)
} catch (error) {
  console.error(explainError(error))
  process.exit(1)
}
