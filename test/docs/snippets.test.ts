import { expect, test } from 'vitest'
import { mistakes, type Source } from './compile.js'
import { blocks, pages, read } from './pages.js'

const all = pages.flatMap(blocks)
const sourceOf = (page: string, index: number, text: string): Source => ({
  name: `${page.replaceAll('/', '-')}-${index}.ts`,
  text: `${text}\nexport {}\n`,
})

/**
 * The app of a page in TypeScript: the README's TypeScript lines in place of the first lines of its
 * JavaScript, which load the package.
 */
function inTypeScript(page: string, firstLines: number): Source {
  const [typescript = ''] = textsOf('README.md', 'ts')
  const [javascript = '', ...rest] = textsOf(page, 'js')
  const lines = javascript.split('\n').slice(firstLines)
  // What the reader's app has already: a database and the options of its session.
  const own = `
    import type { SessionOptions } from 'express-session'
    declare const users: { setPhone(id: string, phone: string): Promise<void> }
    declare const sessionOptions: SessionOptions`
  return sourceOf(`${page}-app`, 0, [typescript, own, ...lines, ...rest].join('\n'))
}
const textsOf = (page: string, language: string): string[] =>
  blocks(page)
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
  const apps = [inTypeScript('README.md', 3), inTypeScript('docs/own-pages.md', 2)]
  // This mistake proves that mistakes are found.
  const wrong = sourceOf('wrong', 0, "passport.authenticate('voice-otp', { action: 'ring' })")
  expect(mistakes([...typescript, ...apps, wrong])).toEqual([
    expect.stringMatching(/^wrong-0\.ts:1: No overload matches this call/),
  ])
})
