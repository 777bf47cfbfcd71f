// Prints a call as a user hears it: npm run hear -- --locale de-DE
import { callInLines, usage } from './print-call.js'

try {
  for (const line of await callInLines(process.argv.slice(2))) console.log(line)
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exitCode = 1
}
