// The ready pages in an app of their own: forms of other sites, bad bodies, wrong setups.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import passport from 'passport'
import supertest from 'supertest'
import { expect, onTestFinished, test, vi } from 'vitest'
import { MemoryRememberStore } from 'passport-voice-otp'
import { otpPages } from 'passport-voice-otp/pages'
import { Phone } from '../support/phone.js'
import {
  digitsOn,
  factorPages,
  openApp,
  openFactorApp,
  type Options,
  ours,
  withFactors,
} from './app.js'

test('a user logs in on the ready pages, without a body parser or a view of the app', async () => {
  const { browser, simulator } = await openApp()
  const alice = await browser('alice')
  const before = await alice.get('/otp').expect(200)
  expect(before.text).toContain('Nobody will ever ask you for this code.')
  expect(before.headers['cache-control']).toBe('no-store')
  expect(before.headers['referrer-policy']).toBe('same-origin')
  expect(simulator.calls).toHaveLength(0)
  await alice.post('/otp/call').set(ours).type('form').send({ channel: 'call' }).expect(303, '')
  const { text } = await alice.get('/otp').expect(200)
  const code = await (await Phone.ringing({ simulator })).hearCode(digitsOn(text))
  await alice.post('/otp').set(ours).type('form').send({ code }).expect('Location', '/')
  await alice.get('/').expect(200, 'alice is in.')
})

test('a user without a number adds one on the ready pages', async () => {
  const { browser, simulator } = await openApp()
  const dave = await browser('dave')
  await dave.get('/otp').expect(303).expect('Location', '/phone')
  await dave.post('/phone').set(ours).type('form').send({ phone: '+1 202 555 0189' }).expect(303)
  const { text } = await dave.get('/phone').expect(200)
  const code = await (await Phone.ringing({ simulator })).hearCode(digitsOn(text))
  await dave.post('/phone/verify').set(ours).type('form').send({ code }).expect('Location', '/')
  await dave.get('/').expect(200, 'dave is in.')
})

test.each<[string, Record<string, string>, number]>([
  ['from our own page', ours, 303],
  ['from another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['from another host of our site', { 'Sec-Fetch-Site': 'same-site' }, 403],
  ['from nowhere', { 'Sec-Fetch-Site': 'none' }, 403],
  ['with neither header', {}, 403],
  ['with the origin null', { Origin: 'null' }, 403],
  ['with the origin of another site', { Origin: 'https://evil.example' }, 403],
  [
    'with an origin that only Host names',
    { Origin: 'http://evil.example', Host: 'evil.example' },
    403,
  ],
  [
    'from another site, although its origin is ours',
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'OURS' },
    403,
  ],
  ['of an old browser, with our origin', { Origin: 'OURS' }, 303],
])('a form %s gets the right status', async (_what, headers, status) => {
  const { browser, simulator, url } = await openApp()
  const alice = await browser('alice')
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value === 'OURS' ? url : value]),
  )
  const { text } = await alice.post('/otp/call').set(sent).type('form').send({}).expect(status)
  expect(simulator.calls).toHaveLength(status === 303 ? 1 : 0)
  if (status === 403) {
    expect(text).toContain('This form did not come from our own page.')
    expect(text).toContain('action="/otp/call"')
  }
})

test('the page of the code shows the best factor first, and the phone behind the other options', async () => {
  const { browser, simulator } = await openFactorApp(
    { passkey: ['alice'], card: ['alice'], 'app-code': ['dave'] },
    true,
  )
  const alice = await browser('alice')
  const { text } = await alice.get('/otp').expect(200)
  expect(text).toMatch(
    /<a class="button" href="\/otp\/passkey">Use your passkey<\/a>[^]*<details>[^]*<a href="\/otp\/card">Company card<\/a>[^]*action="\/otp\/call"[^]*<\/details>/,
  )
  expect(text).not.toContain('/otp/app-code')
  expect(text.match(/Other options/g)).toHaveLength(1)
  await alice.post('/otp/call').set(ours).type('form').send({}).expect(303)
  const ringing = await alice.get('/otp').expect(200)
  expect(simulator.calls).toHaveLength(1)
  expect(ringing.text).toMatch(
    /action="\/otp" class="code"[^]*<details>[^]*<a href="\/otp\/passkey">Use your passkey<\/a>/,
  )
})

