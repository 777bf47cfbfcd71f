import { expect, test } from 'vitest'
import { mistakes, type Source } from './compile.js'
import { blocks, pages, read } from './pages.js'

const all = pages.flatMap(blocks)
const sourceOf = (page: string, index: number, text: string): Source => ({
  name: `${page.replaceAll('/', '-')}-${index}.ts`,
  text: `${text}\nexport {}\n`,
})

/**
 * The README's app in TypeScript: its TypeScript lines in place of the first two lines of its
 * JavaScript.
 */
function readmeInTypeScript(): Source {
  const [typescript = ''] = textsOf('ts')
  const [javascript = '', ...rest] = textsOf('js')
  const lines = javascript.split('\n').slice(2)
  // What the reader's app has already: a database and the options of its session.
  const own = `
    import type { SessionOptions } from 'express-session'
    declare const users: { setPhone(id: string, phone: string): Promise<void> }
    declare const sessionOptions: SessionOptions`
  return sourceOf('README', 0, [typescript, own, ...lines, ...rest].join('\n'))
}
const textsOf = (language: string): string[] =>
  blocks('README.md')
    .filter(block => block.language === language)
    .map(({ text }) => text)

test('code in the pages that names a file is the code of that file', () => {
  const repeated = all.filter(({ file }) => file !== undefined)
  expect(repeated.map(({ page, file }) => `${page}: ${file}`)).toEqual(
    expect.arrayContaining([
      'docs/testing.md: test/docs/app.ts',
      'docs/testing.md: test/docs/own-app.test.ts',
      'docs/testing.md: test/simulator/python/test_app.py',
    ]),
  )
  for (const { file = '', text } of repeated) expect(text).toBe(read(file))
})

test('all code in the pages compiles', { timeout: 120_000 }, () => {
  const typescript = all
    .filter(
      ({ page, language, file }) => page !== 'README.md' && language === 'ts' && file === undefined,
    )
    .map(({ page, text }, index) => sourceOf(page, index, text))
  expect(typescript.length).toBeGreaterThan(10)
  // This mistake proves that mistakes are found.
  const wrong = sourceOf('wrong', 0, "passport.authenticate('voice-otp', { action: 'ring' })")
  expect(mistakes([...typescript, readmeInTypeScript(), wrong])).toEqual([
    expect.stringMatching(/^wrong-0\.ts:1: No overload matches this call/),
  ])
})
