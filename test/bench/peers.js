// What people use today, in the same app.
import { createRequire } from 'node:module'
import { createHmac } from 'node:crypto'
import { RestClient } from '@signalwire/compatibility-api'
import { Strategy as LocalStrategy } from 'passport-local'
import { numberOf, request, siteWith } from './base.js'

async function local(count, password) {
  const site = await siteWith(count)
  site.passport.use(
    new LocalStrategy((id, given, done) => {
      done(null, given === 'right' ? { id } : false)
    }),
  )
  site.app.use(site.session, site.form, site.passport.session())
  site.app.post('/login', site.passport.authenticate('local', { successRedirect: '/' }))
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'POST', '/login', { username: `u${index}`, password })
    },
  }
}

export const localWrong = count => local(count, 'wrong')
export const localRight = count => local(count, 'right')

const totpKey = Buffer.from('12345678901234567890')
/** RFC 6238 with SHA-1, six digits, 30 s. */
function totp(time) {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)))
  const digest = createHmac('sha1', totpKey).update(counter).digest()
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

async function totpCase(count, codeOf) {
  const { Strategy } = createRequire(import.meta.url)('passport-totp')
  const site = await siteWith(count)
  site.passport.use(
    new Strategy((_user, done) => {
      done(null, totpKey, 30)
    }),
  )
  site.app.use(site.session, site.form, site.passport.session())
  site.app.post('/otp', site.passport.authenticate('totp', { successRedirect: '/' }))
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'POST', '/otp', { code: codeOf(totp(Date.now())) })
    },
  }
}

export const totpWrong = count =>
  totpCase(count, code => String((Number(code) + 1) % 1_000_000).padStart(6, '0'))
export const totpRight = count => totpCase(count, code => code)

export async function voiceResponse() {
  const site = await siteWith(0)
  site.app.post('/voice-otp/:token', site.form, (_req, res) => {
    const response = new RestClient.LaML.VoiceResponse()
    response.pause({ length: 1 })
    const gather = response.gather({
      input: 'dtmf',
      numDigits: 2,
      timeout: 8,
      action: 'http://127.0.0.1:3999/voice-otp/x',
      method: 'POST',
    })
    for (const text of [
      'This is Acme calling with your login code.',
      'To hear the code, press the two digits on your screen.',
      'If you did not ask for this call, press zero.',
    ])
      gather.say({ voice: 'Polly.Joanna-Neural', language: 'en-US' }, text)
    response.say(
      { voice: 'Polly.Joanna-Neural', language: 'en-US' },
      'You did not press any keys. Goodbye.',
    )
    response.hangup()
    res.type('application/xml').send(response.toString())
  })
  const fields = index => ({
    AccountSid: '7e760598-bdf8-490d-927c-799a4d5b15ca',
    ApiVersion: '2010-04-01',
    CallSid: 'b7a8c6f0-1111-4222-8333-944455566677',
    CallStatus: 'in-progress',
    Direction: 'outbound-api',
    From: '+12025550100',
    To: numberOf(`u${index}`),
  })
  return {
    app: site.app,
    requestAt: index => request(undefined, 'POST', `/voice-otp/${'x'.repeat(380)}`, fields(index)),
  }
}