test('a user without a number who has another factor is asked for that factor', async () => {
  const { browser } = await openFactorApp({ 'app-code': ['dave'] }, true)
  const dave = await browser('dave')
  const { text } = await dave.get('/otp').set('Accept-Language', 'de').expect(200)
  expect(text).toContain('<a class="button" href="/otp/app-code">Code aus Ihrer App benutzen</a>')
  expect(text).not.toMatch(/\/otp\/call|keine Telefonnummer|Ihr Konto genügt ein Telefon nicht/)
  const erin = await browser('erin')
  await erin.get('/otp').expect(303).expect('Location', '/phone')
})

test('a user whose phone is refused sees no call to ask for, and why', async () => {
  const { browser, simulator } = await openFactorApp({ passkey: ['alice'] }, false)
  const alice = await browser('alice')
  const { text } = await alice.get('/otp').expect(200)
  expect(text).toContain('A phone is not enough for your account, so we do not call you.')
  expect(text).toContain('href="/otp/passkey"')
  expect(text).not.toContain('/otp/call')
  const refused = await alice
    .post('/otp/call')
    .set({ ...ours, 'Accept-Language': 'fr' })
    .type('form')
    .send({})
    .expect(403)
  expect(refused.text.match(/Un téléphone ne suffit pas pour votre compte/g)).toHaveLength(1)
  expect(refused.text).not.toContain('action="/otp/call"')
  expect(simulator.calls).toHaveLength(0)
})

test('a code that was sent before the phone was refused is no longer asked for', async () => {
  const passkey: string[] = []
  const { browser } = await openFactorApp({ passkey }, false)
  const alice = await browser('alice')
  await alice.post('/otp/call').set(ours).type('form').send({}).expect(303)
  passkey.push('alice')
  const { text } = await alice.get('/otp').expect(200)
  expect(text).toContain('A phone is not enough for your account')
  expect(text).not.toContain('name="code"')
})

test('without pages for the factors, a user whose phone is refused still reads why', async () => {
  const { browser } = await openApp({}, undefined, [], {
    phoneFallback: false,
    factors: withFactors({ passkey: ['alice'] }),
  })
  const { text } = await (await browser('alice')).get('/otp').expect(200)
  expect(text).toContain('A phone is not enough for your account')
  expect(text).not.toMatch(/\/otp\/call|\/otp\/passkey/)
})

test('if the app cannot say who has a factor, the page offers the phone, and its form reports that', async () => {
  const { browser, simulator } = await openApp({ factors: factorPages }, undefined, [], {
    phoneFallback: false,
    factors: strategy => {
      withFactors(
        new Proxy(
          {},
          {
            get() {
              throw new Error('The store is down.')
            },
          },
        ),
      )(strategy)
    },
  })
  const alice = await browser('alice')
  const { text } = await alice.get('/otp').expect(200)
  expect(text).toContain('action="/otp/call"')
  await alice.post('/otp/call').set(ours).type('form').send({}).expect(503)
  expect(simulator.calls).toHaveLength(0)
})

test('if the app cannot look up a number, the page keeps its form, which reports that', async () => {
  const errors: Error[] = []
  const { browser, simulator } = await openApp({ onError: error => void errors.push(error) })
  const frank = await browser('frank')
  expect((await frank.get('/otp').expect(200)).text).toContain('action="/otp/call"')
  const { text } = await frank.post('/otp/call').set(ours).type('form').send({}).expect(503)
  expect(text).toMatch(/role="alert"[^]*action="\/otp\/call"/)
  expect(errors).toHaveLength(1)
  expect(simulator.calls).toHaveLength(0)
})

test('without onEnroll, a user without a number is sent to support, and no button offers a call', async () => {
  const { browser } = await openApp({}, undefined, [], { onEnroll: undefined })
  const dave = await browser('dave')
  const { text } = await dave.get('/otp').expect(200)
  expect(text).toContain('We have no phone number for you')
  expect(text).toContain('Contact support to add your number.')
  expect(text).not.toContain('<form')
  const { text: refused } = await dave.post('/otp/call').set(ours).type('form').expect(403)
  expect(refused).toContain('We have no phone number for you')
  await dave.get('/phone').expect(404)
})

