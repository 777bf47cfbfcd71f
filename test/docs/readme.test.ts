import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import { Passport } from 'passport'
import supertest from 'supertest'
import { afterEach, expect, test } from 'vitest'
import * as voiceOtp from 'passport-voice-otp'
import * as readyPages from 'passport-voice-otp/pages'
import { Simulator } from 'passport-voice-otp/simulator'
import { listen } from '../support/listen.js'
import { Phone, wrongCode } from '../support/phone.js'
import { blocks, plain, read, table } from './pages.js'

const javascriptOf = (page: string): string =>
  blocks(page)
    .filter(({ language }) => language === 'js')
    .map(({ text }) => text)
    .join('\n')
const password = 'correct horse battery staple'

/**
 * An app with a password login, as it was before: what the README says that people have already.
 */
const before = `
const express = require('express')
const session = require('express-session')
const passport = require('passport')
const { Strategy: LocalStrategy } = require('passport-local')
const app = express()
const sessionOptions = { secret: 'a secret of this test', resave: false, saveUninitialized: false }
passport.use(new LocalStrategy((name, password, done) => {
  done(null, password === '${password}' ? users.find(name) : false)
}))
passport.serializeUser((user, done) => done(null, user.id))
passport.deserializeUser((id, done) => done(null, users.find(id)))
`
/** The routes of that app: only the login was changed, to redirect to the page of the code. */
const after = `
app.get('/', (req, res) => res.send(req.user ? 'Hello ' + req.user.id + '.' : 'Please log in.'))
app.get('/transfer', (req, res) => res.send('The transfer form.'))
const readForm = express.urlencoded({ extended: false })
const local = passport.authenticate('local', { successRedirect: '/otp', failureRedirect: '/login' })
app.post('/login', readForm, local)
return app
`

let simulator: Simulator
let people: Record<string, string | null>
let url: string
let close: () => Promise<void>

/** Opens the app with the code of a page. */
async function openApp(page: string): Promise<void> {
  simulator = await Simulator.start()
  const server = createServer()
  const listening = await listen(server)
  url = listening.url
  const { project, token, space, from, signingKey } = simulator.signalwire
  Object.assign(process.env, {
    PUBLIC_URL: url,
    VOICE_OTP_SECRET: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
    SIGNALWIRE_PROJECT: project,
    SIGNALWIRE_TOKEN: token,
    SIGNALWIRE_SPACE: space,
    SIGNALWIRE_NUMBER: from,
    SIGNALWIRE_SIGNING_KEY: signingKey,
  })
  people = { alice: '+12025550123', dave: null }
  const users = {
    find: (id: string) => (id in people ? { id, phone: people[id] } : false),
    setPhone: (id: string, phone: string) => {
      people[id] = phone
    },
  }
  const source = [before, javascriptOf(page), after].join('\n')
  const createApp = compileFunction(source, ['require', 'users']) as (
    require: (name: string) => unknown,
    database: typeof users,
  ) => RequestListener
  const own: Record<string, unknown> = {
    'passport-voice-otp': voiceOtp,
    'passport-voice-otp/pages': readyPages,
    passport: new Passport(), // not the one that other tests use
  }
  const requireAny = createRequire(import.meta.url)
  server.on(
    'request',
    createApp(name => own[name] ?? requireAny(name), users),
  )
  close = async () => {
    await listening.close()
    await simulator.stop()
  }
}
afterEach(() => close())

type Browser = ReturnType<typeof supertest.agent>

async function logIn(username: string): Promise<Browser> {
  const browser = supertest.agent(url)
  await browser
    .post('/login')
    .type('form')
    .send({ username, password })
    .expect(302)
    .expect('Location', '/otp')
  return browser
}

/** Submits a form of the page, which must be there with these fields. */
async function submit(browser: Browser, action: string, fields: Record<string, string> = {}) {
  const { text } = await browser.get('/otp').expect(200).expect('Cache-Control', 'no-store')
  expect(text).toContain(`<form method="post" action="${action}">`)
  for (const name of Object.keys(fields)) expect(text).toContain(`name="${name}"`)
  return browser.post(action).type('form').send(fields).expect(302)
}

/** The user answers the phone, presses the two digits of the page and writes down the code. */
async function hearCode(browser: Browser): Promise<string> {
  const { text } = await browser.get('/otp').expect(200)
  const digits = /<b>(\d\d)<\/b>/.exec(text)?.[1] ?? ''
  return (await Phone.ringing({ simulator })).hearCode(digits)
}

