import { once } from 'node:events'
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
      // The first failure of an outage has the number 0, so the log has one line for each outage.
      reconnectStrategy: (retries, { name, code }: NodeJS.ErrnoException) => {
        if (retries === 0) logger.error({ event: 'redis.down', name, code })
        return Math.min(50 * 2 ** retries, 1000)
      },
    },
  })
  client.on('ready', () => logger.info({ event: 'redis.ready' }))
  // Without a listener, an error would end the process.
  client.on('error', () => undefined)

  // If Redis is down at the start, the app starts anyway and responds with 503 until Redis is back.
  await Promise.race([client.connect(), once(client, 'error')])

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
