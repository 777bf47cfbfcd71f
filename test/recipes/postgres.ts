import { RateLimiterPostgres } from 'rate-limiter-flexible'
import type { LimiterFactory } from 'passport-voice-otp'

/** For a migration of yours. One table holds all counters: each puts its own prefix before its keys. */
export const createTable = `CREATE TABLE IF NOT EXISTS voice_otp_counters (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
)`

/** What is used of a `Pool` of `pg`. */
export interface Pool {
  query(query: {
    readonly text: string
    readonly values?: readonly unknown[]
  }): Promise<{ readonly rows: unknown[] }>
}

/** The option `counters` for a Postgres that the app has anyway. */
export const postgresCounters =
  (pool: Pool): LimiterFactory =>
  options =>
    new RateLimiterPostgres({
      storeClient: pool,
      storeType: 'pool',
      tableName: 'voice_otp_counters',
      tableCreated: true,
      // Deletes what expired, every five minutes; one of the counters does it for the whole table.
      clearExpiredByTimeout: options.keyPrefix.endsWith('activation'),
      ...options,
    })
