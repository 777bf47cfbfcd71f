import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { languages } from 'passport-voice-otp'
import { callInLines } from '../scripts/print-call.js'
import { compiled } from './support/compiled.js'

// On a busy machine a program can take long to start. Nothing here depends on how long.
vi.setConfig({ testTimeout: 600_000 })

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs the compiled script in a process of its own, to its end. */
function run(...args: readonly string[]): Promise<{
  readonly code: number | string | undefined
  readonly out: string
  readonly err: string
}> {
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      [compiled('scripts/hear.ts'), ...args],
      { cwd: root },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : (error.code ?? error.signal), out, err })
      },
    )
    onTestFinished(() => {
      child.kill()
    })
  })
}

/** What the script prints, without a process. */
const hear = async (...args: readonly string[]): Promise<string> =>
  `${(await callInLines(args)).join('\n')}\n`

/** One scene of a transcript. */
function scene(locale: string, title: string): string {
  const text = readFileSync(new URL(`call/transcripts/${locale}.txt`, import.meta.url), 'utf8')
  return text
    .split('\n\n\n')
    .find(part => part.startsWith(`== ${title}\n`))!
    .replace(/^.*\n\n/, '')
}

test('npm run hear prints a call as it is in the transcript, and ends by itself', async () => {
  expect(await run('--locale', 'de-DE', '--keys', '42,1,2')).toEqual({
    code: 0,
    err: '',
    out:
      '[the page shows 42, the phone rings and is answered]\n\n' +
      `${scene('de-DE', 'The code again, and slowly')}\n`,
  })
})

test('npm run hear prints a call without number matching in another language', async () => {
  expect(await hear('--number-matching', 'off', '--locale', 'ja-JP')).toBe(
    '[the phone rings and is answered]\n\n' +
      `${scene('ja-JP', 'Without number matching: the plain call')}\n`,
  )
})

test('npm run hear prints a call in which any key is enough', async () => {
  expect(await hear('--number-matching', 'any-key')).toContain(
    scene('en-US', 'Number matching with any key: one key'),
  )
})

test('npm run hear prints a call with wrong digits, and the keys that were left', async () => {
  expect(await hear('--keys', '17,1')).toBe(
    '[the page shows 42, the phone rings and is answered]\n\n' +
      `${scene('en-US', 'Wrong digits')}\n\n[keys that nobody asked for: 1]\n`,
  )
})

test('npm run hear prints a call that asks for an approval', async () => {
  const text = 'You are paying 120.50 euros to Acme.'
  const out = await hear('--approve', text, '--keys', '42,0')
  expect(out).toContain(`"${text}"\n(1 s pause)\n"${languages['en-US'].neverAsked}"`)
  expect(out).toContain('[keys: 0]')
  expect(out).toContain(languages['en-US'].approval.refused)
})

test('npm run hear prints a text message', async () => {
  expect(await hear('--channel', 'sms', '--locale', 'fr-FR')).toBe(
    `${scene('fr-FR', 'The text message')}\n`.replace(/\n+$/, '\n'),
  )
})

test("npm run hear prints what SignalWire's hosted text says before the code", async () => {
  expect(await hear('--channel', 'hosted-sms')).toMatch(
    /^\[SignalWire adds the code to these words\]\n.*Acme.*\n$/,
  )
})

test.each([
  [
    ['--locale', 'sv-SE'],
    "--locale: there is no language 'sv-SE'. The languages are en-US, en-GB, es-ES, es-MX, " +
      'fr-FR, de-DE, it-IT, pt-BR, nl-NL, pl-PL, ja-JP, zh-CN. Two of them, with a comma ' +
      'between, offer key three.',
  ],
  [
    ['--keys', 'a'],
    "--keys are the keys for each question, for example 42,1,2. 'a' is not on a keypad.",
  ],
  [['--number-matching', 'maybe'], '--number-matching is one of on, any-key, off.'],
  [
    ['--approve', 'x', '--channel', 'sms'],
    '--approve needs the channel call, and number matching.',
  ],
  [['--channel', 'fax'], '--channel is one of call, sms, hosted-call, hosted-sms.'],
])('npm run hear %j says what is wrong', async (args, message) => {
  await expect(callInLines(args)).rejects.toThrow(new Error(message))
})

test('npm run hear prints a mistake and how it is used on stderr, and exits with 1', async () => {
  expect(await run('--channel', 'fax')).toEqual({
    code: 1,
    out: '',
    err:
      '--channel is one of call, sms, hosted-call, hosted-sms.\n' +
      'npm run hear -- --locale de-DE [--number-matching on|any-key|off] ' +
      '[--channel call|sms|hosted-call|hosted-sms] ' +
      '[--approve "You are paying 120 euros to Acme."] [--keys 42,1,2]\n',
  })
})
