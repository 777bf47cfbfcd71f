import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const page = read('../../docs/recipes.md')

/** The recipes of the page that are whole files: the name in the comment, and the code below it. */
const shown = [
  ...page.matchAll(/^<!-- file: test\/recipes\/([\w.-]+) -->\n\n```ts\n(.*?)^```$/gms),
].map(([, name = '', code = '']) => ({ name, code }))
const recipes = readdirSync(new URL('.', import.meta.url)).filter(
  name => !name.endsWith('.test.ts'),
)

test('docs/recipes.md shows every file of test/recipes and no other file', () => {
  expect(shown.map(({ name }) => name).sort()).toEqual(recipes.sort())
})

test.each(shown)('docs/recipes.md shows $name as the tests run it', ({ name, code }) => {
  expect(code).toBe(read(`./${name}`))
})

test.each(recipes)('the recipe %s has a test that runs it', name => {
  const tests = readdirSync(new URL('.', import.meta.url)).filter(each => each.endsWith('.test.ts'))
  expect(tests.map(each => read(`./${each}`)).join('\n')).toContain(
    `from './${name.replace(/\.ts$/, '.js')}'`,
  )
})
