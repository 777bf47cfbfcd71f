import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const page = read('../../docs/recipes.md')

/** The recipes of the page: the file that each names, and the code below it. */
const shown = [
  ...page.matchAll(/^\[test\/recipes\/([\w.-]+)\][^\n]*:\n\n```ts\n(.*?)^```$/gms),
].map(([, name = '', code = '']) => ({ name, code }))
const recipes = readdirSync(new URL('.', import.meta.url)).filter(
  name => !name.endsWith('.test.ts'),
)

test('every recipe is on the page, and no other', () => {
  expect(shown.map(({ name }) => name).sort()).toEqual(recipes.sort())
})

test.each(shown)('$name is shown as it runs', ({ name, code }) => {
  expect(code).toBe(read(`./${name}`))
})

test.each(recipes)('%s is run by a test of its own', name => {
  expect(read(`./${name.replace(/\.ts$/, '.test.ts')}`)).toContain(
    `'./${name.replace(/\.ts$/, '.js')}'`,
  )
})
