// Every other page and status of the example, its headers and its log.
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { createUsers, demoPeople } from '../../example/stores/users.js'
import { SessionStore } from '../support/stores.js'
import { openSite, passBoth, says, type Site, type Visitor } from '../support/site.js'

async function loggedIn(site: Site, username = 'alice'): Promise<Visitor> {
  const visitor = site.visitor()
  await visitor.logIn(username)
  return visitor
}

describe('a transfer', () => {
  test('a transfer needs a new code only if the last one is older than five minutes', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const alice = await passBoth(site)
    await alice.open('/transfer')
    await alice.submit('/transfer', { to: 'Bob', amount: '25.50' })
    expect(alice.page.path).toBe('/account')
    expect(alice.text).toContain('$25.50 sent to Bob.')

    await alice.open('/transfer')
    site.clock.offset = 301_000
    await alice.submit('/transfer', { to: 'Bob', amount: '25' })
    expect(alice.page.path).toBe('/otp')
    expect(alice.text).toContain('Confirm that it is still you')
    await alice.submit('/otp/call')
    const { sid } = await site.simulator.waitFor(call => call.status === 'ringing')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(site.simulator.call(sid)!.heard.join(' ')).toContain(
      'with a code to confirm that it is you',
    )
    expect(alice.page).toMatchObject({ status: 200, path: '/transfer' })
    expect((await alice.open('/account')).html).not.toContain('25 sent')
  })

  test.each([
    [{ to: '', amount: '25' }, 'Enter who gets the money.'],
    [{ to: 'Bob', amount: 'much' }, 'Enter an amount such as 25 or 25.50.'],
    [{ to: 'Bob', amount: '0' }, 'Enter an amount such as 25 or 25.50.'],
  ])('the transfer %j gets 400, and the form keeps what was typed', async (fields, words) => {
    const site = await openSite()
    const alice = await passBoth(site)
    await alice.open('/transfer')
    expect((await alice.submit('/transfer', fields)).status).toBe(400)
    expect(alice.alert).toBe(words)
    expect(alice.page.html).toContain(`value="${fields.amount}"`)
  })

  test('a page shows a name as text, whatever it contains', async () => {
    const site = await openSite()
    const alice = await passBoth(site)
    await alice.open('/transfer')
    await alice.submit('/transfer', { to: '<script>alert(1)</script>', amount: '1' })
    expect(alice.page.html).not.toContain('<script>alert')
    expect(alice.page.html).toContain('&lt;script&gt;')
  })
})

describe('what SignalWire does wrong', () => {
  test('if SignalWire is out of order, the page has 503 and a reference that is in the log, and no secret', async () => {
    const site = await openSite()
    const alice = await loggedIn(site)
    site.faults({ calls: { status: 500, body: 'broken' } })
    expect((await alice.submit('/otp/call')).status).toBe(503)
    expect(alice.alert.replace(/[0-9a-f]{8}$/, '')).toBe(
      `${says('signalwire-unavailable')} Nothing was changed. Try again in a moment. Reference `,
    )
    const [reference] = /[0-9a-f]{8}$/.exec(alice.alert) ?? []
    expect(site.logged('request.failed')).toMatchObject([
      { requestId: reference, status: 503, code: 'signalwire-unavailable', route: '/otp/call' },
    ])
    expect(alice.text).toMatch(/You can ask for a code in \d+ seconds/)
  })

  test('if SignalWire refuses the number, the page has 403 and says what to do', async () => {
    const site = await openSite()
    const alice = await loggedIn(site)
    site.faults({ calls: { status: 400, body: { errors: [{ code: '21217', message: 'no' }] } } })
    expect((await alice.submit('/otp/call')).status).toBe(403)
    expect(alice.alert).toBe(
      `${says('phone-refused')} Check that it can be reached, or use another number.`,
    )
  })

  test('if SignalWire does not report the state of a call, the page is shown without waiting', async () => {
    const site = await openSite()
    const alice = await loggedIn(site)
    await alice.submit('/otp/call')
    site.faults({ calls: { status: 500 } })
    site.clock.offset = 2000
    await alice.open('/otp')
    expect(alice.page.status).toBe(200)
    expect(alice.matchingDigits).not.toBe('')
  })
})

