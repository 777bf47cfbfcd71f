// npm run scale:commands: counts the Redis commands of one login, over the limiter of this package
// and over RateLimiterRedis, and prints the table of docs/scale.md.
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { redisLimiter } from 'passport-voice-otp/redis'
import { countLogin } from '../support/login-commands.js'

const ours = await countLogin(client => redisLimiter(client))
const plain = await countLogin(
  storeClient => options =>
    new RateLimiterRedis({ storeClient, useRedisPackage: true, ...options }),
)
console.table(ours)
console.table(plain)
