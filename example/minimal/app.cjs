// The app of docs/own-pages.md in one file: a password, then a code by phone, with its own pages.
// To run it with simulated phones: npm run example:minimal
const express = require('express')
const session = require('express-session')
const passport = require('passport')
const { Strategy: LocalStrategy } = require('passport-local')
const { VoiceOtpStrategy } = require('passport-voice-otp')
const { env } = process

// Your database takes the place of this list. It stores a hash of each password.
const demoPassword = 'correct horse battery staple'
const phones = new Map([
  ['alice', '+12025550123'],
  ['bob', '+12025550145'],
  ['mallory', '+12025550167'],
  ['dave', null],
])
const users = {
  find: id => phones.has(id) && { id, phone: phones.get(id) },
  setPhone: (id, phone) => void phones.set(id, phone),
}

// 1. Configure: where you configure Passport
const voiceOtp = new VoiceOtpStrategy(
  {
    appName: 'Acme',
    webhookUrl: `${env.PUBLIC_URL}/voice-otp`,
    secret: env.VOICE_OTP_SECRET,
    signalwire: {
      project: env.SIGNALWIRE_PROJECT,
      token: env.SIGNALWIRE_TOKEN,
      space: env.SIGNALWIRE_SPACE,
      from: env.SIGNALWIRE_NUMBER,
      signingKey: env.SIGNALWIRE_SIGNING_KEY,
    },
    onEnroll: (user, phone) => users.setPhone(user.id, phone),
  },
  user => user.phone,
)
passport.use(voiceOtp)
passport.use(
  new LocalStrategy((username, password, done) =>
    done(null, password === demoPassword && users.find(username)),
  ),
)
passport.serializeUser((user, done) => done(null, user.id))
passport.deserializeUser((id, done) => done(null, users.find(id)))

// 2. Guard: before and after the session, which your app has already
const app = express()
const sessionOptions = {
  secret: env.SESSION_SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: 'lax' },
}
app.use('/voice-otp', voiceOtp.webhooks())
app.use(session(sessionOptions), express.urlencoded({ extended: false }), passport.session())
app.use(voiceOtp.enforce())
// Refuse forms of other sites. Old browsers do not send this header; sameSite: 'lax' protects them.
const isForeign = ({ method, headers }) =>
  method === 'POST' && !['same-origin', undefined].includes(headers['sec-fetch-site'])
app.use((req, res, next) => (isForeign(req) ? res.sendStatus(403) : next()))

// 3. Call: with your routes
const failed = { failureRedirect: '/otp', failureMessage: true }
const call = passport.authenticate('voice-otp', { ...failed, action: 'call' })
app.post('/otp/call', call, (req, res) => res.redirect('/otp'))
app.get('/otp/status', voiceOtp.status())

// 4. Verify
const succeeded = { successReturnToOrRedirect: '/' }
app.post('/otp', passport.authenticate('voice-otp', { ...failed, ...succeeded }))

// The page, and users without a number
app.get('/otp', (req, res) => {
  const user = req.pendingUser ?? req.user
  if (!user) return res.redirect('/login')
  const messages = req.session.messages?.splice(0) ?? []
  const [ask, verify] = user.phone ? ['/otp/call', '/otp'] : ['/phone', '/phone/verify']
  const field =
    '<label>Your number <input name="phone" type="tel" placeholder="+1 202 555 0123"></label>'
  const challenge = req.voiceOtp
  const form = `<p>We call ${challenge?.phone}. Answer, and press <b>${challenge?.matchingDigits}</b>.
    Then type the code that you hear. Nobody will ever ask you for this code.</p>
    <form method="post" action="${verify}"><label>Code <input name="code" inputmode="numeric"
      autocomplete="one-time-code"></label> <button>Continue</button></form>`
  res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' })
  res.send(`<p role="alert">${messages.join(' ')}</p>${challenge ? form : ''}
    <form method="post" action="${ask}">${user.phone ? '' : field} <button>Call me</button></form>`)
})
const enroll = passport.authenticate('voice-otp', {
  ...failed,
  action: 'call',
  purpose: 'enroll',
  phone: req => req.body?.phone,
})
const enrolled = passport.authenticate('voice-otp', { ...failed, ...succeeded, purpose: 'enroll' })
app.post('/phone', enroll, (req, res) => res.redirect('/otp'))
app.post('/phone/verify', enrolled)

// 5. Protect: before each route that needs a fresh code
app.use('/transfer', voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' }))
app.get('/transfer', (req, res) => res.send('<h1>Transfer</h1><p>Your code is fresh.</p>'))
app.get('/', (req, res) => {
  if (!req.user) return res.redirect(req.pendingUser ? '/otp' : '/login')
  res.send(`<h1>Hello, ${req.user.id}</h1> <a href="/transfer">Transfer</a>
    <form method="post" action="/logout"><button>Log out</button></form>`)
})

app.get('/login', (req, res) =>
  res.send(`<form method="post" action="/login"><label>User name <input name="username"></label>
    <label>Password <input name="password" type="password"></label> <button>Log in</button></form>`),
)
const logIn = passport.authenticate('local', { successRedirect: '/otp', failureRedirect: '/login' })
app.post('/login', logIn)
app.post('/logout', (req, res, next) => {
  req.logout(error => (error ? next(error) : res.redirect('/login')))
})

app.listen(new URL(env.PUBLIC_URL).port, '127.0.0.1', () => {
  console.log(`The app:    ${env.PUBLIC_URL}`)
  console.log(`Log in as ${[...phones.keys()].join(', ')} with the password: ${demoPassword}`)
})
