// The cost of Express and express-session alone. No package on top of them can be faster.
import { numberOf, request, siteWith, spaceOf } from './base.js'

async function form(count, work) {
  const site = await siteWith(count)
  site.app.use(site.session, site.form, site.passport.session())
  site.app.post('/otp', work)
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'POST', '/otp', { code: '123456' })
    },
  }
}

export const sessionWritten = count =>
  form(count, (req, res) => {
    req.session.tries = (req.session.tries ?? 0) + 1
    res.status(401).end('Unauthorized')
  })

export const sessionRegenerated = count =>
  form(count, (req, res, next) => {
    const { passport } = req.session
    req.session.regenerate(error => {
      if (error) return next(error)
      req.session.passport = passport
      req.session.save(failure => {
        if (failure) next(failure)
        else res.redirect('/')
      })
    })
  })

const document =
  '<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="1"/><Say>This is Acme calling with your login code.</Say><Hangup/></Response>'
const webhookFields = index => ({
  AccountSid: '7e760598-bdf8-490d-927c-799a4d5b15ca',
  ApiVersion: '2010-04-01',
  CallSid: 'b7a8c6f0-1111-4222-8333-944455566677',
  CallStatus: 'in-progress',
  Direction: 'outbound-api',
  From: '+12025550100',
  To: numberOf(`u${index}`),
})

export async function staticXml() {
  const site = await siteWith(0)
  site.app.post('/voice-otp/:token', site.form, (_req, res) => {
    res.type('application/xml').send(document)
  })
  return {
    app: site.app,
    requestAt: index =>
      request(undefined, 'POST', `/voice-otp/${'x'.repeat(380)}`, webhookFields(index)),
  }
}

export async function staticStatus(count) {
  const site = await siteWith(count)
  site.app.use(site.session, site.passport.session())
  site.app.get('/otp/status', (_req, res) => {
    res.json({ call: 'queued', expiresIn: 300, nextCallIn: 60, attemptsLeft: 5 })
  })
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'GET', '/otp/status')
    },
  }
}

/** The same request to the Space, sent by hand. */
export async function callByHand(count, space) {
  const { project, token, from } = spaceOf(space)
  const authorization = `Basic ${Buffer.from(`${project}:${token}`).toString('base64')}`
  const site = await siteWith(count)
  site.app.use(site.session, site.form, site.passport.session())
  site.app.post('/otp/call', (req, res, next) => {
    req.session.called = true
    req.session.save(error => {
      if (error) return next(error)
      const body = new URLSearchParams({
        To: req.user.phone,
        From: from,
        Url: 'http://127.0.0.1:3999/voice-otp/x',
        Method: 'POST',
        Timeout: '30',
      })
      fetch(`${space}/2010-04-01/Accounts/${project}/Calls.json`, {
        method: 'POST',
        headers: { authorization },
        body,
      })
        .then(response => response.json())
        .then(({ sid }) => {
          req.session.sid = sid
          res.redirect('/otp')
        })
        .catch(next)
    })
  })
  return {
    app: site.app,
    requestAt: index => {
      const id = site.sessions[index]
      return request(id, 'POST', '/otp/call', {})
    },
  }
}
