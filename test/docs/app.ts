import express, { type Express } from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { type VoiceOtpOptions, VoiceOtpStrategy } from 'passport-voice-otp'
import { findById, findByPassword, type User } from './users.js'

/** What differs between production and a test. */
export interface AppOptions extends Pick<VoiceOtpOptions<User>, 'signalwire' | 'clock' | 'limits'> {
  readonly publicUrl: string
}

export function createApp({ publicUrl, ...options }: AppOptions): Express {
  const { SESSION_SECRET = '', VOICE_OTP_SECRET = '' } = process.env
  const app = express()

  // Your login, as it was before.
  passport.use(
    new LocalStrategy((name, password, done) => {
      findByPassword(name, password).then(user => done(null, user ?? false), done)
    }),
  )
  passport.serializeUser((user, done) => done(null, (user as User).id))
  passport.deserializeUser((id: string, done) => {
    findById(id).then(user => done(null, user ?? false), done)
  })

  // The steps of docs/own-pages.md.
  const voiceOtp = new VoiceOtpStrategy<User>(
    {
      appName: 'Acme',
      webhookUrl: `${publicUrl}/voice-otp`,
      secret: VOICE_OTP_SECRET,
      ...options,
    },
    user => user.phone,
  )
  passport.use(voiceOtp)
  app.use('/voice-otp', voiceOtp.webhooks())
  const cookie = { sameSite: 'lax', secure: publicUrl.startsWith('https:') } as const
  app.use(
    session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie }),
    express.urlencoded({ extended: false }),
    passport.session(),
  )
  app.use(voiceOtp.enforce())

  const failed = { failureRedirect: '/otp', failureMessage: true }
  const call = passport.authenticate('voice-otp', { ...failed, action: 'call' })
  app.post('/otp/call', call, (_req, res) => res.redirect('/otp'))
  app.get('/otp/status', voiceOtp.status())
  const verify = passport.authenticate('voice-otp', { ...failed, successReturnToOrRedirect: '/' })
  app.post('/otp', verify)
  app.use('/transfer', voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' }))

  app.get('/otp', (req, res) => {
    if (!req.pendingUser && !req.user) {
      res.redirect('/login')
      return
    }
    const { phone, matchingDigits } = req.voiceOtp ?? { phone: '', matchingDigits: '' }
    res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' })
    res.send(`<form method="post" action="/otp/call"><button>Call me</button></form>
      <p>We are calling ${phone}. Press <b>${matchingDigits}</b> and type the code that you hear.
      Nobody will ever ask you for this code.</p>
      <form method="post" action="/otp"><label>Code <input name="code"></label></form>`)
  })
  app.post(
    '/login',
    passport.authenticate('local', { successRedirect: '/otp', failureRedirect: '/login' }),
  )
  app.get('/', (req, res) => {
    if (req.user) res.send(`Hello ${(req.user as User).name}.`)
    else res.redirect(req.pendingUser ? '/otp' : '/login')
  })
  return app
}
