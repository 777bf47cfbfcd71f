import type { TrailEntry, TrailStore } from 'passport-voice-otp'
import type { createClient } from 'redis'

/** A connected client of `redis`. */
type RedisClient = ReturnType<typeof createClient>

/** The option `trail` for a Redis: a list for each user, which disappears when it is old. */
export function trailInRedis(client: RedisClient, prefix: string): TrailStore {
  const keyOf = (user: string): string => `${prefix}:trail:${user}`
  return {
    async add(user, entry, { maxEntries, maxAgeSeconds }) {
      // One transaction: a list that is too long, or has no expiry, never stays behind.
      await client
        .multi()
        .lPush(keyOf(user), JSON.stringify(entry))
        .lTrim(keyOf(user), 0, maxEntries - 1)
        .expire(keyOf(user), maxAgeSeconds)
        .exec()
    },
    async list(user) {
      const texts = await client.lRange(keyOf(user), 0, -1)
      return texts.map(text => JSON.parse(text) as TrailEntry)
    },
  }
}
