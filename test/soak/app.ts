// The app whose memory is watched: forked by soak.ts, answers how much it holds, and must end by
// itself when its server closes.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import session from 'express-session'
import { Passport } from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { VoiceOtpStrategy } from 'passport-voice-otp'

interface Person {
  readonly id: string
}

const secret = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
const [space = '', signingKey = '', project = '', token = ''] = process.argv.slice(2)
const app = express()
const server = createServer(app)
await new Promise<void>(resolve => {
  server.listen(0, '127.0.0.1', resolve)
})
const { port } = server.address() as AddressInfo
const off = false as const
const strategy = new VoiceOtpStrategy<Person>(
  {
    appName: 'Acme',
    webhookUrl: `http://127.0.0.1:${port}/voice-otp`,
    secret,
    signalwire: {
      project,
      token,
      space,
      from: '+12025550100',
      signingKey,
      callsPerSecond: Infinity,
    },
    codeSeconds: 60,
    fraud: { unusedPerPrefixDay: off, sendsPerPrefixDay: off },
    limits: {
      callIntervalSeconds: off,
      callsPerUserHour: off,
      callsPerPhoneTenMinutes: off,
      callsPerPhoneDay: off,
      callsPerPrefixTenMinutes: off,
      callsPerAppMinute: off,
      callsPerAppDay: off,
    },
  },
  person => `+1202555${person.id}`,
)
const passport = new Passport()
passport.use(strategy as never)
passport.use(
  new LocalStrategy((id, _password, done) => {
    done(null, { id })
  }),
)
passport.serializeUser((person, done) => {
  done(null, (person as Person).id)
})
passport.deserializeUser((id: string, done) => {
  done(null, { id })
})
app.use('/voice-otp', strategy.webhooks())
app.use(
  session({ secret, resave: false, saveUninitialized: false }),
  express.json(),
  passport.session(),
  strategy.enforce(),
)
app.post('/login', passport.authenticate('local'), (_req, res) => {
  res.json({})
})
app.post(
  '/otp/call',
  passport.authenticate('voice-otp', { action: 'call' } as object),
  (req, res) => {
    res.json(req.voiceOtp)
  },
)
app.post('/otp', passport.authenticate('voice-otp'), (_req, res) => {
  res.json({})
})
app.post('/logout', (req, res, next) => {
  req.logout(error => {
    if (error) {
      next(error)
      return
    }
    req.session.destroy(failure => {
      if (failure) next(failure)
      else res.json({})
    })
  })
})

process.on('message', message => {
  if (message === 'close') {
    server.close()
    server.closeAllConnections()
    process.disconnect() // from here on nothing but what the package left open can hold the process
    return
  }
  globalThis.gc?.()
  process.send?.({
    heapMegabytes: process.memoryUsage().heapUsed / 2 ** 20,
    handles: process
      .getActiveResourcesInfo()
      .filter(name => name !== 'TCPSocketWrap' && name !== 'Timeout').length,
  })
})
process.send?.({ port })
