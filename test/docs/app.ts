import express, { type Express } from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { type PendingChallenge, type VoiceOtpOptions, VoiceOtpStrategy } from 'passport-voice-otp'
import { findById, findByPassword, type User } from './users.js'

/** What differs between production and a test. */
export interface AppOptions extends Pick<VoiceOtpOptions<User>, 'signalwire' | 'clock' | 'limits'> {
  readonly publicUrl: string
}

export function createApp({ publicUrl, ...options }: AppOptions): Express {
  const { SESSION_SECRET = '', VOICE_OTP_SECRET = '' } = process.env
  const app = express()

  // Your login, as it was.
  passport.use(
    new LocalStrategy((name, password, done) => {
      findByPassword(name, password).then(user => {
        done(null, user ?? false)
      }, done)
    }),
  )
  passport.serializeUser((user, done) => {
    done(null, (user as User).id)
  })
  passport.deserializeUser((id: string, done) => {
    findById(id).then(user => {
      done(null, user ?? false)
    }, done)
  })

  // 1. Configure: who calls, where SignalWire asks what to say, whose telephone rings.
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

  // Before session, CSRF protection and body parsers: SignalWire has no cookie, it signs what it sends.
  app.use('/voice-otp', voiceOtp.webhooks())
  const secure = publicUrl.startsWith('https:')
  // A proxy or a tunnel ends TLS; without this, express-session sets no secure cookie behind one.
  if (secure) app.set('trust proxy', 1)
  app.use(
    session({
      secret: SESSION_SECRET,
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure },
    }),
  )
  app.use(express.urlencoded({ extended: false, limit: '4kb' }))
  app.use(passport.session())

  // 2. Enforce: from here on, req.user passed both factors or is nobody. Before every login route.
  app.use(voiceOtp.enforce())

  app.get('/login', (_req, res) => {
    res.send(
      '<form method="post"><input name="username"><input name="password" type="password"><button>Log in</button></form>',
    )
  })
  app.post(
    '/login',
    passport.authenticate('local', { successRedirect: '/otp', failureRedirect: '/login' }),
  )

  // 3. Call. A POST: opening a page must never make a telephone ring.
  app.post(
    '/otp/call',
    passport.authenticate('voice-otp', {
      action: 'call',
      failureRedirect: '/otp',
      failureMessage: true,
    }),
    (_req, res) => {
      res.redirect('/otp')
    },
  )
  app.get('/otp/status', voiceOtp.status())

  // 4. Verify. The code is `code` of the body.
  app.post(
    '/otp',
    passport.authenticate('voice-otp', {
      successReturnToOrRedirect: '/',
      failureRedirect: '/otp',
      failureMessage: true,
    }),
  )
  app.get('/otp', (req, res) => {
    if (!req.pendingUser && !req.user) {
      res.redirect('/login')
      return
    }
    const { messages = [] } = req.session
    delete req.session.messages
    res
      .set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
      .send(otpPage(req.voiceOtp, messages))
  })

  // 5. Protect.
  app.get('/', (req, res) => {
    if (req.user) res.send(`Hello ${(req.user as User).name}.`)
    else res.redirect(req.pendingUser ? '/otp' : '/login')
  })
  app.get(
    '/transfer',
    voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' }),
    (_req, res) => {
      res.send('Your second factor is not older than five minutes.')
    },
  )
  app.post('/logout', (req, res, next) => {
    req.logout(error => {
      if (error) next(error)
      else res.redirect('/login')
    })
  })
  return app
}

function otpPage(challenge: PendingChallenge | undefined, messages: readonly string[]): string {
  const call = '<form method="post" action="/otp/call"><button>Call me</button></form>'
  const verify =
    challenge &&
    `<p>We call ${challenge.phone}. Key in <b>${challenge.matchingDigits ?? ''}</b> on your telephone and type the code that you hear.</p>
    <form method="post" action="/otp"><input name="code" inputmode="numeric" autocomplete="one-time-code"><button>Continue</button></form>`
  return `${messages.map(message => `<p role="alert">${message}</p>`).join('')}${verify ?? ''}${call}`
}

declare module 'express-session' {
  interface SessionData {
    messages?: string[]
  }
}
