import { RedisStore } from 'connect-redis-8'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { LimiterFactory } from 'passport-voice-otp'

/** Sessions and limits in one Redis. @param url For example `redis://127.0.0.1:6379`. */
export async function connectStores(url: string) {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    connectTimeout: 1000,
    socketTimeout: 1000,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    retryStrategy: retries => Math.min(50 * 2 ** retries, 1000),
  })
  client.on('error', error => console.error(`Redis: ${String(error)}`))
  await client.connect()
  const limiter: LimiterFactory = options =>
    new RateLimiterRedis({ storeClient: client, rejectIfRedisNotReady: true, ...options })
  return { limiter, store: new RedisStore({ client, prefix: 'session:' }) }
}
