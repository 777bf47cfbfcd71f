import type { RememberedBrowser, RememberStore } from 'passport-voice-otp'
import type { RedisClient } from './redis.js'

/** The longest time that a browser may be remembered. A set that nobody uses expires after it. */
const maxAgeMilliseconds = 30 * 86_400_000

/**
 * Compares and changes in one step, because Redis runs one script at a time. A browser that was
 * removed has no hash.
 */
const rotateScript = `
  if redis.call('HGET', KEYS[1], 'hash') ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'hash', ARGV[2], 'replacedHash', ARGV[3], 'usedAt', ARGV[4], 'usedBy', ARGV[5])
  return 1`

/**
 * Remembered browsers in Redis: a hash for each browser, and a set with the ids of each user's
 * browsers.
 */
export function browsersInRedis(client: RedisClient, prefix: string): RememberStore {
  const browserKey = (id: string): string => `${prefix}:browser:${id}`
  const userKey = (user: string): string => `${prefix}:browsers:${user}`

  async function get(id: string): Promise<RememberedBrowser | undefined> {
    const fields = await client.hGetAll(browserKey(id))
    if (fields['id'] === undefined) return undefined
    const { createdAt, usedAt, expiresAt } = fields
    return {
      ...fields,
      createdAt: Number(createdAt),
      usedAt: Number(usedAt),
      expiresAt: Number(expiresAt),
    } as RememberedBrowser
  }

  return {
    get,
    async add(browser) {
      const { id, user, createdAt, expiresAt } = browser
      await client
        .multi()
        .hSet(browserKey(id), { ...browser })
        .pExpireAt(browserKey(id), expiresAt)
        .sAdd(userKey(user), id)
        .pExpireAt(userKey(user), createdAt + maxAgeMilliseconds)
        .exec()
    },
    async rotate(id, from, { hash, replacedHash, usedAt, usedBy }) {
      return (
        (await client.eval(rotateScript, {
          keys: [browserKey(id)],
          arguments: [from, hash, replacedHash, String(usedAt), usedBy],
        })) === 1
      )
    },
    async list(user) {
      const browsers = await Promise.all((await client.sMembers(userKey(user))).map(get))
      return browsers.filter(browser => browser !== undefined)
    },
    async remove(id) {
      const user = await client.hGet(browserKey(id), 'user')
      if (user !== null) await client.multi().del(browserKey(id)).sRem(userKey(user), id).exec()
    },
    async removeAll(user) {
      const ids = await client.sMembers(userKey(user))
      // Do not delete the whole set: a browser that is added at the same time must stay in the
      // list, or nobody could revoke it.
      if (ids.length > 0)
        await client.multi().del(ids.map(browserKey)).sRem(userKey(user), ids).exec()
    },
  }
}
