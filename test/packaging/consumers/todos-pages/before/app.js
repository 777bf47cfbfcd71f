'use strict'

const crypto = require('crypto')
const path = require('path')
const csrf = require('csurf')
const express = require('express')
const session = require('express-session')
const passport = require('passport')
const LocalStrategy = require('passport-local')

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

  app.set('views', path.join(__dirname, 'views'))
  app.set('view engine', 'ejs')

  app.use(express.urlencoded({ extended: false }))
  app.use(session({ secret: settings.secret, resave: false, saveUninitialized: false }))
  app.use(csrf())
  app.use(passport.authenticate('session'))
  app.use((req, res, next) => {
    res.locals.messages = req.session.messages || []
    req.session.messages = []
    res.locals.csrfToken = req.csrfToken()
    next()
  })

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
