// One of several processes of one app on one Redis, forked by scale.js. Sends its port, and the
// number of codes that it compared.
import { createServer } from 'node:http'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { Passport } from 'passport'
import { VoiceOtpStrategy } from '../../dist/index.mjs'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import { numberOf, secret, spaceOf } from './base.js'

const client = createClient({ url: process.argv[2] })
await client.connect()
const strategy = new VoiceOtpStrategy(
  {
    appName: 'Acme',
    webhookUrl: 'http://127.0.0.1:3999/voice-otp',
    secret,
    signalwire: spaceOf('http://127.0.0.1:3998'),
    limiter: options =>
      new RateLimiterRedis({ storeClient: client, useRedisPackage: true, ...options }),
  },
  user => user.phone,
)
let compared = 0
strategy.events.on('code.rejected', event => {
  if (event.compared) compared++
})

const passport = new Passport()
passport.use(strategy)
passport.serializeUser((user, done) => {
  done(null, user.id)
})
passport.deserializeUser((id, done) => {
  done(null, { id, phone: numberOf(id) })
})
const app = express()
app.use(
  session({
    secret,
    store: new RedisStore({ client, prefix: 'session:' }),
    resave: false,
    saveUninitialized: false,
  }),
  express.urlencoded({ extended: false }),
)
app.use(passport.session(), strategy.enforce())
app.post('/otp', passport.authenticate('voice-otp', { successRedirect: '/' }))

const server = createServer(app)
process.on('message', () => {
  process.send({ compared })
})
process.on('disconnect', () => {
  process.exit(0)
})
server.listen(0, '127.0.0.1', () => {
  process.send({ port: server.address().port })
})
