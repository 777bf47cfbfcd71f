import { RateLimiterPostgres } from 'rate-limiter-flexible'
import type { LimiterFactory } from 'passport-voice-otp'

/** For your migrations. One table holds all limits, because each limiter has its own key prefix. */
export const createTable = `CREATE TABLE IF NOT EXISTS voice_otp_limits (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
)`

/** The part of a `Pool` of `pg` that this recipe uses. */
export interface Pool {
  query(query: {
    readonly text: string
    readonly values?: readonly unknown[]
  }): Promise<{ readonly rows: unknown[] }>
}

/** The option `limiter` for a Postgres that the app has anyway. */
export function postgresLimiter(pool: Pool): LimiterFactory {
  let isFirst = true
  return options => {
    // Deletes expired rows every five minutes. One limiter does this for the whole table.
    const clearExpiredByTimeout = isFirst
    isFirst = false
    return new RateLimiterPostgres({
      storeClient: pool,
      storeType: 'pool',
      tableName: 'voice_otp_limits',
      tableCreated: true,
      clearExpiredByTimeout,
      ...options,
    })
  }
}
