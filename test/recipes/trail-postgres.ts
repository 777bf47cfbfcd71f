import type { TrailEntry, TrailStore } from 'passport-voice-otp'

/** For your migrations. */
export const createTrailTable = `CREATE TABLE IF NOT EXISTS voice_otp_trail (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_hash varchar(64) NOT NULL,
  at bigint NOT NULL,
  entry jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS voice_otp_trail_user ON voice_otp_trail (user_hash, id);
CREATE INDEX IF NOT EXISTS voice_otp_trail_at ON voice_otp_trail (at)`

/** The part of a `Pool` of `pg` that this recipe uses. */
export interface TrailPool {
  query(query: {
    readonly text: string
    readonly values?: readonly unknown[]
  }): Promise<{ readonly rows: unknown[] }>
}

/**
 * One statement adds an entry and deletes what is beyond the bounds: old entries of everybody, and
 * all but the newest ones of this user. It does not see the entry that it adds.
 */
const addEntry = `WITH added AS (
  INSERT INTO voice_otp_trail (user_hash, at, entry) VALUES ($1, $2, $3)
)
DELETE FROM voice_otp_trail WHERE at < $4 OR (user_hash = $1 AND id NOT IN (
  SELECT id FROM voice_otp_trail WHERE user_hash = $1 ORDER BY id DESC LIMIT $5
))`

/** The option `trail` for a Postgres that the app has anyway. */
export function trailInPostgres(pool: TrailPool): TrailStore {
  return {
    async add(user, entry, { maxEntries, maxAgeSeconds }) {
      const oldest = entry.at - maxAgeSeconds * 1000
      const values = [user, entry.at, JSON.stringify(entry), oldest, maxEntries - 1]
      await pool.query({ text: addEntry, values })
    },
    async list(user) {
      const text = 'SELECT entry FROM voice_otp_trail WHERE user_hash = $1 ORDER BY id DESC'
      const { rows } = await pool.query({ text, values: [user] })
      return (rows as readonly { readonly entry: TrailEntry }[]).map(({ entry }) => entry)
    },
  }
}
