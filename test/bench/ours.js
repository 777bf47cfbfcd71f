// The cases of this package, from its build. Its own functions make challenges and tokens before
// anything is timed.
import { VoiceOtpStrategy } from '../../dist/index.mjs'
import { makeChallenge } from '../../build/session/challenge.js'
import { sealedUrl, steps } from '../../build/call/token.js'
import { sign } from '../../build/simulator/http/signature.js'
import { numberOf, request, siteWith, spaceOf } from './base.js'

const publicUrl = 'http://127.0.0.1:3999'
const off = {
  callIntervalSeconds: false,
  callsPerUserHour: false,
  callsPerPhoneTenMinutes: false,
  callsPerPhoneDay: false,
  callsPerPrefixTenMinutes: false,
  callsPerAppMinute: false,
  callsPerAppDay: false,
}

const strategyFor = space =>
  new VoiceOtpStrategy(
    {
      appName: 'Acme',
      webhookUrl: `${publicUrl}/voice-otp`,
      secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
      signalwire: spaceOf(space ?? 'http://127.0.0.1:3998'),
      limits: off,
      fraud: { unusedPerPrefixDay: false, sendsPerPrefixDay: false },
    },
    user => user.phone,
  )

/** An active challenge for each session, with its code. */
async function challengesFor(strategy, count) {
  const { keys, activeChallenges } = strategy.context
  const activations = await Promise.all(
    Array.from({ length: count }, (_, index) => activeChallenges.activate(`u${index}`)),
  )
  return (index, sessionId) => {
    const number = numberOf(`u${index}`)
    return makeChallenge(keys, {
      userId: `u${index}`,
      purpose: 'login',
      channel: 'call',
      destination: { number, phone: number, country: 'US', ordinary: true },
      activation: activations[index],
      sessionId,
      codeLength: 6,
      matching: true,
      expiresAt: Date.now() + 600_000,
      nextCallAt: Date.now(),
    })
  }
}

async function verifying(count, codeFrom) {
  const strategy = strategyFor()
  const make = await challengesFor(strategy, count)
  const codes = []
  const site = await siteWith(count, (index, id) => {
    const { challenge, code } = make(index, id)
    codes.push(code)
    return { voiceOtp: { challenge } }
  })
  site.passport.use(strategy)
  site.app.use(site.session, site.form, site.passport.session(), strategy.enforce())
  site.app.post('/otp', site.passport.authenticate('voice-otp', { successRedirect: '/' }))
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'POST', '/otp', { code: codeFrom(codes[index]) })
    },
  }
}

export const wrongCode = count =>
  verifying(count, code => String((Number(code) + 1) % 1_000_000).padStart(6, '0'))
export const rightCode = count => verifying(count, code => code)

export async function statusPoll(count) {
  const strategy = strategyFor()
  const make = await challengesFor(strategy, count)
  const site = await siteWith(count, (index, id) => ({
    voiceOtp: { challenge: make(index, id).challenge },
  }))
  site.app.use(site.session, site.passport.session(), strategy.enforce())
  site.app.get('/otp/status', strategy.status())
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'GET', '/otp/status')
    },
  }
}

async function page(count, isEnforced) {
  const strategy = strategyFor()
  const site = await siteWith(count, index => ({
    voiceOtp: {
      verification: {
        userId: `u${index}`,
        method: 'call',
        amr: ['otp', 'tel'],
        verifiedAt: Date.now(),
      },
    },
  }))
  site.app.use(site.session, site.passport.session())
  if (isEnforced) site.app.use(strategy.enforce())
  site.app.get('/', (req, res) => {
    res.send(`Hello ${req.user.id}`)
  })
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'GET', '/')
    },
  }
}

export const enforcedPage = count => page(count, true)
export const plainPage = count => page(count, false)

async function webhook(count, step, digits) {
  const strategy = strategyFor()
  await strategy.warmUp()
  const make = await challengesFor(strategy, count)
  const site = await siteWith(0)
  site.app.use('/voice-otp', strategy.webhooks())
  const requests = Array.from({ length: count }, (_, index) => {
    const { challenge, code } = make(index, false)
    const { id, userId, purpose, activation, matchingDigits, expiresAt } = challenge
    const url = sealedUrl(strategy.context, step, {
      challengeId: id,
      userId,
      purpose,
      activation,
      code,
      phone: numberOf(userId),
      country: 'US',
      matchingDigits,
      expiresAt,
      languages: ['en-US'],
      repeatsLeft: 2,
    })
    const fields = {
      AccountSid: '7e760598-bdf8-490d-927c-799a4d5b15ca',
      ApiVersion: '2010-04-01',
      CallSid: id,
      CallStatus: 'in-progress',
      Direction: 'outbound-api',
      From: '+12025550100',
      To: numberOf(userId),
      ...(digits ? { Digits: matchingDigits } : {}),
    }
    const made = request(undefined, 'POST', url.slice(publicUrl.length), fields)
    return {
      ...made,
      headers: {
        ...made.headers,
        'x-signalwire-signature': sign('PSKbenchbenchbench', url, fields),
      },
    }
  })
  return { app: site.app, requestAt: index => requests[index] }
}

export const firstDocument = count => webhook(count, steps.answered, false)
export const secondDocument = count => webhook(count, steps.question, true)

export async function callRequest(count, space) {
  const strategy = strategyFor(space)
  await strategy.warmUp()
  const site = await siteWith(count)
  site.passport.use(strategy)
  site.app.use(site.session, site.form, site.passport.session(), strategy.enforce())
  site.app.post(
    '/otp/call',
    site.passport.authenticate('voice-otp', { action: 'call' }),
    (_req, res) => {
      res.redirect('/otp')
    },
  )
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'POST', '/otp/call', {})
    },
  }
}
