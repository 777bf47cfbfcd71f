import { expect, test } from 'vitest'
import { read, table } from './pages.js'

test('SECURITY.md names a test for every requirement, and the file of each attack holds its id', () => {
  const requirements = table('SECURITY.md', 'id', 'requirement')
  expect(requirements.map(([id]) => id)).toEqual(
    Array.from({ length: 30 }, (_, index) => `R-${String(index + 1).padStart(2, '0')}`),
  )
  for (const [id, , , proofs = ''] of requirements) {
    const found = [...proofs.matchAll(/`(test\/[^`]+)`(?: \(([^)]*)\))?/g)]
    expect([id, found.length]).not.toEqual([id, 0])
    for (const [, file = '', attacks] of found)
      for (const attack of attacks?.split(', ') ?? [''])
        expect([file, read(file).includes(attack)]).toEqual([file, true])
  }
})