test('a user with the first factor alone sees no remembered browsers, and comes back after the code', async () => {
  const { browser, simulator } = await openApp({}, undefined, [], {
    remember: { days: 30, store: new MemoryRememberStore() },
  })
  const alice = await browser('alice')
  await alice.get('/security').expect(303).expect('Location', '/otp')
  await alice.post('/otp/call').set(ours).type('form').send({}).expect(303)
  const { text } = await alice.get('/otp').expect(200)
  const code = await (await Phone.ringing({ simulator })).hearCode(digitsOn(text))
  await alice.post('/otp').set(ours).type('form').send({ code }).expect('Location', '/security')
  const { text: page } = await alice.get('/security').expect(200)
  expect(page).toContain('You have no remembered browsers.')
})

test('the page of a new number says what is weaker about a phone, with links to what is better', async () => {
  const { browser } = await openFactorApp({}, true)
  const dave = await browser('dave')
  const { text } = await dave.get('/phone').expect(200)
  expect(text).toMatch(
    /A phone is the weakest second factor<[^]*Somebody can take over your phone number\.[^]*href="\/security\/passkeys">Set up a passkey<[^]*<strong>Company card<[^]*href="\/security\/app-code">Set up an app for codes</,
  )
  expect(text).toContain('You can set them up as soon as you are logged in.')
  const plain = await (await openApp()).browser('dave')
  expect((await plain.get('/phone').expect(200)).text).not.toContain('weakest')
})

test('the option origins replaces the origin of webhookUrl', async () => {
  const { browser, url } = await openApp({ origins: ['https://acme.example'] })
  const alice = await browser('alice')
  await alice.post('/otp/call').set('Origin', url).type('form').send({}).expect(403)
  await alice.post('/otp/call').set('Origin', 'https://acme.example').type('form').expect(303)
})

test('with csrfToken, every form carries the token, and a form of another site is refused', async () => {
  const { browser } = await openApp({ csrfToken: () => 't<0>ken' })
  const alice = await browser('alice')
  const { text } = await alice.get('/otp')
  expect(text.match(/name="_csrf" value="t&lt;0&gt;ken"/g)).toHaveLength(1)
  await alice.post('/otp/call').set('Sec-Fetch-Site', 'cross-site').expect(403)
  await alice.post('/otp/call').type('form').send({}).expect(303)
})

test.each([
  ['longer than 4 KiB', 413, { body: `x=${'x'.repeat(5000)}` }],
  ['compressed', 415, { body: 'x=1', encoding: 'gzip' }],
  ['of another type', 415, { body: '{}', type: 'application/json' }],
] as const)(
  'a form that is %s gets a page with its form and status %i',
  async (_what, status, sent) => {
    const { browser, simulator } = await openApp()
    const alice = await browser('alice')
    const {
      body,
      type = 'application/x-www-form-urlencoded',
      encoding = 'identity',
    } = {
      type: undefined,
      encoding: undefined,
      ...sent,
    }
    const { text } = await alice
      .post('/otp/call')
      .set({ ...ours, 'Content-Type': type, 'Content-Encoding': encoding })
      .send(body)
      .expect(status)
    expect(text).toContain('action="/otp/call"')
    expect(simulator.calls).toHaveLength(0)
  },
)

test('a password thief makes the app forget no browser, also if enforce() lets the path through', async () => {
  const store = new MemoryRememberStore()
  const removeAll = vi.spyOn(store, 'removeAll')
  const { browser } = await openApp({}, undefined, [], { remember: { days: 30, store } })
  const thief = await browser('alice')
  const sent = thief.post('/security/browsers').set(ours).type('form').send({ id: 'all' })
  await sent.expect(303).expect('Location', '/otp')
  expect(removeAll).not.toHaveBeenCalled()
})

test('after the code, a path with a backslash leads to the start page', async () => {
  const { browser, simulator } = await openApp({}, undefined, [
    (req, _res, next) => {
      Object.assign(req.session, { returnTo: '/x\\..\\\\evil.example' })
      next()
    },
  ])
  const alice = await browser('alice')
  await alice.post('/otp/call').set(ours).expect(303)
  const { text } = await alice.get('/otp')
  const code = await (await Phone.ringing({ simulator })).hearCode(digitsOn(text))
  const sent = alice.post('/otp').set(ours).type('form').send({ code })
  await sent.expect(303).expect('Location', '/')
})

test('a field that comes twice, or is named like a property of objects, is no field', async () => {
  const { browser } = await openApp()
  const alice = await browser('alice')
  for (const body of ['code=1&code=2', '__proto__=1&constructor=2', ''])
    await alice
      .post('/otp')
      .set(ours)
      .type('form')
      .send(body)
      .expect(/no code to check|digits/)
})

