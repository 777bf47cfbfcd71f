import { RedisStore } from 'connect-redis'
import type { LimiterOptions } from 'passport-voice-otp'
import type { Logger } from 'pino'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import { recoveryInRedis } from './recovery-codes.js'
import { browsersInRedis } from './redis-browsers.js'

export type RedisClient = ReturnType<typeof createClient>

/** All that must outlive a process in Redis, for any number of processes. */
export async function connectRedis(url: string, prefix: string, logger: Logger) {
  // All of this makes a dead or hung Redis an error within two seconds, and lets the client recover by itself:
  // without it commands wait in a queue for as long as Redis is away. The pings keep an idle socket from timing out.
  const client: RedisClient = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 500,
    socket: {
      connectTimeout: 1000,
      socketTimeout: 1500,
      reconnectStrategy: retries => Math.min(50 * 2 ** retries, 1000),
    },
  })

  let isAway = false
  client.on('error', (error: NodeJS.ErrnoException) => {
    if (!isAway) logger.error({ event: 'redis.away', name: error.name, code: error.code })
    isAway = true
  })
  client.on('ready', () => {
    isAway = false
    logger.info({ event: 'redis.ready' })
  })

  // An app that starts before its Redis answers 503 until that is there, and does not wait for it.
  const connecting = client.connect().catch(() => undefined)
  await Promise.race([connecting, new Promise(resolve => setTimeout(resolve, 2000))])

  return {
    sessionStore: new RedisStore({ client, prefix: `${prefix}:session:` }),
    limiter: (options: LimiterOptions) =>
      new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        ...options,
        keyPrefix: `${prefix}:${options.keyPrefix}`,
      }),
    phones: {
      get: (userId: string) => client.hGet(`${prefix}:phones`, userId),
      set: (userId: string, phone: string) => client.hSet(`${prefix}:phones`, userId, phone),
    },
    browsers: browsersInRedis(client, prefix),
    recovery: recoveryInRedis(client, prefix),
    isReady: () => client.isReady,
    close: () => client.destroy(),
  }
}
