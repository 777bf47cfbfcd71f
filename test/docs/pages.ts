// Reads the Markdown of the repository: tables, code, headings, links.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

// What .gitignore leaves out, and private files of a developer.
const passedOver = new Set([
  'node_modules',
  'build',
  'dist',
  'coverage',
  '.git',
  '.env',
  '.stryker-tmp',
  'reports',
])

/** Every file of the repository, as a path from its root. */
export function files(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !passedOver.has(name) && !name.endsWith('.tgz'))
    .flatMap(entry => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? files(path) : [relative(root, path)]
    })
}

export const pages: readonly string[] = files().filter(path => path.endsWith('.md'))

export interface Block {
  readonly page: string
  readonly language: string
  readonly text: string
  /** The file that the block repeats, by the comment `<!-- file: path -->` before it. */
  readonly file: string | undefined
}

export function blocks(page: string): Block[] {
  return [...read(page).matchAll(/(?:<!-- file: (\S+) -->\n\n)?^```(\w*)\n(.*?)^```$/gms)].map(
    ([, file, language = '', text = '']) => ({ page, language, text, file }),
  )
}

/** The text of a page without its code. Only links and headings in this text count. */
const prose = (page: string): string =>
  read(page)
    .replace(/^```.*?^```$/gms, '')
    .replace(/^ {4,}\S.*$/gm, '')

/** The cells of the first table whose heading begins with these cells. */
export function table(page: string, ...first: readonly string[]): string[][] {
  const rows = prose(page)
    .split('\n')
    .map(line =>
      /^\|(.*)\|$/
        .exec(line)?.[1]
        ?.replaceAll('\\|', '\u0000')
        .split('|')
        .map(cell => cell.trim().replaceAll('\u0000', '|')),
    )
  const start = rows.findIndex(
    cells => cells !== undefined && first.every((cell, index) => cells[index] === cell),
  )
  if (start < 0) throw new Error(`${page} has no table that begins with ${first.join(', ')}.`)
  const end = rows.findIndex((cells, index) => index > start && cells === undefined)
  return rows.slice(start + 2, end < 0 ? undefined : end) as string[][]
}

/** The text of a cell without backticks. */
export const plain = (cell = ''): string => cell.replaceAll('`', '')

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(page: string): Set<string> {
  const found = new Set<string>()
  for (const [, heading = ''] of prose(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    let name = anchor
    for (let count = 1; found.has(name); count++) name = `${anchor}-${count}`
    found.add(name)
  }
  return found
}

/** The targets of all links and pictures. */
export const links = (page: string): string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

/** A limit as the tables state it: `86,400`, or `false`. */
export const thousands = (value: unknown): string =>
  typeof value === 'number' ? value.toLocaleString('en-US') : String(value)
