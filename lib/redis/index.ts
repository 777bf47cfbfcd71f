/**
 * A limiter for Redis, which sends the counts of a request in few commands, and stores in Redis for
 * remembered browsers, recovery codes and the trail.
 * @module passport-voice-otp/redis
 */
import type { Limiter, LimiterCount, LimiterFactory, LimiterOptions } from '../options/limiter.js'
import { Batches } from './batches.js'
import { checkKeyPrefix, createSend, type RedisClient, type RedisLimiterOptions } from './client.js'
import type { Operation } from './script.js'

export type { IoRedisClient, NodeRedisClient, RedisClient, RedisLimiterOptions } from './client.js'
export { redisStores } from './stores.js'
export type { RedisStores } from './stores.js'
export type { UserWithId } from '../options/recovery.js'

/**
 * Creates the option `limiter` for one Redis or a Redis Cluster. It counts as `RateLimiterRedis` of
 * rate-limiter-flexible does: in fixed windows that begin with the first hit.
 *
 * The limiter combines operations into one command if they begin in the same turn of the event loop
 * and their keys have the same owner: a user, a number, a prefix, a country or the app. The command
 * is a Lua script, which Redis runs in one atomic step. Its keys share a hash tag, so a cluster
 * keeps them in one slot.
 *
 * If the client is not connected, every operation rejects at once.
 * @param client A client of `redis` (version 4 or later) or `ioredis`, or a cluster client of one
 * of them. The app connects it and listens to its event `error`.
 * @throws TypeError for anything else, and for a `keyPrefix` with braces.
 */
export function redisLimiter(
  client: RedisClient,
  { keyPrefix = '' }: RedisLimiterOptions = {},
): LimiterFactory {
  const batches = new Batches(createSend(client))
  return options => createLimiter(batches, `${keyPrefix}${options.keyPrefix}`, options)
}

function createLimiter(batches: Batches, prefix: string, { duration }: LimiterOptions): Limiter {
  checkKeyPrefix('redisLimiter', prefix)

  const run = async (
    name: Operation['name'],
    key: string,
    points = 0,
    seconds = duration,
  ): Promise<LimiterCount | null> => {
    if (!Number.isSafeInteger(points) || !Number.isFinite(seconds) || seconds < 0)
      throw new TypeError('redisLimiter: points must be a whole number, and seconds at least 0.')
    // The part before the first dot names the owner: see lib/limits/store-keys.ts.
    const [tag = '', ...rest] = key.split('.')
    return batches.run(tag, {
      name,
      key: [`${prefix}:{${tag}}`, ...rest].join('.'),
      points,
      milliseconds: Math.ceil(seconds * 1000),
    })
  }
  // Only `get` returns null.
  const runOnCount = run as (...given: Parameters<typeof run>) => Promise<LimiterCount>

  return {
    consume: (key, points = 1) => runOnCount('add', key, points),
    reward: (key, points = 1) => runOnCount('add', key, -points),
    get: key => run('get', key),
    set: (key, points, secDuration) => runOnCount('set', key, points, secDuration),
    delete: async key => (await runOnCount('delete', key)).consumedPoints > 0,
  }
}
