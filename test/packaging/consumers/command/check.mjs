// Runs the command of the installed package, and loads the simulator's web page from it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const simulator = spawn(
  'npx',
  ['--no-install', 'passport-voice-otp', 'simulator', '--port', '0'],
  // A process group of its own, so that npx and the command end together.
  { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
)
try {
  const lines = createInterface({ input: simulator.stdout })
  const [first] = await once(lines, 'line')
  const [, url] = /^The phones: (http:\/\/127\.0\.0\.1:\d+)$/.exec(first) ?? []
  assert.ok(url, `the first line is: ${first}`)
  const page = await (await fetch(url)).text()
  const files = [...page.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)].map(([, file]) => file)
  assert.ok(files.length > 1)
  for (const file of ['/calls.json', ...files])
    assert.equal((await fetch(`${url}${file}`)).status, 200, file)
} finally {
  process.kill(-simulator.pid, 'SIGTERM')
}
