// The short form of `npm run scale:fraud`.
import { expect, test } from 'vitest'
import { compiled } from '../support/compiled.js'
import { type FraudResult, openFraudSite, type Visitor } from '../support/fraud-site.js'
import { describeWithRedis } from '../support/redis.js'

const numbersOf = (prefix: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(1000 + from + index)}`)
const visitors = (kind: Visitor['kind'], numbers: readonly string[]): Visitor[] =>
  numbers.map(number => ({ kind, number }))

const prefix = '+1202555'

/** Three visits of one day and the next, and the count of the prefix after each. */
async function attack() {
  const site = await openFraudSite(compiled)
  try {
    // Users and an attacker at the same time.
    const first = await site.visit(
      [
        ...visitors('attacker', numbersOf(prefix, 30)),
        ...visitors('exempt', numbersOf(prefix, 10, 100)),
        ...visitors('user', numbersOf(prefix, 10, 200)),
      ],
      25,
    )
    const counts = [await site.counted(prefix)]
    const flood = await site.visit(
      [
        ...visitors('attacker', numbersOf(prefix, 60, 300)),
        ...visitors('exempt', numbersOf(prefix, 10, 400)),
        ...visitors('attacker', numbersOf('+1202556', 5)),
      ],
      25,
    )
    counts.push(await site.counted(prefix))
    await site.pass(86_400_000)
    const tomorrow = await site.visit(visitors('attacker', numbersOf(prefix, 60, 500)), 30)
    counts.push(await site.counted(prefix))
    return { visits: [first, flood, tomorrow], counts }
  } finally {
    await site.close()
  }
}

/** On a busy machine, Redis can miss its deadline. Then requests rightly end with 503. */
const hasMissedDeadline = ({ unexpected }: FraudResult): boolean =>
  unexpected.some(each => each.includes('The store of the limits did not respond.'))

describeWithRedis('two processes that share one Redis', () => {
  test('new accounts get exactly 50 codes that nobody enters for one prefix in a day, and no exempt user is refused', async () => {
    let result = await attack()
    for (let attempt = 1; attempt < 3 && result.visits.some(hasMissedDeadline); attempt++)
      result = await attack()
    expect(result).toMatchObject({
      visits: [
        { refused: { attacker: 0, user: 0, exempt: 0 }, completed: 20, unexpected: [] },
        { refused: { attacker: 40, user: 0, exempt: 0 }, completed: 10, unexpected: [] },
        { refused: { attacker: 10 }, unexpected: [] },
      ],
      counts: [30, 50, 50],
    })
  }, 120_000)
})
