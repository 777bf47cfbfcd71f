// No code and no phone number leaks to somebody who reads everything except the call.
import { createHmac, hash } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { Phone } from '../support/phone.js'
import {
  Capture,
  openSite,
  type Site,
  type SiteOptions,
  wrongCode,
} from '../support/watched-site.js'
import { codesSpoken } from '../support/canary.js'
import { captureErrors, unfolded, watchProcess } from '../support/watch.js'

watchProcess()
vi.setConfig({ testTimeout: 120_000 })
let site: Site
let errors: readonly unknown[]
afterEach(() => site.close())
/** High limits, so that every counter is written and few requests are refused. */
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

/** Everything that people do with codes, right and wrong, on the pages and with the JSON API. */
async function liveThroughEverything(): Promise<void> {
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  await alice.get('/otp')
  await alice.get('/otp/status')
  await alice.enterCode(wrongCode(code))
  await alice.enterCode(`${code}0`)
  await alice.enterCode(code)
  await alice.api('/otp', { code }, { holdsCode: true })
  await alice.get('/account')
  site.clock.pass(301)
  await alice.get('/transfer')
  await alice.enterCode(await alice.hearCode())
  site.clock.pass(2)
  await alice.enroll('+12025550189')
  const newCode = await alice.answerCall(undefined, '+12025550189')
  await alice.submitForm('/phone', '/phone/verify', { code: wrongCode(newCode) })
  await alice.submitForm('/phone', '/phone/verify', { code: newCode }, { holdsCode: true })
  await alice.logOut()

  const bob = site.person('bob')
  const bobs = await bob.logInAndHearCode()
  for (let attempt = 0; attempt < 6; attempt++) await bob.verify(wrongCode(bobs))
  await bob.api('/otp', { code: bobs }, { holdsCode: true })
  site.clock.pass(2)
  await bob.api('/otp/call')
  const phone = await Phone.ringing(site)
  await phone.answer()
  await phone.press('00')
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

test('A-76 a code is in the words of its call and in the request of its user, and in no other captured byte', async () => {
  await open()
  await liveThroughEverything()
  const codes = codesSpoken(site.simulator)
  expect(codes.size).toBeGreaterThan(4)
  await expect(site.capture.check(codes)).resolves.toBeUndefined()
  for (const code of codes) for (const text of told()) expect(text).not.toContain(code)

  // The search finds each code in each spelling.
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
      await expect(capture.check(codes)).rejects.toThrow('A secret leaked')
    }
  }
})

test('A-91 session store, limiter store, pages, headers, log and events hold no code, and at most the last two digits of a number', async () => {
  await open()
  await liveThroughEverything()
  const numbers = ['+12025550123', '+12025550145', '+12025550189', '+12025550177']
  const seen = (await site.capture.all()).filter(({ place }) => place !== 'seen by SignalWire')
  const places = new Set(seen.map(({ place }) => place.split(' ')[0]))
  for (const place of ['page', 'response', 'log', 'events', 'session', 'counter'])
    expect(places).toContain(place)
  const found: string[] = []
  for (const { place, text } of [...seen, ...told().map(text => ({ place: 'error', text }))]) {
    for (const number of numbers) {
      // The number that the user enrolls is on the page of the enrollment and in its request.
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

/** Every part of the dumps that could be a hash: long runs of base64, base64url or hexadecimal. */
const tokensIn = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap(text => text.match(/[\w+/-]{20,}={0,2}/g) ?? []))

/** The first 16 bytes in hexadecimal, which no spelling of a digest changes. */
const beginning = (token: string): readonly string[] => [
  /^[0-9a-f]{32,}$/i.test(token) ? token.toLowerCase().slice(0, 32) : '',
  Buffer.from(token, 'base64').toString('hex').slice(0, 32),
]

/** All codes of six digits whose digest begins like one of these. */
function codesHashedBy(algorithm: string, beginnings: ReadonlySet<string>): readonly string[] {
  const found: string[] = []
  // Vitest looks up an import each time that it is used, a million times here.
  const digestOf = hash
  for (let number = 0; number < 1_000_000; number++) {
    const code = String(number).padStart(6, '0')
    if (beginnings.has(digestOf(algorithm, code, 'hex').slice(0, 32))) found.push(code)
  }
  return found
}

test('A-95 no hash in any store, page, header, log or URL can be reversed with a million attempts', async () => {
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
  for (const algorithm of ['md5', 'sha1', 'sha256']) {
    // One hash that is in no dump proves that the search finds hashes.
    const planted = hash(algorithm, '314159', 'hex').slice(0, 32)
    expect([algorithm, codesHashedBy(algorithm, new Set([...beginnings, planted]))]).toEqual([
      algorithm,
      ['314159'],
    ])
  }

  // A hash salted with a word from the same dumps could be reversed as quickly. So try the real
  // codes and numbers with every such word.
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

  // The search finds a hash in each spelling.
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