test('the page has the language of the user', async () => {
  const { browser } = await openApp()
  const alice = await browser('alice')
  const { text, headers } = await alice.get('/otp').set('Accept-Language', 'de-AT')
  expect(text).toContain('<html lang="de-DE">')
  expect(text).toContain('Bestätigen Sie, dass Sie es sind')
  expect(headers['content-language']).toBe('de-DE')
})

test('only a call tells the app that it does not know the language of the user, and no page does', async () => {
  const { browser, strategy } = await openApp()
  const fallback = vi.fn()
  strategy.events.on('prompt.fallback', fallback)
  const alice = await browser('alice')
  const { text } = await alice.get('/otp').set('Accept-Language', 'tlh')
  expect(text).toContain('<html lang="en-US">')
  expect(fallback).not.toHaveBeenCalled()
  await alice.post('/otp/call').set(ours).set('Accept-Language', 'tlh').type('form').send({})
  expect(fallback).toHaveBeenCalledOnce()
})

test('script and style have hashes in their names and may be kept for a year', async () => {
  const { browser, pages } = await openApp()
  const alice = await browser('alice')
  for (const address of Object.values(pages.addresses)) {
    expect(address).toMatch(/^\/otp\/files\/otp\.[0-9a-f]{12}\.(js|css)$/)
    const { headers } = await alice.get(address).expect(200)
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    await alice.get(address.replace(/\.[0-9a-f]{12}\./, '.0.')).expect(404)
  }
  const { text } = await alice.get('/otp')
  expect(text).not.toMatch(/<script(?![^>]*src=)|<style|style="| on[a-z]+="/)
})

test('other paths, the brand and an own style sheet are on the page', async () => {
  const { browser } = await openApp({
    paths: { code: '/second', call: '/second/call', files: '/second/files' },
    brand: { name: 'Shop <1>', logo: '/logo.svg' },
    stylesheet: '/shop.css',
  })
  const alice = await browser('alice')
  const { text } = await alice.get('/second').expect(200)
  for (const part of ['Shop &lt;1&gt;', 'src="/logo.svg"', 'href="/shop.css"', '/second/call'])
    expect(text).toContain(part)
  await alice.get('/otp').expect(404)
})

