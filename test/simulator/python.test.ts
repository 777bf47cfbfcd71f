// An app in Python, without a framework, is tested against the package's command, as
// docs/testing.md says.
import { execFile, execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { compiled } from '../support/compiled.js'

const howToGet = 'python3 is not on this machine: apt-get install python3'
const sources = fileURLToPath(new URL('python', import.meta.url))

/** Debian's own Python, if there is one. */
function findPython(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find(python => {
    try {
      execFileSync(python, ['--version'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}

/** A folder with the Python app, in which npx finds the command of the package. */
function installApp(): string {
  const folder = mkdtempSync(join(tmpdir(), 'voice-otp-python-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  cpSync(sources, folder, { recursive: true, filter: path => !path.includes('__pycache__') })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const bin = join(folder, 'node_modules', '.bin')
  mkdirSync(bin, { recursive: true })
  const command = compiled('lib/simulator/cli.ts')
  chmodSync(command, 0o755)
  symlinkSync(command, join(bin, 'passport-voice-otp'))
  return folder
}

const python = findPython()
if (python === undefined && process.env['CI'] !== 'true')
  console.warn(`Skipped: an app in Python. ${howToGet}`)

test.skipIf(python === undefined && process.env['CI'] !== 'true')(
  'an app in Python with its own webhook passes its tests against npx passport-voice-otp simulator',
  { timeout: 60_000 },
  async () => {
    if (python === undefined) throw new Error(howToGet)
    const { PATH, HOME } = process.env
    const output = await new Promise<string>((resolve, reject) => {
      execFile(
        python,
        ['-m', 'unittest', '-v', 'test_app'],
        { cwd: installApp(), env: { PATH, HOME, PYTHONDONTWRITEBYTECODE: '1' }, timeout: 50_000 },
        (error, stdout, stderr) => {
          if (error === null) resolve(`${stdout}${stderr}`)
          else reject(new Error(`${stdout}${stderr}`, { cause: error }))
        },
      )
    })
    expect(output).toMatch(/^Ran 3 tests/m)
    expect(output).toMatch(/^OK$/m)
  },
)
