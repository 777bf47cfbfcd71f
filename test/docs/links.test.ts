import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchors, links, pages, read, root } from './pages.js'

/** What is wrong with a link, or nothing. */
function mistake(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target))
    return target.startsWith('https://') ? undefined : `${page}: ${target} is not https`
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : normalize(join(dirname(page), path))
  if (file.startsWith('..') || !existsSync(join(root, file))) return `${page}: there is no ${file}`
  if (anchor !== undefined && !(file.endsWith('.md') && anchors(file).has(anchor)))
    return `${page}: ${file} has no heading #${anchor}`
  return undefined
}

describe('the links of the pages', () => {
  test.each(pages)('%s', page => {
    expect(
      links(page)
        .map(target => mistake(page, target))
        .filter(Boolean),
    ).toEqual([])
  })

  test('a missing file, a missing heading and plain http would be found', () => {
    expect(
      [
        'docs/nothing.md',
        '#nothing',
        'README.md#nothing',
        '../outside.md',
        'http://acme.example',
      ].map(target => mistake('README.md', target) === undefined),
    ).toEqual([false, false, false, false, false])
  })

  test('the pictures are files of the repository: no page asks another host for one', () => {
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

  test('every npm script that is mentioned exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
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
})
