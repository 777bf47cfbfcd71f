// One of several processes of one app on one Redis, forked by scale.js with the address of the
// Redis and, for whole logins, of a Space. Sends its port, and what it has used.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { Passport } from 'passport'
import { VoiceOtpStrategy } from '../../dist/index.mjs'
import { redisLimiter } from '../../dist/redis/index.mjs'
import { createClient } from 'redis'
import { numberOf, secret, spaceOf } from './base.js'

const [, , redisUrl, spaceUrl = 'http://127.0.0.1:3998'] = process.argv
const app = express()
const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address()

const connected = createClient({ url: redisUrl })
await connected.connect()
let commands = 0
/** The client, which counts the commands that it sends. */
const client = Object.create(connected)
for (const name of ['eval', 'evalSha', 'get', 'set', 'expire', 'del'])
  client[name] = (...given) => {
    commands++
    return connected[name](...given)
  }

// So many people from one address would reach these limits. Disabled ones would cost nothing.
const many = 1_000_000
const strategy = new VoiceOtpStrategy(
  {
    appName: 'Acme',
    webhookUrl: `http://127.0.0.1:${port}/voice-otp`,
    secret,
    signalwire: spaceOf(spaceUrl),
    limits: { callsPerPrefixTenMinutes: many, callsPerAppMinute: many, callsPerAppDay: many },
    fraud: { unusedPerPrefixDay: many, unusedPerCountryDay: many, sendsPerPrefixDay: many },
    limiter: redisLimiter(client),
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
app.use('/voice-otp', strategy.webhooks())
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
app.post('/otp/call', passport.authenticate('voice-otp', { action: 'call' }), (req, res) => {
  res.json(req.voiceOtp)
})
app.get('/otp/status', strategy.status())
app.post('/otp', passport.authenticate('voice-otp', { successRedirect: '/' }))

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ compared, commands, milliseconds: (user + system) / 1000 })
})
process.on('disconnect', () => {
  process.exit(0)
})
process.send({ port })
