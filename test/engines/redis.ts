import { RedisStore } from 'connect-redis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import type { LimiterFactory } from 'passport-voice-otp'

/** Sessions and limits in one Redis. @param url For example `redis://127.0.0.1:6379`. */
export async function connectStores(url: string) {
  const client = createClient({
    url,
    // Without these options, commands wait as long as Redis is away. With them, a Redis that is
    // away is an error within two seconds, and the client reconnects by itself. The pings keep an
    // idle connection from its timeout.
    disableOfflineQueue: true,
    pingInterval: 400,
    socket: {
      connectTimeout: 1000,
      socketTimeout: 1000,
      reconnectStrategy: retries => Math.min(50 * 2 ** retries, 1000),
    },
  })
  client.on('error', error => console.error(`Redis: ${String(error)}`))
  await client.connect()
  const limiter: LimiterFactory = options =>
    new RateLimiterRedis({
      storeClient: client,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
      ...options,
    })
  return { limiter, store: new RedisStore({ client, prefix: 'session:' }) }
}
