// npm run scale:commands: counts the Redis commands of one login, over the limiter of this package
// and over RateLimiterRedis, and prints the table of docs/scale.md.
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { redisLimiter } from 'passport-voice-otp/redis'
import { countLogin, sumUp } from '../support/login-commands.js'

const ours = sumUp(await countLogin(client => redisLimiter(client)))
const plain = sumUp(
  await countLogin(
    storeClient => options =>
      new RateLimiterRedis({ storeClient, useRedisPackage: true, ...options }),
  ),
)
console.log('| step | times | session | limiter | with RateLimiterRedis | waits |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const [index, { step, times, session, limiter, waits }] of ours.rows.entries())
  console.log(
    `| ${step} | ${times} | ${session} | ${limiter} | ${plain.rows[index]?.limiter} | ${waits} |`,
  )
console.log(`\nIn all: ${ours.total} commands, and ${plain.total} with RateLimiterRedis`)
