import { setTimeout as wait } from 'node:timers/promises'
import { RedisStore } from 'connect-redis'
import { redisLimiter, redisStores } from 'passport-voice-otp/redis'
import type { Logger } from 'pino'
import { createClient } from 'redis'
import { recordsInRedis } from './records.js'
import { sessionSeconds } from './session-lifetime.js'

export type RedisClient = ReturnType<typeof createClient>

/** Everything that several processes share and that must survive a restart, in Redis. */
export async function connectRedis(url: string, prefix: string, logger: Logger) {
  // With these options, a dead or hung Redis is an error within two seconds, and the client
  // reconnects by itself. Without them, commands wait in a queue as long as Redis is down. The
  // pings prevent the timeout of an idle socket.
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

  let isDown = false
  client.on('error', (error: NodeJS.ErrnoException) => {
    if (!isDown) logger.error({ event: 'redis.down', name: error.name, code: error.code })
    isDown = true
  })
  client.on('ready', () => {
    isDown = false
    logger.info({ event: 'redis.ready' })
  })

  // If Redis is down at the start, the app starts anyway and responds with 503 until Redis is back.
  const connecting = client.connect().catch(() => undefined)
  await Promise.race([connecting, wait(2000)])

  const { browsers, ...stores } = redisStores(client, { keyPrefix: `${prefix}:` })
  return {
    client,
    stores: {
      ...stores,
      sessionStore: new RedisStore({ client, prefix: `${prefix}:session:`, ttl: sessionSeconds }),
      limiter: redisLimiter(client, { keyPrefix: `${prefix}:` }),
      remember: { days: 30, store: browsers },
      records: recordsInRedis(client, prefix),
    },
  }
}
