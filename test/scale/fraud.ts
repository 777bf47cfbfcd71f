// npm run scale:fraud [-- --accounts 2000 --logins 5000]: new accounts that enter no code, over one
// prefix, over 100 prefixes, and mixed into logins. Two processes of a small app share one Redis.
// Prints the table of docs/scale.md, and fails if a number is not exact.
import { strict as assert } from 'node:assert'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type FraudResult, openFraudSite, type Visitor } from '../support/fraud-site.js'
import { fromSource } from '../support/small-apps.js'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '2000' },
    logins: { type: 'string', default: '5000' },
  },
})
const accounts = Number(values.accounts)
const logins = Number(values.logins)
const atOnce = 40

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

async function run(visitors: readonly Visitor[]): Promise<FraudResult> {
  const site = await openFraudSite(fromSource, { isSlow: false })
  try {
    const firstVisitors = spread('exempt', 20, 1, () => '+1202999')
    await site.visit(firstVisitors, 2) // the first requests of a process are slow
    const result = await site.visit(visitors, atOnce)
    assert.deepEqual(result.unexpected, [])
    for (const [prefix, count] of result.unused) {
      assert.ok(count <= 50, `${prefix}: ${count}`)
      assert.equal(await site.counted(prefix), count, prefix)
    }
    assert.equal(result.refused.exempt, 0)
    return result
  } finally {
    await site.close()
  }
}

const sum = (numbers: Iterable<number>): number =>
  [...numbers].reduce((total, number) => total + number, 0)
const attack = `${accounts.toLocaleString('en')} new accounts`

/** Each run, and how many codes that nobody enters are sent; `undefined` if the order decides. */
const runs: readonly (readonly [string, readonly Visitor[], number | undefined])[] = [
  [`${attack}, one prefix`, spread('attacker', accounts, 1), Math.min(accounts, 50)],
  [`${attack}, 100 prefixes`, spread('attacker', accounts, 100), Math.min(accounts, 5000)],
  [
    `${attack}, 100 prefixes of another country`,
    spread('attacker', accounts, 100, abroadPrefix),
    Math.min(accounts, 500),
  ],
  [
    `${attack} over 20 prefixes, mixed into ${logins.toLocaleString('en')} logins over 100 prefixes`,
    mix([
      ...spread('attacker', accounts, 20),
      ...spread('exempt', logins / 2, 100, homePrefix, 4000),
      ...spread('user', logins / 2, 100, homePrefix, 6000),
    ]),
    undefined,
  ],
]
console.log(`Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model ?? ''})\n`)
console.log(
  '| run | codes that nobody entered | most for one prefix | codes entered | refused: new, user, exempt |',
)
console.log('| --- | --- | --- | --- | --- |')
for (const [name, visitors, expected] of runs) {
  const { unused, completed, refused } = await run(visitors)
  if (expected !== undefined) assert.equal(sum(unused.values()), expected)
  console.log(
    `| ${name} | ${sum(unused.values())} | ${Math.max(...unused.values())} | ${completed} | ${refused.attacker}, ${refused.user}, ${refused.exempt} |`,
  )
}
