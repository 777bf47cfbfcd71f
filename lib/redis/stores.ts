import type { RecoveryOptions, UserWithId } from '../options/recovery.js'
import type { RememberedBrowser, RememberStore } from '../options/remember.js'
import type { TrailEntry, TrailStore } from '../options/trail.js'
import { type Command, createRunCommands, type RunCommands } from './commands.js'
import { checkKeyPrefix, type RedisClient, type RedisLimiterOptions } from './client.js'

/** The stores of {@link redisStores}. */
export interface RedisStores {
  /** For the option `remember`: `{ days: 30, store: browsers }`. */
  readonly browsers: RememberStore
  /** The option `recovery`. */
  readonly recovery: Required<RecoveryOptions<UserWithId>>
  /** The option `trail`. */
  readonly trail: TrailStore
}

/**
 * Creates stores in Redis for three options of the strategy: remembered browsers, recovery codes
 * and the trail for support. Every change is one atomic step, and each step has one key, as a
 * cluster needs it. Redis must keep these keys: no eviction, and a persistence that you trust.
 *
 * If the client is not connected, every method rejects at once.
 * @param client As for {@link redisLimiter}.
 * @throws TypeError for anything else, and for a `keyPrefix` with braces.
 */
export function redisStores(
  client: RedisClient,
  { keyPrefix = '' }: RedisLimiterOptions = {},
): RedisStores {
  checkKeyPrefix('redisStores', keyPrefix)
  const run = createRunCommands(client)
  return {
    browsers: createBrowsers(run, keyPrefix),
    recovery: createRecovery(run, keyPrefix),
    trail: createTrail(run, keyPrefix),
  }
}

/** The longest time that a browser may be remembered. A set that nobody uses expires after it. */
const maxAgeMilliseconds = 30 * 86_400_000

/** A hash for each browser, and a set with the ids of each user's browsers. */
function createBrowsers(run: RunCommands, keyPrefix: string): RememberStore {
  const browserKey = (id: string): string => `${keyPrefix}browser:${id}`
  const listKey = (user: string): string => `${keyPrefix}browsers:${user}`

  async function get(id: string): Promise<RememberedBrowser | undefined> {
    const [fields] = (await run(browserKey(id), [['HGETALL']])) as [readonly string[]]
    return readBrowser(fields)
  }
  const idsOf = async (user: string): Promise<readonly string[]> => {
    const [ids] = (await run(listKey(user), [['SMEMBERS']])) as [readonly string[]]
    return ids
  }

  return {
    get,
    // The browser comes before its id in the list. Otherwise `removeAll` at the same time could
    // find the id, delete nothing, and the browser would stay without being in the list.
    async add(browser) {
      const { id, user, createdAt, expiresAt } = browser
      await run(browserKey(id), [
        ['HSET', ...Object.entries(browser).flat().map(String)],
        ['PEXPIREAT', String(expiresAt)],
      ])
      await run(listKey(user), [
        ['SADD', id],
        ['PEXPIREAT', String(createdAt + maxAgeMilliseconds)],
      ])
    },
    // For a removed browser, the condition fails, because HGET finds no hash.
    async rotate(id, from, next) {
      const change = ['HSET', ...Object.entries(next).flat().map(String)]
      const results = await run(browserKey(id), [change], ['HGET', 'hash', from])
      return results.length > 0
    },
    async list(user) {
      const browsers = await Promise.all((await idsOf(user)).map(get))
      return browsers.filter(browser => browser !== undefined)
    },
    async remove(id) {
      const browser = await get(id)
      if (browser === undefined) return
      await run(browserKey(id), [['DEL']])
      await run(listKey(browser.user), [['SREM', id]])
    },
    // Removes only the ids that it has read. If it deleted the whole set, a browser that is added
    // at the same time would not be in the list, and nobody could revoke it.
    async removeAll(user) {
      const ids = await idsOf(user)
      await Promise.all(ids.map(id => run(browserKey(id), [['DEL']])))
      if (ids.length > 0) await run(listKey(user), [['SREM', ...ids]])
    },
  }
}

/** Redis returns a hash as names and values in turn, and every value as text. */
function readBrowser(fields: readonly string[]): RememberedBrowser | undefined {
  if (fields.length === 0) return undefined
  const browser: Record<string, string | number> = {}
  for (let index = 0; index < fields.length; index += 2) {
    const [name = '', value = ''] = fields.slice(index)
    browser[name] = ['createdAt', 'usedAt', 'expiresAt'].includes(name) ? Number(value) : value
  }
  return browser as unknown as RememberedBrowser
}

/** A set of hashes for each user. */
function createRecovery(run: RunCommands, keyPrefix: string): RedisStores['recovery'] {
  const keyOf = (userId: string): string => `${keyPrefix}recovery:${userId}`
  const runOnCounts = run as (
    key: string,
    commands: readonly Command[],
  ) => Promise<readonly number[]>
  return {
    async save(user, hashes) {
      await run(keyOf(nameOf(user)), [['DEL'], ['SADD', ...hashes]])
    },
    // If two requests send the same code, SREM removes it for only one of them.
    async use(user, hashes) {
      const key = keyOf(nameOf(user))
      const [removed = 0, left] = await runOnCounts(key, [['SREM', ...hashes], ['SCARD']])
      return removed > 0 ? left : undefined
    },
    async left(userId) {
      const [left = 0] = await runOnCounts(keyOf(userId), [['SCARD']])
      return left
    },
    async removeAll(userId) {
      await run(keyOf(userId), [['DEL']])
    },
  }
}

/** As in `MemoryRecoveryStore`: all users without an id would share one set. */
function nameOf({ id }: UserWithId): string {
  if (typeof id === 'number' || (typeof id === 'string' && id !== '')) return String(id)
  throw new TypeError('redisStores needs users with an id for recovery codes.')
}

/** A list for each user, which expires `maxAgeSeconds` after its last entry. */
function createTrail(run: RunCommands, keyPrefix: string): TrailStore {
  const keyOf = (user: string): string => `${keyPrefix}trail:${user}`
  return {
    async add(user, entry, { maxEntries, maxAgeSeconds }) {
      await run(keyOf(user), [
        ['LPUSH', JSON.stringify(entry)],
        ['LTRIM', '0', String(maxEntries - 1)],
        ['EXPIRE', String(maxAgeSeconds)],
      ])
    },
    async list(user) {
      const [texts] = (await run(keyOf(user), [['LRANGE', '0', '-1']])) as [readonly string[]]
      return texts.map(text => JSON.parse(text) as TrailEntry)
    },
  }
}
