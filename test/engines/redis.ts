import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { redisLimiter } from 'passport-voice-otp/redis'

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
  return { limiter: redisLimiter(client), store: new RedisStore({ client, prefix: 'session:' }) }
}
