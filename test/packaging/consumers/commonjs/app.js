'use strict'

const express = require('express')
const session = require('express-session')
const passport = require('passport')
const { Strategy: LocalStrategy } = require('passport-local')
const { VoiceOtpStrategy } = require('passport-voice-otp')

const users = {
  alice: { id: 'alice', password: 'correct horse battery staple', phone: '+12025550123' },
}

exports.createApp = function createApp({ secret, signalwire, webhookUrl }) {
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
  passport.serializeUser((user, done) => done(null, user.id))
  passport.deserializeUser((id, done) => done(null, users[id] ?? false))

  const app = express()
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  app.use(express.urlencoded({ extended: false }))
  app.use(passport.session())
  app.use(voiceOtp.enforce())

  app.post('/login', passport.authenticate('local'), (req, res) =>
    res.json({ pendingUser: req.pendingUser.id }),
  )
  app.post('/otp/call', passport.authenticate('voice-otp', { action: 'call' }), (req, res) =>
    res.json(req.voiceOtp),
  )
  app.post('/otp', passport.authenticate('voice-otp'), (req, res) =>
    res.json({ user: req.user.id }),
  )
  app.get('/account', (req, res) =>
    req.isAuthenticated() ? res.send(`This is ${req.user.id}.`) : res.sendStatus(401),
  )
  return app
}
