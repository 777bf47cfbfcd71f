import { RedisStore } from 'connect-redis-8' // connect-redis 9 supports only the package redis
import { Redis } from 'ioredis'
import { redisLimiter } from 'passport-voice-otp/redis'

/** Sessions and limits in one Redis. @param url For example `redis://127.0.0.1:6379`. */
export async function connectStores(url: string) {
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    // A command that Redis may have run is not sent again.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1000,
    socketTimeout: 1000,
    retryStrategy: retries => Math.min(50 * 2 ** retries, 1000),
  })
  client.on('error', error => console.error(`Redis: ${String(error)}`))
  await client.connect()
  return { limiter: redisLimiter(client), store: new RedisStore({ client, prefix: 'session:' }) }
}