describe('errors are pages', () => {
  test('an unknown path gets 404 as a page and as JSON', async () => {
    const site = await openSite()
    const visitor = site.visitor()
    expect(await visitor.open('/nowhere')).toMatchObject({ status: 404 })
    expect(visitor.text).toContain('This page does not exist')
    expect(visitor.text).toContain('Continue')
    expect(await visitor.json('GET', '/api/nowhere')).toMatchObject({
      status: 404,
      body: { code: 'not-found', message: 'Check the address, or continue to your account.' },
    })
    // Not the 403 of a form without a token, which is for pages.
    expect(await visitor.json('POST', '/api/nowhere', {})).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    })
  })

  test.each(['/login', '/otp', '/otp/call', '/phone', '/phone/verify', '/transfer', '/logout'])(
    "a form to %s without its token, or with another session's token, gets 403 and has no effect",
    async path => {
      const site = await openSite()
      const alice = await (path === '/transfer' ? passBoth(site) : loggedIn(site))
      const mallory = await loggedIn(site, 'mallory')
      const callsBefore = site.simulator.calls.length
      const { _csrf: foreign = '' } = mallory.fill('/otp/call')
      const tokens: Record<string, string>[] = [
        {},
        { _csrf: '' },
        { _csrf: foreign },
        { '_csrf[]': foreign },
      ]
      for (const token of tokens) {
        await alice.follow(
          await alice.post(
            path,
            { ...token, username: 'mallory', password: 'x', code: '123456', phone: '+12025550189' },
            { 'Sec-Fetch-Site': 'cross-site' },
          ),
          path,
        )
        expect(alice.page.status).toBe(403)
        expect(alice.text).toContain('This form is no longer valid')
      }
      expect(site.simulator.calls).toHaveLength(callsBefore)
      expect((await alice.open('/otp')).status).toBe(200)
    },
  )

  test('a pending user who sends a form that needs a code gets 401, and nothing is done', async () => {
    const site = await openSite()
    const alice = await loggedIn(site)
    const { _csrf = '' } = alice.fill('/otp/call')
    const answer = await alice.post('/transfer', { _csrf, to: 'Bob', amount: '25' })
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'second-factor-required' })
  })

  test('a password form of another site is refused, although our own login form needs no token', async () => {
    const site = await openSite()
    const senders: Record<string, string>[] = [
      {},
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'none' },
    ]
    for (const headers of senders) {
      const answer = await site
        .visitor()
        .post('/login', { username: 'alice', password: 'correct horse battery staple' }, headers)
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []])
    }
  })

  test('a store of users that rejects is a 503, for a password and for a page', async () => {
    const users = createUsers(demoPeople)
    const site = await openSite({ users })
    const alice = await passBoth(site)
    users.byId = users.byPassword = () => Promise.reject(new Error('Socket timeout'))
    expect((await alice.get('/account')).status).toBe(503)
    expect((await alice.get('/api/account')).status).toBe(503)
    const bob = site.visitor()
    await bob.logIn('bob')
    expect(bob.page.status).toBe(503)
  })

  test('while the session store is down, the page has 503 and says when to try again', async () => {
    const sessionStore = new SessionStore()
    const site = await openSite({ sessionStore })
    const alice = await loggedIn(site)
    sessionStore.faults = { get: 'rejects' }
    expect(await alice.open('/otp')).toMatchObject({ status: 503 })
    expect(alice.page.headers.get('retry-after')).toBe('60')
    expect(alice.text).toContain('Not available at the moment')
    const [reference] = /reference ([0-9a-f]{8})/.exec(alice.text)?.slice(1) ?? []
    expect(site.logged('request.failed').at(-1)).toMatchObject({
      requestId: reference,
      status: 503,
    })
  })

  test('without a connection to its store of sessions, the app has 503 for everybody, and works again after it', async () => {
    const sessionStore = new SessionStore()
    const site = await openSite({ sessionStore })
    const alice = await loggedIn(site)
    // The client of a store may add listeners and remove them again.
    sessionStore.once('ready', () => undefined).emit('ready')
    sessionStore.emit('disconnect')
    expect((await alice.open('/otp')).status).toBe(503)
    expect((await site.visitor().open('/login')).status).toBe(503)
    sessionStore.emit('connect')
    expect((await alice.open('/otp')).status).toBe(200)
  })

  test('while the session store is down, a visitor without a session has 503 on a page of the account, and no redirect to the login', async () => {
    const sessionStore = new SessionStore()
    const site = await openSite({ sessionStore })
    sessionStore.faults = { get: 'rejects', set: 'rejects' }
    for (const path of ['/account', '/pay', '/transfer', '/support', '/security', '/phone'])
      expect([path, (await site.visitor().get(path)).status]).toEqual([path, 503])
  })

  test('a session store without touch() is enough', async () => {
    const site = await openSite({
      sessionStore: Object.assign(new SessionStore(), { touch: undefined }),
    })
    const alice = await loggedIn(site)
    expect(await alice.open('/otp')).toMatchObject({ status: 200, path: '/otp' })
  })

  test.each(['rejects', 'hangs'] as const)(
    'when the session store %s after a page is rendered, the log has the status that the browser got',
    async fault => {
      const sessionStore = new SessionStore()
      const site = await openSite({ sessionStore })
      sessionStore.faults = { set: fault }
      const { status } = await site.visitor().open('/login')
      expect(status).toBe(200)
      await expect.poll(() => site.logged('request.failed')).toHaveLength(1)
      expect(site.logged('request.failed')).toMatchObject([
        { status: 200, code: 'session-store', method: 'GET' },
      ])
    },
  )

  test('a session that cannot be saved after the call was placed is a 503, and not a redirect to a page that knows nothing of it', async () => {
    const sessionStore = new SessionStore()
    const site = await openSite({ sessionStore })
    const alice = await loggedIn(site)
    site.voiceOtp.events.on('code.sent', () => {
      sessionStore.faults = { set: 'rejects' }
    })
    expect((await alice.submit('/otp/call')).status).toBe(503)
    expect(alice.text).toContain('Not available at the moment')
  })

  test('a body that is too large or compressed is refused', async () => {
    const site = await openSite()
    const visitor = site.visitor()
    expect(
      (
        await visitor.send('POST', '/login', {
          body: 'x='.padEnd(5000, 'x'),
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(413)
    expect(
      (
        await visitor.send('POST', '/login', {
          body: 'x=1',
          headers: {
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Encoding': 'gzip',
          },
        })
      ).status,
    ).toBe(415)
    expect((await visitor.get('/%E0%A4%A')).status).toBe(404)
  })
})

describe('headers', () => {
  test('the headers forbid inline scripts, frames of other sites and caches', async () => {
    const site = await openSite({ isDemo: true })
    const alice = await loggedIn(site)
    for (const path of ['/login', '/otp', '/nowhere']) {
      const { headers } = await alice.open(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*/)
      expect(policy).toContain(`frame-src ${site.simulator.url}`)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('same-origin')
    }
    expect(alice.page.html).not.toMatch(/<script(?![^>]*src=)|<style|style="| on[a-z]+="/)
  })

  test('behind https the session cookie is secure and bound to the host', async () => {
    const site = await openSite()
    const publicUrl = 'https://acme.example'
    const { createApp } = await import('../../example/app.js')
    const { app } = createApp({
      users: site.users,
      publicUrl,
      sessionSecret: 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA',
      secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
      signalwire: site.simulator.signalwire,
      logger: pino({ level: 'silent' }),
    })
    const { default: supertest } = await import('supertest')
    const { headers } = await supertest(app).get('/login').set('X-Forwarded-Proto', 'https')
    expect(String(headers['set-cookie'])).toMatch(
      /^__Host-acme=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(headers['strict-transport-security']).toBeDefined()
    expect((await supertest(app).get('/login')).headers['set-cookie']).toBeUndefined()
  })

  test('/healthz says whether the app is ready', async () => {
    let isReady = false
    const site = await openSite({ isReady: () => isReady })
    const ask = async () => {
      const answer = await fetch(`${site.url}/healthz`)
      return [answer.status, await answer.json()]
    }
    expect(await ask()).toEqual([503, { ready: false }])
    isReady = true
    expect(await ask()).toEqual([200, { ready: true }])
  })
})

describe('the log', () => {
  test('the log has one line for each event, and no code, number or secret', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const bob = site.visitor()
    await bob.logIn('bob')
    await bob.submit('/otp/call')
    const code = await site.answer(bob.matchingDigits)
    await bob.submit('/otp', { code: '000000' === code ? '000001' : '000000' })
    await bob.submit('/otp', { code })
    await fetch(`${site.url}/voice-otp/x`, {
      method: 'POST',
      body: new URLSearchParams({ To: '+12025550145' }),
    })
    expect(site.logged().map(({ event }) => event)).toEqual([
      'code.sent',
      'code.rejected',
      'code.accepted',
      'webhook.rejected',
    ])
    expect(site.logged()[0]).toMatchObject({
      userId: 'bob',
      purpose: 'login',
      channel: 'call',
      sid: site.simulator.calls[0]!.sid,
    })
    const text = site.logLines.join()
    for (const secret of [
      code,
      '2025550145',
      site.simulator.signalwire.token,
      site.simulator.signalwire.signingKey,
      'correct horse',
    ])
      expect(text).not.toContain(secret)
  })
})
