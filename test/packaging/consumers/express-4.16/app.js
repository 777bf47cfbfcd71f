'use strict'

const express = require('express')
const session = require('express-session')
const passport = require('passport')
const LocalStrategy = require('passport-local')
const { Strategy: VoiceOtpStrategy } = require('passport-voice-otp')

const users = {
  alice: { id: 'alice', password: 'correct horse battery staple', phone: '+12025550123' },
}

exports.createApp = function createApp({ secret, signalwire, webhookUrl }) {
  const voiceOtp = new VoiceOtpStrategy({ appName: 'Acme', webhookUrl, secret, signalwire }, user =>
    Promise.resolve(user.phone),
  )
  passport.use(voiceOtp)
  passport.use(
    new LocalStrategy((username, password, done) => {
      const user = users[username]
      done(null, user && user.password === password ? user : false)
    }),
  )
  passport.serializeUser((user, done) => done(null, user.id))
  passport.deserializeUser((id, done) => done(null, users[id] || false))

  const app = express()
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  app.use(express.urlencoded({ extended: false }))
  app.use(passport.initialize())
  app.use(passport.session())
  app.use(voiceOtp.enforce())

  app.post(
    '/login',
    passport.authenticate('local', { successRedirect: '/otp', failureRedirect: '/login' }),
  )
  app.get('/otp', (req, res) => res.json(req.voiceOtp || {}))
  app.post('/otp/call', passport.authenticate('voice-otp', { action: 'call' }), (req, res) =>
    res.redirect('/otp'),
  )
  app.post('/otp', (req, res, next) => {
    passport.authenticate('voice-otp', (error, user, info, status) => {
      if (error) return next(error)
      if (!user) return res.status(status).json(info)
      req.logIn(user, error => (error ? next(error) : res.redirect('/account')))
    })(req, res, next)
  })
  app.get('/account', (req, res) =>
    req.isAuthenticated() ? res.send(`This is ${req.user.id}.`) : res.sendStatus(401),
  )
  return app
}
