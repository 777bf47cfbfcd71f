import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compiled } from './support/compiled.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs the script, compiled, to its end; kills it, which fails the test, if it does not come to
 * one.
 */
const hear = (...args: readonly string[]) => run([compiled('scripts/hear.ts'), ...args])

function run(args: readonly string[]): Promise<{
  readonly code: number | string | undefined
  readonly out: string
  readonly err: string
}> {
  return new Promise(resolve => {
    execFile(process.execPath, args, { cwd: root, timeout: 19_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), out, err })
    })
  })
}

/** One scene of a transcript that a reviewer has read. */
function scene(locale: string, title: string): string {
  const text = readFileSync(new URL(`call/transcripts/${locale}.txt`, import.meta.url), 'utf8')
  return text
    .split('\n\n\n')
    .find(part => part.startsWith(`== ${title}\n`))!
    .replace(/^.*\n\n/, '')
}

describe('npm run hear', () => {
  test('prints a call as it is in the transcript, and ends by itself', async () => {
    expect(
      await run([
        'node_modules/tsx/dist/cli.mjs',
        'scripts/hear.ts',
        '--locale',
        'de-DE',
        '--keys',
        '42,1,2',
      ]),
    ).toEqual({
      code: 0,
      err: '',
      out: `[the page shows 42, the telephone rings and is answered]\n\n${scene('de-DE', 'The code again, and slowly')}\n`,
    })
  })

  test('other gates, ways and languages, and wrong digits', async () => {
    const [none, wrong, text] = await Promise.all([
      hear('--gate', 'none', '--locale', 'ja-JP'),
      hear('--keys', '17,1'),
      hear('--way', 'sms', '--locale', 'fr-FR'),
    ])
    expect(none).toEqual({
      code: 0,
      err: '',
      out: `[the telephone rings and is answered]\n\n${scene('ja-JP', 'Gate none: the plain call')}\n`,
    })
    expect(wrong.out).toBe(
      `[the page shows 42, the telephone rings and is answered]\n\n${scene('en-US', 'Wrong digits')}\n\n[keys that nobody asked for: 1]\n`,
    )
    expect(text).toEqual({
      code: 0,
      err: '',
      out: '481516 est votre code Acme.\n\n@acme.example #481516\n',
    })
  })

  test.each([
    [
      ['--locale', 'sv-SE'],
      "There is no language 'sv-SE' here. There are en-US, en-GB, es-ES, es-MX, fr-FR, de-DE, it-IT, pt-BR, nl-NL, pl-PL, ja-JP, zh-CN; two of them with a comma between offer key three.",
    ],
    [
      ['--keys', 'a'],
      "--keys are what is pressed at each question, for example 42,1,2: 'a' is not on a keypad.",
    ],
    [['--gate', 'open'], '--gate is one of match, any, none.'],
  ])('%j: says what is wrong, and ends with 1', async (args, message) => {
    const { code, out, err } = await hear(...args)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe(
      `${message}\nnpm run hear -- --locale de-DE [--gate match|any|none] [--way call|text|hosted-call|hosted-sms] [--keys 42,1,2]\n`,
    )
  })
})
