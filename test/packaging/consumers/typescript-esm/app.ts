import express, { type Express } from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { VoiceOtpStrategy, type VoiceOtpOptions } from 'passport-voice-otp'

interface Person {
  readonly id: string
  readonly password: string
  readonly phone: string
}

const people: Readonly<Record<string, Person>> = {
  alice: { id: 'alice', password: 'correct horse battery staple', phone: '+12025550123' },
}

export function createApp({
  secret,
  signalwire,
  webhookUrl,
}: Pick<VoiceOtpOptions<Person>, 'secret' | 'signalwire' | 'webhookUrl'>): Express {
  const voiceOtp = new VoiceOtpStrategy<Person>(
    { appName: 'Acme', webhookUrl, secret, signalwire },
    person => person.phone,
  )
  passport.use(voiceOtp)
  passport.use(
    new LocalStrategy((username, password, done) => {
      const person = people[username]
      done(null, person?.password === password ? person : false)
    }),
  )
  passport.serializeUser((person, done) => {
    done(null, (person as Person).id)
  })
  passport.deserializeUser((id: string, done) => {
    done(null, people[id] ?? false)
  })

  const app = express()
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(session({ secret: String(secret), resave: false, saveUninitialized: false }))
  app.use(express.urlencoded({ extended: false }))
  app.use(passport.session())
  app.use(voiceOtp.enforce())

  app.post(
    '/login',
    passport.authenticate('local', { successRedirect: '/otp', failureRedirect: '/login' }),
  )
  app.get('/otp', (req, res) => {
    res.json(req.voiceOtp ?? {})
  })
  app.post('/otp/call', passport.authenticate('voice-otp', { action: 'call' }), (_req, res) => {
    res.redirect('/otp')
  })
  app.post(
    '/otp',
    passport.authenticate('voice-otp', { successRedirect: '/account', failureRedirect: '/otp' }),
  )
  app.get('/account', (req, res) => {
    if (req.isAuthenticated()) res.send(`This is ${(req.user as Person).id}.`)
    else res.sendStatus(401)
  })
  return app
}