/** A folder with templates. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'voice-otp-views-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('a template of the app replaces ours, and the others stay', async () => {
  const views = folderWith({ 'layout.ejs': '<title><%= title %></title><p>mine</p><%- body %>' })
  const { browser } = await openApp({ views })
  const alice = await browser('alice')
  const { text } = await alice.get('/otp').expect(200)
  expect(text).toMatch(/<title>Confirm that it is you<\/title><p>mine<\/p>[^]*action="\/otp\/call"/)
})

test('a view that throws is an error that names the view', async () => {
  const { browser } = await openApp({ views: folderWith({ 'otp.ejs': '<%= nothing.there %>' }) })
  const alice = await browser('alice')
  await alice.get('/otp').expect(500, /otpPages: the template otp\.ejs failed: .*nothing/s)
})

test.each<[string, Options, string]>([
  ['an unknown option', { view: 'x' } as Options, 'otpPages: view: there is no such option.'],
  ['no Passport', { passport: undefined }, 'otpPages: passport: give your app'],
  ['an unknown path', { paths: { otp: '/x' } as never }, 'otpPages: paths.otp: there is no such'],
  ['a path of another site', { paths: { home: '//x' } }, 'otpPages: paths.home: give a path'],
  ['a path with a query', { paths: { code: '/a?b' } }, 'otpPages: paths.code: give a path'],
  ['a path twice', { paths: { code: '/phone' } }, 'another page has the path /phone'],
  ['a folder that is not there', { views: '/nowhere' }, 'otpPages: views: there is no such folder'],
  ['a logo of another site', { brand: { logo: 'https://x' } }, 'otpPages: brand.logo: give a path'],
  ['a brand of two lines', { brand: { name: 'a\nb' } }, 'otpPages: brand.name: give 1 to 60'],
  ['a style sheet of another site', { stylesheet: '//x/a.css' }, 'otpPages: stylesheet: give a'],
  ['a token that is no function', { csrfToken: 'x' as never }, 'otpPages: csrfToken: give a func'],
  ['an origin with a path', { origins: ['https://a.example/x'] }, 'otpPages: origins: give a list'],
  ['no origin', { origins: [] }, 'otpPages: origins: give a list'],
  ['texts of no kind', { texts: 'x' as never }, 'otpPages: texts: give an object'],
])('the option with %s is a TypeError that says how to fix it', async (_what, options, message) => {
  await expect(openApp(options)).rejects.toThrow(TypeError)
  await expect(openApp(options)).rejects.toThrow(message)
})

test.each<[string, unknown, string]>([
  ['no object', 'passkey', 'otpPages: factors: give an object of factors by name'],
  [
    'an unknown name',
    { pass: { href: '/x', label: 'X' } },
    'otpPages: factors.pass: the strategy has no such factor. Register it with secondFactor() before otpPages(). The factors are: passkey, card, app-code.',
  ],
  ['a path alone', { passkey: '/x' }, 'otpPages: factors.passkey: give an object'],
  ['a path of another site', { passkey: { href: '//x' } }, 'otpPages: factors.passkey.href: give'],
  ['no path', { passkey: {} }, 'otpPages: factors.passkey.href: give the path'],
  [
    'a set-up page of another site',
    { passkey: { href: '/x', setUp: 'https://x' } },
    'otpPages: factors.passkey.setUp: give the path',
  ],
  ['no label', { card: { href: '/x' } }, 'otpPages: factors.card.label: it is missing.'],
  [
    'a label of two lines',
    { card: { href: '/x', label: 'a\nb' } },
    'otpPages: factors.card.label: give 1 to 60 characters',
  ],
  [
    'another part',
    { passkey: { href: '/x', url: '/x' } },
    'otpPages: factors.passkey.url: there is no such option',
  ],
])('the option factors with %s is a TypeError at the start', async (_what, factors, message) => {
  const opened = openApp({ factors: factors as never }, undefined, [], {
    phoneFallback: true,
    factors: withFactors(),
  })
  await expect(opened).rejects.toThrow(TypeError)
  await expect(opened).rejects.toThrow(message)
})

test.each([
  ['opt.ejs', 'x', 'opt.ejs replaces no template of the pages'],
  ['otp.ejs', '<% if (', 'otp.ejs cannot be compiled'],
  ['otp.txt', 'x', 'holds no template'],
])('a folder with %s that is wrong is an error at the start', async (name, text, message) => {
  await expect(openApp({ views: folderWith({ [name]: text }) })).rejects.toThrow(message)
})

test('without options, otpPages() throws a TypeError that says what to give', async () => {
  const { strategy } = await openApp()
  for (const options of [undefined, null, 'passport'])
    expect(() => otpPages(strategy, options as never)).toThrow(
      new TypeError('otpPages(voiceOtp, { passport }): give an object of options.'),
    )
})

test('anything but a strategy is a TypeError', () => {
  for (const strategy of [undefined, {}, passport])
    expect(() => otpPages(strategy as never, { passport })).toThrow(
      'give the VoiceOtpStrategy of this version of passport-voice-otp',
    )
})

test('pages before enforce() are an error at the first request', async () => {
  const { browser } = await openApp({}, (pages, enforce) => [pages, enforce])
  const alice = await browser('alice')
  await alice.get('/otp').expect(503, /enforce\(\)/)
})

test('pages that are mounted twice are an error at the first request', async () => {
  const { url } = await openApp({}, (pages, enforce) => [enforce, pages, pages])
  await supertest(url)
    .get('/')
    .expect(503, /The pages are mounted twice\./)
})

test('pages below a path are an error at the first request', async () => {
  const { url } = await openApp({}, (pages, enforce) => [
    enforce,
    express.Router().use('/auth', pages),
  ])
  await supertest(url)
    .get('/auth/otp')
    .expect(503, /Mount otpPages\(\) without a path/)
})

test('without a login, the pages lead to the login and come back to the page of the account', async () => {
  const { url, browser } = await openApp()
  const nobody = supertest.agent(url)
  await nobody.get('/otp').expect(303).expect('Location', '/login')
  await nobody.get('/phone').expect(303).expect('Location', '/login')
  await nobody.get('/otp/status').expect(401)
  await nobody
    .post('/otp')
    .set(ours)
    .type('form')
    .send({ code: '123456' })
    .expect(401, /Log in first/)
  const alice = await browser('alice')
  await alice.get('/phone').expect(303).expect('Location', '/otp')
  await alice.get('/security').expect(404)
})
