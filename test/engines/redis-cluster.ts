import { RedisStore } from 'connect-redis'
import { createCluster } from 'redis'
import { redisLimiter } from 'passport-voice-otp/redis'

/** Sessions and limits in a cluster. @param urls Some of its nodes, with commas between them. */
export async function connectStores(urls: string) {
  const client = createCluster({
    rootNodes: urls.split(',').map(url => ({ url })),
    // The options of each connection, as for one Redis.
    defaults: {
      disableOfflineQueue: true,
      pingInterval: 400,
      socket: {
        connectTimeout: 1000,
        socketTimeout: 1000,
        reconnectStrategy: retries => Math.min(50 * 2 ** retries, 1000),
      },
    },
  })
  client.on('error', error => console.error(`Redis: ${String(error)}`))
  await client.connect()
  return { limiter: redisLimiter(client), store: new RedisStore({ client, prefix: 'session:' }) }
}