/** Submits a form as a browser does that shows one of our own pages. */
const submitReady = (browser: Browser, action: string, fields: Record<string, string> = {}) =>
  browser.post(action).set('Sec-Fetch-Site', 'same-origin').type('form').send(fields).expect(303)

test("a user logs in to a CommonJS app that is made of the README's JavaScript", async () => {
  await openApp('README.md')
  const browser = await logIn('alice')
  await browser.get('/').set('Accept', 'text/html').expect(303).expect('Location', '/otp')
  await submitReady(browser, '/otp/call')
  const { text } = await browser.get('/otp').expect(200)
  const digits = /data-matching-digits="(\d\d)"/.exec(text)?.[1] ?? ''
  const code = await (await Phone.ringing({ simulator })).hearCode(digits)
  await submitReady(browser, '/otp', { code })
  expect((await browser.get('/')).text).toBe('Hello alice.')
  expect((await browser.get('/transfer')).text).toBe('The transfer form.')
})

test("a user without a number enrolls one on the README's pages", async () => {
  await openApp('README.md')
  const browser = await logIn('dave')
  await browser.get('/otp').expect(303).expect('Location', '/phone')
  await submitReady(browser, '/phone', { phone: '+1 202 555 0189' })
  const { text } = await browser.get('/phone').expect(200)
  const digits = /data-matching-digits="(\d\d)"/.exec(text)?.[1] ?? ''
  const code = await (await Phone.ringing({ simulator })).hearCode(digits)
  await submitReady(browser, '/phone/verify', { code })
  expect(people['dave']).toBe('+12025550189')
  expect((await browser.get('/')).text).toBe('Hello dave.')
})

test('a user logs in to a CommonJS app with own pages', async () => {
  await openApp('docs/own-pages.md')
  const browser = await logIn('alice')
  expect((await browser.get('/')).text).toBe('Please log in.')
  await submit(browser, '/otp/call')
  await browser
    .get('/otp/status')
    .expect(200)
    .expect(({ body }) => {
      expect(body).toMatchObject({ attemptsLeft: 5 })
    })
  const code = await hearCode(browser)
  await submit(browser, '/otp', { code: wrongCode(code) })
  expect((await browser.get('/otp')).text).toContain(voiceOtp.failures['code-wrong'].message)
  expect((await browser.get('/otp')).text).toContain('<p role="alert"></p>')
  const { headers } = await submit(browser, '/otp', { code })
  expect(headers['location']).toBe('/')
  expect((await browser.get('/')).text).toBe('Hello alice.')
  expect((await browser.get('/transfer')).text).toBe('The transfer form.')
})

test('a user without a number enrolls one with an own page and its routes', async () => {
  await openApp('docs/own-pages.md')
  const browser = await logIn('dave')
  await submit(browser, '/phone', { phone: 'not a number' })
  expect((await browser.get('/otp')).text).toContain(voiceOtp.failures['phone-malformed'].message)
  await submit(browser, '/phone', { phone: '+1 202 555 0189' })
  const code = await hearCode(browser)
  expect(people['dave']).toBeNull()
  const { headers } = await submit(browser, '/phone/verify', { code })
  expect(headers['location']).toBe('/')
  expect(people['dave']).toBe('+12025550189')
  expect((await browser.get('/')).text).toBe('Hello dave.')
})

test('an own page sends a stranger to the login, and its protected route too', async () => {
  await openApp('docs/own-pages.md')
  const browser = supertest.agent(url)
  await browser.get('/otp').expect(302).expect('Location', '/login')
  await browser.get('/transfer').expect(303).expect('Location', '/otp')
})

test('the README has at most 220 lines and names the two commands of a fresh clone', () => {
  const lines = read('README.md').split('\n')
  expect(lines.length - 1).toBeLessThanOrEqual(220)
  for (const command of ['npm ci && npm run example', 'npm ci && npm test'])
    expect(lines.some(line => line.startsWith(`    ${command} `))).toBe(true)
})

test('the ten options of the README have the defaults of the reference', () => {
  const all = table('docs/reference.md', 'option', 'default')
  const popular = table('README.md', 'option', 'default')
  expect(popular).toHaveLength(10)
  for (const [name, value] of popular)
    expect(all.map(row => row.slice(0, 2).map(plain))).toContainEqual([plain(name), plain(value)])
})

test('the README says that a phone is a restricted authenticator and where a call can be vetoed (NIST SP 800-63B-4, 3.1.3.3)', () => {
  const [, section = ''] = /\n## Security\n([^]*?)\n## /.exec(read('README.md')) ?? []
  expect(section).toContain('restricted authenticator (NIST SP 800-63B-4, 3.1.3.3)')
  expect(section).toContain('`beforeCall`')
})
