import { describe, expect, test } from 'vitest'
import { mistakes } from './compile.js'
import { blocks, pages, read } from './pages.js'

const all = pages.flatMap(blocks)

describe('the code of the pages', () => {
  const repeated = all.filter(({ file }) => file !== undefined)

  test('is that of the files which the tests run', () => {
    expect(repeated.map(({ page, file }) => `${page}: ${file}`)).toEqual(
      expect.arrayContaining([
        'README.md: test/docs/app.ts',
        'docs/testing.md: test/docs/own-app.test.ts',
      ]),
    )
    for (const { file = '', text } of repeated) expect(text).toBe(read(file))
  })

  test('compiles', { timeout: 120_000 }, () => {
    const sources = all
      .filter(({ language, file }) => language === 'ts' && file === undefined)
      .map(({ page, text }, index) => ({
        name: `${page.replaceAll('/', '-')}-${index}.ts`,
        text: `${text}\nexport {}\n`,
      }))
    expect(sources.length).toBeGreaterThan(10)
    const wrong = {
      name: 'wrong.ts',
      text: "passport.authenticate('voice-otp', { action: 'ring' })\nexport {}\n",
    }
    // The one that is there on purpose proves that mistakes are found.
    expect(mistakes([...sources, wrong])).toEqual([
      expect.stringMatching(/^wrong\.ts:1: No overload matches this call/),
    ])
  })
})
