'use strict'

const crypto = require('crypto')
const path = require('path')
const csrf = require('csurf')
const express = require('express')
const session = require('express-session')
const passport = require('passport')
const LocalStrategy = require('passport-local')
const { VoiceOtpStrategy } = require('passport-voice-otp')
const { otpPages } = require('passport-voice-otp/pages')

const hash = (password, salt) => crypto.pbkdf2Sync(password, salt, 310000, 32, 'sha256')
const users = new Map([
  ['alice', { id: '1', username: 'alice', salt: 'a', password: hash('correct horse', 'a') }],
])
const todos = []

passport.use(
  new LocalStrategy((username, password, done) => {
    const user = users.get(username)
    if (!user || !crypto.timingSafeEqual(user.password, hash(password, user.salt)))
      return done(null, false, { message: 'Incorrect username or password.' })
    return done(null, user)
  }),
)
passport.serializeUser((user, done) => done(null, user.username))
passport.deserializeUser((username, done) => done(null, users.get(username) || false))

exports.createApp = function createApp(settings) {
  const app = express()
  const onEnroll = (user, phone) => Object.assign(user, { phone })
  const options = { ...settings, appName: 'Todos', onEnroll }
  const voiceOtp = new VoiceOtpStrategy(options, user => user.phone || null)
  passport.use(voiceOtp)

  app.set('views', path.join(__dirname, 'views'))
  app.set('view engine', 'ejs')

  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(express.urlencoded({ extended: false }))
  app.use(session({ secret: settings.secret, resave: false, saveUninitialized: false }))
  app.use(csrf())
  app.use(passport.authenticate('session'))
  app.use(voiceOtp.enforce({ redirectTo: '/otp', except: ['/login', '/logout', '/phone'] }))
  app.use((req, res, next) => {
    res.locals.messages = req.session.messages || []
    req.session.messages = []
    res.locals.csrfToken = req.csrfToken()
    next()
  })

  const views = path.join(__dirname, 'views', 'otp')
  app.use(otpPages(voiceOtp, { passport, views, csrfToken: req => req.csrfToken() }))

  app.get('/', (req, res) => {
    if (!req.user) return res.render('home')
    res.render('todos', { user: req.user, todos: todos.filter(todo => todo.owner === req.user.id) })
  })
  app.post('/', (req, res) => {
    if (!req.user) return res.redirect('/login')
    todos.push({ owner: req.user.id, title: req.body.title.trim() })
    res.redirect('/')
  })

  app.get('/login', (req, res) => res.render('login'))
  app.post(
    '/login/password',
    passport.authenticate('local', {
      successReturnToOrRedirect: '/',
      failureRedirect: '/login',
      failureMessage: true,
    }),
  )
  app.post('/logout', (req, res, next) => {
    req.logout(error => (error ? next(error) : res.redirect('/')))
  })
  return app
}
