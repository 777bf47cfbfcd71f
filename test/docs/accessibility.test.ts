// docs/accessibility.md goes through WCAG 2.2, and names tests that exist.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const rows = readFileSync(new URL('docs/accessibility.md', root), 'utf8')
  .split('\n')
  .filter(line => /^\| \d/.test(line))
  .map(line => line.split('|').map(cell => cell.trim()))
  .map(([, criterion = '', text = '']) => ({ criterion, text }))

/** Each criterion of WCAG 2.2, levels A and AA: the last numbers, by guideline. */
const criteria: Readonly<Record<string, readonly number[]>> = {
  '1.1': [1],
  '1.2': [1, 2, 3, 4, 5],
  '1.3': [1, 2, 3, 4, 5],
  '1.4': [1, 2, 3, 4, 5, 10, 11, 12, 13],
  '2.1': [1, 2, 4],
  '2.2': [1, 2],
  '2.3': [1],
  '2.4': [1, 2, 3, 4, 5, 6, 7, 11],
  '2.5': [1, 2, 3, 4, 7, 8],
  '3.1': [1, 2],
  '3.2': [1, 2, 3, 4, 6],
  '3.3': [1, 2, 3, 4, 7, 8],
  '4.1': [2, 3],
}

/** The criteria of a row: `3.2.3, 3.2.4` names two of them, `1.2.1 to 1.2.5` five. */
function criteriaOf(row: string): readonly string[] {
  const named = row.match(/\d\.\d\.\d+/g) ?? []
  const [first = '', last = ''] = named
  if (!row.includes(' to ')) return named
  const [guideline, lastNumber] = [first.replace(/\.\d+$/, ''), Number(last.split('.')[2])]
  return (criteria[guideline] ?? [])
    .filter(number => number <= lastNumber)
    .map(number => `${guideline}.${number}`)
}

test('docs/accessibility.md goes through every criterion of WCAG 2.2, levels A and AA', () => {
  const listed = new Set(rows.flatMap(({ criterion }) => criteriaOf(criterion)))
  const expected = Object.entries(criteria).flatMap(([guideline, numbers]) =>
    numbers.map(number => `${guideline}.${number}`),
  )
  expect(expected).toHaveLength(55)
  expect(expected.filter(each => !listed.has(each))).toEqual([])
})

test.each(rows)('$criterion has a test that exists, or a judgement', ({ text }) => {
  const named = [...text.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file = '']) => file)
  expect(named.filter(file => !existsSync(new URL(file, root)))).toEqual([])
  expect(named.length > 0 || /\baxe\b|Judgement|Not applicable/.test(text), text).toBe(true)
})
