// The minimum that the requirements allow, written into the route itself: no checks of options or
// input, no channels, purposes or events, no choice of stores. The difference between these rows
// and the package's own is what the package adds.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { sign } from '../../build/simulator/http/signature.js'
import { numberOf, request, secret, siteWith } from './base.js'

const key = createSecretKey(Buffer.from(secret))
const keyed = (...context) => createHmac('sha256', key).update(JSON.stringify(context)).digest()
const nameOf = (...context) => keyed(...context).toString('base64url')
const limiter = (name, points, duration) =>
  new RateLimiterMemory({ keyPrefix: name, points, duration })
/** the limiter may take 2 seconds. */
async function inTime(...work) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The limiter took too long.')), 2000)
  })
  try {
    return await Promise.race([Promise.all(work), late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * the active challenge, the lockouts, the attempts per challenge and per user,
 * each under a keyed hash.
 */
const createLimiters = () => ({
  activation: limiter('activation', 1e9, 360),
  lockout: limiter('lockout', 1e9, 900),
  locked: limiter('locked', 1e9, 1_728_000),
  attempts: limiter('attempts', 5, 360),
  failures: limiter('failures', 10, 86_400),
  consecutive: limiter('consecutive', 100, 1_728_000),
  uses: limiter('uses', 1, 360),
  logouts: limiter('logouts', 1e9, 360),
})

async function verifying(count, codeFrom) {
  const { activation, lockout, locked, attempts, failures, consecutive, uses, logouts } =
    createLimiters()
  const codes = []
  const site = await siteWith(count, (index, sessionId) => {
    const userId = `u${index}`
    const id = nameOf('challenge', index)
    const code = String(index % 1_000_000).padStart(6, '0')
    const phoneHash = nameOf('phone', numberOf(userId))
    codes.push(code)
    return {
      voiceOtp: {
        challenge: {
          id,
          userId,
          purpose: 'login',
          channel: 'call',
          activation: index + 1,
          expiresAt: Date.now() + 600_000,
          nextCallAt: Date.now(),
          matchingDigits: '42',
          phone: '••• ••• ••23',
          phoneHash,
          codeHash: nameOf(code, id, userId, sessionId, 'login', phoneHash),
        },
      },
    }
  })
  for (let index = 0; index < count; index++)
    await activation.set(nameOf('user', `u${index}`), index + 1, 360)
  site.app.use(site.session, site.form, site.passport.session())
  site.app.post('/otp', async (req, res, next) => {
    const { challenge } = req.session.voiceOtp
    const { id, userId, codeHash, phoneHash } = challenge
    if (
      userId !== req.user.id ||
      challenge.purpose !== 'login' ||
      Date.now() >= challenge.expiresAt ||
      // the number is still on record.
      nameOf('phone', req.user.phone) !== phoneHash ||
      typeof req.body.code !== 'string'
    )
      return res.status(401).end()
    const name = nameOf('user', userId)
    // count before comparing.
    const [alive, , isLockedOut, isLocked] = await inTime(
      activation.get(name),
      attempts.consume(id),
      lockout.get(name),
      locked.get(name),
    )
    if (alive?.consumedPoints !== challenge.activation || isLockedOut !== null || isLocked !== null)
      return res.status(401).end()
    await inTime(failures.consume(name), consecutive.consume(name))
    //
    if (
      !timingSafeEqual(
        keyed(req.body.code, id, userId, req.sessionID, 'login', phoneHash),
        Buffer.from(codeHash, 'base64url'),
      )
    )
      return res.status(401).end('Unauthorized')
    // of parallel right codes, only one gets past this line.
    await inTime(uses.consume(id))
    const oldSession = nameOf('session', req.sessionID)
    // a new session id. Only the new session holds the verification.
    const { passport } = req.session
    req.session.regenerate(error => {
      if (error) return next(error)
      Object.assign(req.session, {
        passport,
        voiceOtp: {
          verification: {
            userId,
            method: 'call',
            amr: ['otp', 'tel'],
            verifiedAt: Date.now(),
            phoneHash,
          },
        },
      })
      const save = () =>
        new Promise((resolve, reject) => {
          req.session.save(failure => {
            if (failure) reject(failure)
            else resolve()
          })
        })
      inTime(failures.delete(name), consecutive.delete(name), activation.delete(name))
        .then(save)
        // a logout of the old session that arrived meanwhile wins.
        .then(() => inTime(logouts.get(oldSession)))
        .then(([isLoggedOut]) => {
          if (isLoggedOut === null) res.redirect('/')
          else req.session.destroy(() => res.status(401).end())
        })
        .catch(next)
    })
  })
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

const url = 'http://127.0.0.1:3999/voice-otp'
const signingKey = createSecretKey(Buffer.from('PSKbenchbenchbench'))

function seal(content) {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([
    nonce,
    cipher.update(JSON.stringify(content)),
    cipher.final(),
    cipher.getAuthTag(),
  ]).toString('base64url')
}

function open(token) {
  const bytes = Buffer.from(token, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(
    bytes.subarray(-16),
  )
  return JSON.parse(
    Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString(),
  )
}

/**
 * the signature for both spellings of the URL, the sealed token, at most three requests, the
 * active challenge; then the next token and a fixed text.
 */
export async function document(count) {
  const activation = limiter('activation', 1e9, 360)
  const fetches = limiter('fetches', 3, 360)
  const site = await siteWith(0)
  const requests = []
  for (let index = 0; index < count; index++) {
    const userId = `u${index}`
    await activation.set(nameOf('user', userId), index + 1, 360)
    const token = seal({
      challengeId: nameOf('challenge', index),
      userId,
      purpose: 'login',
      activation: index + 1,
      code: '123456',
      phone: numberOf(userId),
      matchingDigits: '42',
      expiresAt: Date.now() + 600_000,
      languages: ['en-US'],
      repeatsLeft: 2,
    })
    const fields = {
      AccountSid: '7e760598-bdf8-490d-927c-799a4d5b15ca',
      ApiVersion: '2010-04-01',
      CallSid: 'b7a8c6f0-1111-4222-8333-944455566677',
      CallStatus: 'in-progress',
      Direction: 'outbound-api',
      From: '+12025550100',
      To: numberOf(userId),
    }
    const made = request(undefined, 'POST', `/voice-otp/${token}`, fields)
    requests.push({
      ...made,
      headers: {
        ...made.headers,
        'x-signalwire-signature': sign('PSKbenchbenchbench', `${url}/${token}`, fields),
      },
    })
  }
  site.app.post('/voice-otp/:token', site.form, async (req, res) => {
    const given = Buffer.from(req.headers['x-signalwire-signature'])
    const form = Object.keys(req.body)
      .sort()
      .map(name => name + req.body[name])
      .join('')
    const fits = [
      `${url}/${req.params.token}`,
      `${url.replace('3999', '3999:80')}/${req.params.token}`,
    ].map(spelling => {
      const expected = Buffer.from(
        createHmac('sha1', signingKey)
          .update(spelling + form)
          .digest('base64'),
      )
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
    if (!fits.includes(true)) return res.status(403).end()
    const content = open(req.params.token)
    const [, alive] = await inTime(
      fetches.consume(req.params.token.slice(-22)),
      activation.get(nameOf('user', content.userId)),
    )
    if (alive?.consumedPoints !== content.activation || content.phone !== req.body.To)
      return res.status(403).end()
    const action = `${url}/${seal(content)}`
    res
      .type('application/xml')
      .send(
        `<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="1"/><Gather input="dtmf" numDigits="2" timeout="8" action="${action}" method="POST"><Say>This is Acme, with a code for your login.</Say></Gather><Hangup/></Response>`,
      )
  })
  return { app: site.app, requestAt: index => requests[index] }
}
