// The short form of `npm run scale:fraud`.
import { expect, test } from 'vitest'
import { compiled } from '../support/compiled.js'
import { openFraudSite, type Visitor } from '../support/fraud-site.js'
import { describeWithRedis } from '../support/redis.js'

const numbersOf = (prefix: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(1000 + from + index)}`)
const visitors = (kind: Visitor['kind'], numbers: readonly string[]): Visitor[] =>
  numbers.map(number => ({ kind, number }))

describeWithRedis('two processes that share one Redis', () => {
  test('new accounts get exactly 50 codes that nobody enters for one prefix in a day, and no exempt user is refused', async () => {
    const site = await openFraudSite(compiled)
    try {
      const prefix = '+1202555'
      // Users and an attacker at the same time.
      const first = await site.visit(
        [
          ...visitors('attacker', numbersOf(prefix, 30)),
          ...visitors('exempt', numbersOf(prefix, 10, 100)),
          ...visitors('user', numbersOf(prefix, 10, 200)),
        ],
        25,
      )
      expect(first).toMatchObject({
        refused: { attacker: 0, user: 0, exempt: 0 },
        completed: 20,
        unexpected: [],
      })
      expect(await site.counted(prefix)).toBe(30)

      const flood = await site.visit(
        [
          ...visitors('attacker', numbersOf(prefix, 60, 300)),
          ...visitors('exempt', numbersOf(prefix, 10, 400)),
          ...visitors('attacker', numbersOf('+1202556', 5)),
        ],
        25,
      )
      expect(flood).toMatchObject({
        refused: { attacker: 40, user: 0, exempt: 0 },
        completed: 10,
        unexpected: [],
      })
      expect(await site.counted(prefix)).toBe(50)

      await site.pass(86_400_000)
      const tomorrow = await site.visit(visitors('attacker', numbersOf(prefix, 60, 500)), 30)
      expect(tomorrow).toMatchObject({ refused: { attacker: 10 }, unexpected: [] })
      expect(await site.counted(prefix)).toBe(50)
    } finally {
      await site.close()
    }
  }, 120_000)
})
