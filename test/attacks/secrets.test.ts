// Where a code or a number could be found by somebody who reads everything but the call.
import { createHmac, hash } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import {
  Capture,
  codesSpoken,
  openSite,
  type Site,
  type SiteOptions,
  wrongCode,
} from '../support/watched-site.js'
import { captureErrors, unfolded, watchProcess } from '../support/watch.js'

watchProcess()
vi.setConfig({ testTimeout: 120_000 })
let site: Site
let errors: readonly unknown[]
afterEach(() => site.close())
/** Hardly any limit, and yet every count is kept. */
const limits = {
  callIntervalSeconds: 1,
  callsPerUserHour: 1000,
  callsPerPhoneTenMinutes: 1000,
  callsPerPhoneDay: 1000,
  callsPerPrefixTenMinutes: 1000,
  callsPerAppMinute: 1000,
  enrollCallsPerPhoneTenMinutes: 1000,
  enrollCallsPerPhoneDay: 1000,
  enrollCallsPerAppMinute: 1000,
  reportedSeconds: 1,
}
async function open(options: SiteOptions = {}): Promise<void> {
  site = await openSite({ delayMilliseconds: [0, 0], limits, ...options })
  errors = captureErrors(site)
}

/** All that people do with codes, well and badly, on the pages and by the API. */
async function liveThroughEverything(): Promise<void> {
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  await alice.get('/otp')
  await alice.get('/otp/status')
  await alice.submit(wrongCode(code))
  await alice.submit(`${code}0`)
  await alice.submit(code)
  await alice.api('/otp', { code }, { holdsCode: true })
  await alice.get('/account')
  site.clock.pass(301)
  await alice.get('/transfer')
  await alice.submit(await alice.hearCode())
  site.clock.pass(2)
  await alice.enroll('+12025550189')
  const newCode = await alice.answerCall(undefined, '+12025550189')
  await alice.submitForm('/phone', '/phone/verify', { code: wrongCode(newCode) })
  await alice.submitForm('/phone', '/phone/verify', { code: newCode }, { holdsCode: true })
  await alice.logOut()

  const bob = site.person('bob')
  await bob.api('/login', { username: 'bob', password: bob.password })
  const { matchingDigits } = JSON.parse((await bob.api('/otp/call')).text) as {
    matchingDigits: string
  }
  const bobs = await bob.answerCall(matchingDigits)
  for (let guess = 0; guess < 6; guess++) await bob.api('/otp', { code: wrongCode(bobs) })
  await bob.api('/otp', { code: bobs }, { holdsCode: true })
  site.clock.pass(2)
  await bob.api('/otp/call')
  const { sid } = await site.simulator.waitFor(({ status }) => status === 'ringing')
  await site.simulator.answer(sid)
  await site.simulator.idle(sid)
  await site.simulator.press(sid, '00')
  await site.simulator.idle(sid)
  site.simulator.setFaults({
    calls: {
      status: 400,
      body: { errors: [{ code: '21211', message: 'To +12025550145 is invalid' }] },
    },
  })
  site.clock.pass(60)
  await bob.api('/otp/call')
  site.simulator.clearFaults()

  const dave = site.person('dave')
  await dave.logIn()
  await dave.enroll('+12025550177')
  await dave.submitForm(
    '/phone',
    '/phone/verify',
    { code: await dave.answerCall(undefined, '+12025550177') },
    { holdsCode: true },
  )
  for (const person of [alice, bob, dave]) await person.get('/nowhere?code=123456')
}
const told = () => errors.map(unfolded)

test('A-76 the code is in the words of the call and in what its person sent, and in no other byte', async () => {
  await open()
  await liveThroughEverything()
  const codes = codesSpoken(site.simulator)
  expect(codes.size).toBeGreaterThan(4)
  await expect(site.capture.check(codes)).resolves.toBeUndefined()
  for (const code of codes) for (const text of told()) expect(text).not.toContain(code)

  // The canary does sing: for each code, at each place, in each spelling.
  for (const code of codes) {
    for (const leak of [
      code,
      `{"code":"${code}"}`,
      `/otp?code=${code}`,
      Array.from(code).join(', '),
      Array.from(code).join(' '),
      Buffer.from(`a session that holds {"code":"${code}"}`).toString('base64url'),
    ]) {
      const capture = new Capture()
      capture.note('somewhere', leak)
      await expect(capture.check(codes)).rejects.toThrow('The canary sings')
    }
  }
})

