import express = require('express')
import session = require('express-session')
import passport = require('passport')
import { Strategy as LocalStrategy } from 'passport-local'
import { type SignalWireOptions, VoiceOtpStrategy } from 'passport-voice-otp'

declare global {
  namespace Express {
    interface User {
      readonly id: string
      readonly password: string
      readonly phone: string
    }
  }
}

interface Settings {
  readonly secret: string
  readonly signalwire: SignalWireOptions
  readonly webhookUrl: string
}

const users: Readonly<Record<string, Express.User>> = {
  alice: { id: 'alice', password: 'correct horse battery staple', phone: '+12025550123' },
}

export function createApp({ secret, signalwire, webhookUrl }: Settings): express.Express {
  const voiceOtp = new VoiceOtpStrategy(
    { appName: 'Acme', webhookUrl, secret, signalwire },
    user => user.phone,
  )
  passport.use(voiceOtp)
  passport.use(
    new LocalStrategy((username, password, done) => {
      const user = users[username]
      done(null, user?.password === password ? user : false)
    }),
  )
  passport.serializeUser((user, done) => {
    done(null, user.id)
  })
  passport.deserializeUser((id: string, done) => {
    done(null, users[id] ?? false)
  })

  const app = express()
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  app.use(express.urlencoded({ extended: false }))
  app.use(passport.session())
  app.use(voiceOtp.enforce())

  app.post('/login', passport.authenticate('local'), (req, res) => {
    res.json({ pendingUser: req.pendingUser?.id })
  })
  app.post(
    '/otp/call',
    passport.authenticate('voice-otp', { action: 'call', channel: 'call' }),
    (req, res) => {
      res.json(req.voiceOtp)
    },
  )
  app.post('/otp', passport.authenticate('voice-otp'), (req, res) => {
    res.json({ user: req.user?.id })
  })
  app.get('/account', (req, res) => {
    if (req.isAuthenticated()) res.send(`This is ${req.user.id}.`)
    else res.sendStatus(401)
  })
  return app
}
