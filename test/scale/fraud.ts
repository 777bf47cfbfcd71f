// npm run scale:fraud: 2,000 new accounts that enter no code, over one prefix, over 100 prefixes,
// and mixed into 5,000 logins. Two processes of a small app share one Redis. Prints the table of
// docs/scale.md, and fails if a number is not exact.
import { strict as assert } from 'node:assert'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type FraudResult, openFraudSite, type Visitor } from '../support/fraud-site.js'

const accounts = 2000
const logins = 5000
const atOnce = 20

const homePrefix = (index: number): string => `+1202${String(320 + index)}`
const abroadPrefix = (index: number): string => `+447400${String(index).padStart(2, '0')}`
/** Visitors whose numbers are spread evenly over so many prefixes. */
const spread = (
  kind: Visitor['kind'],
  count: number,
  prefixes: number,
  prefix = homePrefix,
  from = 0,
): Visitor[] =>
  Array.from({ length: count }, (_, index) => ({
    kind,
    number: `${prefix(index % prefixes)}${String(1000 + from + Math.floor(index / prefixes))}`,
  }))

/** Mixes visitors, always in the same order. */
const mix = (visitors: readonly Visitor[]): readonly Visitor[] =>
  visitors
    .map((visitor, index) => ({ visitor, at: (index * 7919) % visitors.length }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ visitor }) => visitor)

interface Row {
  readonly name: string
  readonly result: FraudResult
  readonly seconds: number
}

async function run(name: string, visitors: readonly Visitor[]): Promise<Row> {
  const site = await openFraudSite(
    fileURLToPath(new URL('../support/fraud-app.ts', import.meta.url)),
    { execArgv: ['--import', 'tsx'], isSlow: false },
  )
  try {
    await site.visit(
      spread('exempt', 20, 1, () => '+1202999'),
      2,
    ) // the first requests are slow
    const startedAt = performance.now()
    const result = await site.visit(visitors, atOnce)
    const seconds = (performance.now() - startedAt) / 1000
    assert.deepEqual(result.unexpected, [])
    for (const [prefix, count] of result.unused) {
      assert.ok(count <= 50, `${prefix}: ${count}`)
      assert.equal(await site.counted(prefix), count, prefix)
    }
    assert.equal(result.refused.exempt, 0)
    return { name, result, seconds }
  } finally {
    await site.close()
  }
}

const rows = [
  await run('2,000 new accounts, one prefix', spread('attacker', accounts, 1)),
  await run('2,000 new accounts, 100 prefixes', spread('attacker', accounts, 100)),
  await run(
    '2,000 new accounts, 100 prefixes of another country',
    spread('attacker', accounts, 100, abroadPrefix),
  ),
  await run(
    '2,000 new accounts over 20 prefixes, mixed into 5,000 logins over 100 prefixes',
    mix([
      ...spread('attacker', accounts, 20),
      ...spread('exempt', logins / 2, 100, homePrefix, 4000),
      ...spread('user', logins / 2, 100, homePrefix, 6000),
    ]),
  ),
]
const sum = (numbers: Iterable<number>): number =>
  [...numbers].reduce((total, number) => total + number, 0)
assert.equal(sum(rows[0]!.result.unused.values()), 50)
assert.equal(sum(rows[1]!.result.unused.values()), 2000)
assert.equal(sum(rows[2]!.result.unused.values()), 500)

console.log(
  '| run | codes that nobody entered | most for one prefix | codes entered | refused: new, user, exempt |',
)
console.log('| --- | --- | --- | --- | --- |')
for (const { name, result } of rows) {
  const { unused, completed, refused } = result
  console.log(
    `| ${name} | ${sum(unused.values())} | ${Math.max(...unused.values())} | ${completed} | ${refused.attacker}, ${refused.user}, ${refused.exempt} |`,
  )
}
console.log(
  `\nNode ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${sum(rows.map(({ seconds }) => seconds)).toFixed(0)} s in all.`,
)
