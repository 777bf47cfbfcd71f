import { expect, test } from 'vitest'
import { files, read } from './pages.js'

const texts = files()
  .filter(path => !/\.(png|ico|woff2?)$/.test(path))
  .map(path => ({ path, text: read(path) }))
const filesWith = (isFound: (text: string) => boolean): string[] =>
  texts.filter(({ text }) => isFound(text)).map(({ path }) => path)

test('no file names a host of a package registry', () => {
  // The names are in parts, so that this file names no host either.
  const hosts = [
    ['npmjs', 'org'],
    ['npmjs', 'com'],
    ['yarnpkg', 'com'],
    ['npmmirror', 'com'],
    ['jsr', 'io'],
    ['npm.pkg', 'github.com'],
    ['pypi', 'org'],
    ['crates', 'io'],
    ['unpkg', 'com'],
  ].map(parts => parts.join('.'))
  expect(texts.length).toBeGreaterThan(100)
  expect(filesWith(text => hosts.some(host => text.includes(host)))).toEqual([])
})

test('no file names a folder of a developer’s machine', () => {
  const homes = new RegExp(
    `(?<![\\w.])/(?:${['home', 'Users', 'root', 'work'].join('|')})/(?!node\\b)\\w`,
  )
  expect(homes.test(['', 'home', 'somebody'].join('/'))).toBe(true)
  expect(filesWith(text => homes.test(text))).toEqual([])
})

test('CHANGELOG.md has an entry for the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  expect(read('CHANGELOG.md')).toContain(`## [${version}] - `)
})

test('every workflow pins its actions by commit hash and names the version', () => {
  const uses = files()
    .filter(path => path.startsWith('.github/workflows/'))
    .flatMap(path => [...read(path).matchAll(/uses: (.*)/g)].map(([, action = '']) => action))
  expect(uses.length).toBeGreaterThan(3)
  for (const action of uses)
    expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

test('the workflow tests Node 20, 22, 24 and 26', () => {
  expect(read('.github/workflows/ci.yml')).toContain('node: [20, 22, 24, 26]')
})
