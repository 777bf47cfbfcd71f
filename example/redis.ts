import { RedisStore } from 'connect-redis'
import type { Store } from 'express-session'
import type { CounterFactory } from 'passport-voice-otp'
import type { Logger } from 'pino'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import type { PhoneBook } from './users.js'

export interface SharedState {
  readonly sessionStore: Store
  readonly counters: CounterFactory
  readonly phones: PhoneBook
  readonly isReady: () => boolean
  readonly close: () => void
}

/** Sessions, counters and enrolled numbers in Redis, for any number of processes. */
export async function connectRedis(url: string, prefix: string, logger: Logger): Promise<SharedState> {
  // All of this makes a dead or hung Redis an error within two seconds, and lets the client recover by itself:
  // without it commands wait in a queue for as long as Redis is away. The pings keep an idle socket from timing out.
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 500,
    socket: { connectTimeout: 1000, socketTimeout: 1500, reconnectStrategy: retries => Math.min(50 * 2 ** retries, 1000) },
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
    counters: options => new RateLimiterRedis({ storeClient: client, useRedisPackage: true, rejectIfRedisNotReady: true, ...options, keyPrefix: `${prefix}:${options.keyPrefix}` }),
    phones: {
      get: userId => client.hGet(`${prefix}:phones`, userId),
      set: (userId, phone) => client.hSet(`${prefix}:phones`, userId, phone),
    },
    isReady: () => client.isReady,
    close: () => client.destroy(),
  }
}
