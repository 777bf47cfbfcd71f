import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { VoiceOtpStrategy } from 'passport-voice-otp'
import { redisLimiter } from 'passport-voice-otp/redis'
import { createClient } from 'redis'

export const needsRedis = true

const users = {
  alice: { id: 'alice', password: 'correct horse battery staple', phone: '+12025550123' },
}

export async function createApp({ secret, signalwire, webhookUrl, redisUrl }) {
  // A dead or hung Redis becomes an error instead of a queue. The pings keep an idle socket from
  // timing out, and without a strategy of its own a client whose socket timed out once stays closed
  // for good.
  const client = createClient({
    url: redisUrl,
    disableOfflineQueue: true,
    pingInterval: 1000,
    socket: {
      connectTimeout: 2000,
      socketTimeout: 5000,
      reconnectStrategy: retries => Math.min(50 * 2 ** retries, 1000),
    },
  })
  client.on('error', error => {
    console.error('Redis:', error.name)
  })
  await client.connect()

  const voiceOtp = new VoiceOtpStrategy(
    {
      appName: 'Acme',
      webhookUrl,
      secret,
      signalwire,
      limiter: redisLimiter(client),
    },
    user => user.phone,
  )
  passport.use(voiceOtp)
  passport.use(
    new LocalStrategy((username, password, done) => {
      const user = users[username]
      done(null, user?.password === password ? user : false)
    }),
  )
  passport.serializeUser((user, done) => done(null, user.id))
  passport.deserializeUser((id, done) => done(null, users[id] ?? false))

  const app = express()
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(
    session({ secret, store: new RedisStore({ client }), resave: false, saveUninitialized: false }),
  )
  app.use(express.urlencoded({ extended: false }))
  app.use(passport.session())
  app.use(voiceOtp.enforce())

  app.post(
    '/login',
    passport.authenticate('local', { successRedirect: '/otp', failureRedirect: '/login' }),
  )
  app.get('/otp', (req, res) => res.json(req.voiceOtp ?? {}))
  app.post('/otp/call', passport.authenticate('voice-otp', { action: 'call' }), (req, res) =>
    res.redirect('/otp'),
  )
  app.post(
    '/otp',
    passport.authenticate('voice-otp', { successRedirect: '/account', failureRedirect: '/otp' }),
  )
  app.get('/account', (req, res) =>
    req.isAuthenticated() ? res.send(`This is ${req.user.id}.`) : res.sendStatus(401),
  )
  return app
}
