import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import pg from 'pg'
import { postgresLimiter } from '../recipes/postgres.js'

/**
 * Sessions and limits in one Postgres, in tables that a migration has created.
 * @param url For example `postgresql://acme@127.0.0.1/acme`.
 */
export async function connectStores(url: string) {
  const pool = new pg.Pool({
    connectionString: url,
    // Without these options, queries wait as long as Postgres is away. One request waits for two
    // of them at most: both together must end within two seconds.
    connectionTimeoutMillis: 900,
    query_timeout: 900,
  })
  pool.on('error', error => console.error(`Postgres: ${String(error)}`))
  const PgStore = connectPgSimple(session)
  return {
    limiter: postgresLimiter(pool),
    store: new PgStore({ pool }),
  }
}
