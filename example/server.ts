// Starts the example: `npm run example`. With `--check` it tries the settings instead, and calls
// nobody.
import { pino } from 'pino'
import { checkSettings } from './support/check.js'
import { loadEnvironment, must, readConfig } from './support/config.js'
import { exitWithReason, printIntroduction } from './support/messages.js'
import { startExample } from './support/start.js'

async function main(argument: string): Promise<void> {
  const isCheck = argument === '--check'
  must(
    isCheck || argument === '',
    `Unknown argument ${argument}. The only argument is --check; .env.example explains the variables.`,
  )
  loadEnvironment()
  const running = await startExample(readConfig(process.env), pino({ base: null }), isCheck)
  if (isCheck) process.exit((await checkSettings(running)) ? 0 : 1)
  printIntroduction(running)
}

main(process.argv.slice(2).join(' ')).catch(exitWithReason)