test('A-91 session store, counter store, pages, headers, log and events hold no code, and of a number the last two digits at most', async () => {
  await open()
  await liveThroughEverything()
  const numbers = ['+12025550123', '+12025550145', '+12025550189', '+12025550177']
  const seen = (await site.capture.all()).filter(({ place }) => place !== 'seen by SignalWire')
  const places = new Set(seen.map(({ place }) => place.split(' ')[0]))
  for (const place of ['page', 'answered', 'log', 'events', 'session', 'counter'])
    expect(places).toContain(place)
  const found: string[] = []
  for (const { place, text } of [...seen, ...told().map(text => ({ place: 'error', text }))]) {
    for (const number of numbers) {
      // What the person typed stands on the page on which it was typed, and in the request.
      if (place.startsWith('page /phone') && ['+12025550189', '+12025550177'].includes(number))
        continue
      for (const digits of [number.slice(1), number.slice(2), number.slice(-7), number.slice(-4)]) {
        if (new RegExp(`(?<![\\w-])${Array.from(digits).join('[ ().•-]*')}(?![\\w-])`).test(text))
          found.push(`${digits} in ${place}: ${text.slice(0, 200)}`)
      }
    }
  }
  expect(found).toEqual([])
  expect(seen.filter(({ text }) => text.includes('•• ••23')).length).toBeGreaterThan(0)
})

/** Everything in the dumps that could be a hash: long runs of base64, base64url or hexadecimal. */
const tokensIn = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap(text => text.match(/[\w+/-]{20,}={0,2}/g) ?? []))

/** The first sixteen bytes, as every spelling of a digest begins. */
const beginning = (token: string): readonly string[] => [
  /^[0-9a-f]{32,}$/i.test(token) ? token.toLowerCase().slice(0, 32) : '',
  Buffer.from(token, 'base64').toString('hex').slice(0, 32),
]

test('A-95 no hash in any store, page, header, log or URL is one that a million guesses reverse', async () => {
  await open()
  await liveThroughEverything()
  const texts = (await site.capture.all()).map(({ text }) => text)
  const tokens = tokensIn(texts)
  expect(tokens.size).toBeGreaterThan(100)
  const beginnings = new Set([...tokens].flatMap(beginning))
  beginnings.delete('')

  const found: string[] = []
  const look = (digest: string, what: () => string): void => {
    if (beginnings.has(digest.slice(0, 32))) found.push(what())
  }
  for (let guess = 0; guess < 1_000_000; guess++) {
    const code = String(guess).padStart(6, '0')
    for (const algorithm of ['md5', 'sha1', 'sha256'])
      look(hash(algorithm, code, 'hex'), () => `${algorithm} of ${code}`)
  }
  expect(found).toEqual([])

  // Salted with anything that stands beside it, it would be reversed as quickly: the true codes and numbers with every other word of the dumps.
  const words = new Set(
    texts
      .filter(text => !text.startsWith('<'))
      .flatMap(text => text.match(/[\w+.:-]{3,64}/g) ?? []),
  )
  const secrets = [
    ...codesSpoken(site.simulator),
    '+12025550123',
    '12025550123',
    '+12025550145',
    '+12025550189',
    '+12025550177',
  ]
  for (const secret of secrets) {
    for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512'])
      look(hash(algorithm, secret, 'hex'), () => `${algorithm} of ${secret}`)
    for (const word of ['', ...words]) {
      for (const text of [
        `${word}${secret}`,
        `${secret}${word}`,
        `${word}:${secret}`,
        `${secret}:${word}`,
        JSON.stringify([word, secret]),
        JSON.stringify([secret, word]),
      ])
        look(hash('sha256', text, 'hex'), () => `sha256 of ${text}`)
      look(
        createHmac('sha256', word).update(secret).digest('hex'),
        () => `HMAC of ${secret} under ${word}`,
      )
    }
  }
  expect(found).toEqual([])

  // The search would have found one of each.
  for (const [algorithm, spelling] of [
    ['sha1', 'hex'],
    ['sha256', 'base64url'],
    ['md5', 'base64'],
  ] as const) {
    const leak = `{"hash":"${hash(algorithm, '123456', spelling)}"}`
    expect([...tokensIn([leak])].flatMap(beginning)).toContain(
      hash(algorithm, '123456', 'hex').slice(0, 32),
    )
  }
})
