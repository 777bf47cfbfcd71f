import { expect, test } from 'vitest'
import { redisLimiter } from 'passport-voice-otp/redis'
import { plain, table } from '../docs/pages.js'
import { countLogin, sumUp } from '../support/login-commands.js'
import { describeWithRedis } from '../support/redis.js'

/** Waits for the limiter that are not beside a wait for the session. */
const mostWaits: Readonly<Record<string, number>> = {
  'the password': 0,
  'a call': 4,
  'a webhook': 1,
  'status()': 1,
  'a wrong code': 2,
  // Three until the code is accepted. The last one asks for a logout after the session is saved.
  'the right code': 4,
  'the next page': 0,
}

describeWithRedis('the Redis commands of a login', () => {
  test('a whole login takes at most 100 commands, and no request waits for the limiter more often than docs/scale.md says', async () => {
    const steps = await countLogin(client => redisLimiter(client))
    const { rows, total } = sumUp(steps)
    expect(total).toBeLessThanOrEqual(100)
    for (const [step, most] of Object.entries(mostWaits))
      for (const cost of steps.filter(each => each.step === step))
        expect([step, cost.waits <= most]).toEqual([step, true])
    const written = table('docs/scale.md', 'step', 'times', 'session', 'limiter')
    expect(written.map(row => row.slice(0, 4).map(plain))).toEqual([
      ...rows.map(({ step, times, session, limiter }) =>
        [step, times, session, limiter].map(String),
      ),
      ['all', '', ...['session', 'limiter'].map(name => String(sumOf(rows, name)))],
    ])
  })
})

function sumOf(rows: readonly object[], name: string): number {
  return rows
    .map(row => (row as Record<string, number>)[name]! * (row as { times: number }).times)
    .reduce((sum, each) => sum + each, 0)
}
