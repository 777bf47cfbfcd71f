import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { anchors, files, links, pages, read, root } from './pages.js'

const { scripts, files: shippedPatterns } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>
  files: readonly string[]
}
/** The pages and pictures in the package. npm adds the README and the licence. */
const shipped = files().filter(
  path =>
    path === 'README.md' ||
    path === 'LICENSE' ||
    shippedPatterns.some(pattern => isMatch(pattern, path)),
)
/** `*` stands for a part of one name. */
function isMatch(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map(part => part.replaceAll('.', '\\.'))
  return new RegExp(`^${parts.join('[^/]*')}$`).test(path)
}

/** The file that a relative link of a page leads to. */
const fileOf = (page: string, target: string): string => {
  const [path = ''] = target.split('#')
  return path === '' ? page : normalize(join(dirname(page), path))
}

/** What is wrong with a link; `undefined` if nothing is. */
function mistake(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target))
    return target.startsWith('https://') ? undefined : `${page}: ${target} is not https`
  const file = fileOf(page, target)
  const [, anchor] = target.split('#')
  if (file.startsWith('..') || !existsSync(join(root, file))) return `${page}: there is no ${file}`
  if (anchor !== undefined && !(file.endsWith('.md') && anchors(file).has(anchor)))
    return `${page}: ${file} has no heading #${anchor}`
  if (shipped.includes(page) && !shipped.includes(file))
    return `${page}: ${file} is not in the package`
  return undefined
}

test.each(pages)('every link of %s leads to a file and a heading', page => {
  expect(
    links(page)
      .map(target => mistake(page, target))
      .filter(Boolean),
  ).toEqual([])
})

test('the link check finds a missing file, a missing heading, plain http and a file that is not in the package', () => {
  expect(shipped).toContain('docs/reference.md')
  expect(
    [
      'docs/nothing.md',
      '#nothing',
      'README.md#nothing',
      '../outside.md',
      'http://acme.example',
      'example/README.md',
    ].map(target => mistake('README.md', target) === undefined),
  ).toEqual([false, false, false, false, false, false])
})

test('no page loads a picture from another host', () => {
  expect(
    pages
      .flatMap(page =>
        [...read(page).matchAll(/!\[[^\]]*\]\(([^)]+)\)|<img[^>]*src="([^"]+)"/g)].map(
          ([, markdown, html]) => markdown ?? html ?? '',
        ),
      )
      .filter(target => /^[a-z]+:/.test(target)),
  ).toEqual([])
})

test('every npm script that a page or a workflow names exists', () => {
  const mentioned = [
    ...pages,
    '.ci/run',
    '.github/workflows/ci.yml',
    '.github/workflows/release.yml',
  ].flatMap(page =>
    [...read(page).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name),
  )
  expect(mentioned.length).toBeGreaterThan(5)
  expect([...new Set(mentioned)].filter(name => !Object.hasOwn(scripts, name))).toEqual([])
})

test('every file or folder that a page names exists', () => {
  const named = pages.flatMap(page =>
    [...read(page).matchAll(/`((?:lib|example|test|docs|scripts)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    ),
  )
  expect(named.length).toBeGreaterThan(50)
  const copied = [
    ...read('example/README.md').matchAll(
      /`((?:auth|middleware|routes|stores|support|views|public)\/[\w./-]*)`/g,
    ),
  ]
  named.push(...copied.map(([, path = '']) => `example/${path}`))
  // `npm run docs` writes the first; a developer writes the second.
  const made = ['docs/api', 'example/.env']
  expect(named.filter(path => !made.includes(path) && !existsSync(join(root, path)))).toEqual([])
})
