// Calls that cost money or disturb people: what limits them.
import { MemoryStore } from 'express-session'
import { afterEach, expect, test, vi } from 'vitest'
import type { Person as Account } from '../../example/stores/users.js'
import { cheapHash } from '../support/people.js'
import { TimelessLimiter } from '../support/stores.js'
import { callsUnlimited, openSite, type Person, type Site } from '../support/watched-site.js'
import { sendPipelined } from '../support/raw.js'

vi.setConfig({ testTimeout: 120_000 })
let site: Site
afterEach(() => site.close())

const account = (username: string, phone: string): Account => ({
  id: username,
  username,
  name: username,
  phone,
  mayEnroll: true,
  passwordHash: cheapHash,
})
/** People with numbers of their own, over several prefixes. */
const crowd = (count: number): Account[] =>
  Array.from({ length: count }, (_, index) =>
    account(`user${index}`, `+1202${String(200 + (index % 7))}${String(2000 + index)}`),
  )
const placed = () =>
  site.simulator.requests.filter(({ method, path }) => method === 'POST' && path.includes('/Calls'))
    .length
const count = (statuses: readonly number[], wanted: number) =>
  statuses.filter(status => status === wanted).length

async function loggedIn(username: string): Promise<Person> {
  const person = site.person(username)
  await person.sendPassword()
  return person
}
const times = <T>(number: number, work: (index: number) => T): T[] =>
  Array.from({ length: number }, (_, index) => work(index))
const statusesOf = async (answers: readonly Promise<{ readonly status: number }>[]) =>
  (await Promise.all(answers)).map(({ status }) => status)

test('A-53 of 100 requests for a call in a row, one places a call in the first 60 s, and the others get 429 with the time to wait', async () => {
  site = await openSite({ delayMilliseconds: [0, 0] })
  const alice = await loggedIn('alice')
  expect((await alice.api('/otp/call')).status).toBe(202)
  for (let asked = 1; asked < 100; asked++) {
    if (asked === 98) site.clock.pass(59)
    // The user has an interval of its own, so another number does not help.
    site.directory.setPhone('alice', asked % 2 === 0 ? '+12025550123' : '+12025550111')
    const { status, headers, text } = await alice.api('/otp/call')
    expect(status).toBe(429)
    expect(Number(headers.get('retry-after'))).toBe(asked < 98 ? 60 : 1)
    expect(JSON.parse(text)).toMatchObject({ code: 'too-many-calls' })
  }
  expect(placed()).toBe(1)
  site.clock.pass(2)
  expect(await statusesOf(times(10, () => alice.api('/otp/call')))).toContain(202)
  expect(placed()).toBe(2)
})

test('A-54 100 requests for a call from four browsers at the same time place one call, and 100 more after a busy call place one more', async () => {
  // Only the interval: the limits per hour and per ten minutes would hide what the interval lets
  // through.
  site = await openSite({ limits: { ...callsUnlimited, callIntervalSeconds: 60 } })
  const browsers = await Promise.all(times(4, () => loggedIn('alice')))
  const first = await statusesOf(times(100, index => browsers[index % 4]!.api('/otp/call')))
  expect([count(first, 202), count(first, 429)]).toEqual([1, 99])
  expect(placed()).toBe(1)

  site.clock.pass(61)
  site.simulator.setPhone('+12025550123', 'busy')
  const [alice] = browsers
  expect((await alice!.api('/otp/call')).status).toBe(202)
  await site.simulator.waitFor(({ status }) => status === 'busy')
  site.simulator.setPhone('+12025550123', 'manual')
  const again = await statusesOf(times(100, () => alice!.api('/otp/call')))
  expect([count(again, 202), count(again, 429)]).toEqual([1, 99])
  expect(placed()).toBe(3)
})

/**
 * Everybody asks at the same time, then three people one after the other: requests that were
 * refused in the burst must have used nothing up.
 */
async function askAll(browsers: readonly Person[]): Promise<number> {
  const before = placed()
  await Promise.all(browsers.map(browser => browser.api('/otp/call')))
  expect(placed() - before).toBeLessThanOrEqual(1)
  for (const browser of browsers.slice(0, 3)) await browser.api('/otp/call')
  return placed() - before
}

test('A-55 the phone that 20 users share rings at most once a minute, three times in ten minutes and ten times a day', async () => {
  const people = times(20, index => account(`user${index}`, '+12025550123'))
  site = await openSite({ people })
  const browsers = await Promise.all(people.map(({ username }) => loggedIn(username)))
  for (let minute = 0; minute < 4; minute++) {
    expect(await askAll(browsers)).toBe(minute < 3 ? 1 : 0)
    site.clock.pass(61)
  }
  for (let round = 1; round < 4; round++) {
    site.clock.pass(601)
    for (let turn = 0; turn < 3; turn++) {
      await browsers[(3 * round + turn) % 20]!.api('/otp/call')
      site.clock.pass(61)
    }
  }
  expect(placed()).toBe(10)
})

test('A-56 a number in ten spellings counts as one number', async () => {
  const spellings = [
    '+12025550123',
    '+1 202 555 0123',
    '+1 (202) 555-0123',
    '+1-202-555-0123',
    '+1.202.555.0123',
    '+1(202)5550123',
    '+1 2025550123',
    '+1  202  555  0123',
    '+1\u00a0202\u00a0555\u00a00123',
    '+1 202\u2011555\u20110123',
  ]
  const people = spellings.map((_, index) => account(`user${index}`, '+12025550123'))
  site = await openSite({ people })
  spellings.forEach((spelling, index) => {
    site.directory.setPhone(`user${index}`, spelling)
  })
  const browsers = await Promise.all(people.map(({ username }) => loggedIn(username)))
  for (let minute = 0; minute < 4; minute++) {
    expect(await askAll(browsers)).toBe(minute < 3 ? 1 : 0)
    site.clock.pass(61)
  }
  site.clock.pass(600)
  expect((await browsers[9]!.api('/otp/call')).status).toBe(202)
  expect(site.simulator.calls.map(({ to }) => to)).toEqual(times(4, () => '+12025550123'))
})

test('A-58 premium, shared-cost, satellite, Caribbean +1 and foreign numbers are never called, neither on record nor to enroll', async () => {
  const numbers = [
    '+19002345678',
    '+18762345678',
    '+18092345678',
    '+12642351234',
    '+881612345678',
    '+870773111632',
    '+88213300655',
    '+442079460958',
    '+447012345678',
    '+449098790000',
    '+2693212345',
    '+491801234567',
    '+4930123456',
    '+33812345678',
    '+12025550123;ext=5',
    '+1202555012',
    '+18002345678',
    '+15005550006',
  ]
  const people = numbers.map((phone, index) => account(`user${index}`, phone))
  site = await openSite({
    people: [...people, { ...account('dave', ''), phone: null }],
    delayMilliseconds: [0, 0],
    limits: callsUnlimited,
    countries: ['US', 'GB', 'DE', 'FR'],
  })
  const allowed = ['+442079460958', '+4930123456']
  for (const [index, phone] of numbers.entries()) {
    const browser = await loggedIn(`user${index}`)
    if (allowed.includes(phone)) continue
    const { status, text } = await browser.api('/otp/call')
    expect([phone, status]).toEqual([phone, 403])
    expect((JSON.parse(text) as { code: string }).code).toBeOneOf([
      'destination-blocked',
      'phone-invalid',
    ])
  }
  const dave = await loggedIn('dave')
  for (const phone of numbers.filter(each => !allowed.includes(each)))
    expect([phone, (await dave.enroll(phone)).status]).toEqual([
      phone,
      expect.toBeOneOf([400, 403]),
    ])
  expect(placed()).toBe(0)
  expect(site.named('code.blocked').length).toBeGreaterThan(numbers.length)
  // A number of an allowed country is called, so nothing else blocked the others.
  expect(
    (await (await loggedIn(`user${numbers.indexOf('+4930123456')}`)).api('/otp/call')).status,
  ).toBe(202)
})

const batchesOfA60 = process.env['ATTACKS'] === 'long' ? 20 : 2

test('A-60 500 users who send 10,000 requests for a call (1,000 in the short form) get 60 calls a minute together', async () => {
  site = await openSite({
    people: crowd(500),
    sessionStore: new MemoryStore(),
    limiter: options => new TimelessLimiter(options),
  })
  // It would take minutes to search 500 numbers in 100,000 lines.
  for (const { phone } of crowd(500).slice(3)) site.capture.phones.delete(phone ?? '')
  const cookies: string[] = []
  for (const { username } of crowd(500)) cookies.push((await loggedIn(username)).cookies.header)
  const requests = cookies.map(
    cookie =>
      `POST /api/otp/call HTTP/1.1\r\nHost: x\r\nOrigin: ${site.url}\r\nContent-Type: application/json\r\nCookie: ${cookie}\r\nContent-Length: 2\r\n\r\n{}`,
  )
  // A hundred at once: on a busy machine, more would wait longer than the limiter may take.
  const atOnce = 100
  const everybodyAsks = async () => {
    const statuses: number[] = []
    for (let from = 0; from < requests.length; from += atOnce) {
      const slices = times(20, n => requests.slice(from + 5 * n, from + 5 * n + 5))
      const sent = slices.map(slice => sendPipelined(site.url, slice))
      statuses.push(...(await Promise.all(sent)).flat())
    }
    return statuses
  }
  const statuses: number[] = []
  for (let batch = 0; batch < batchesOfA60; batch++) statuses.push(...(await everybodyAsks()))
  expect(statuses).toHaveLength(500 * batchesOfA60)
  expect([count(statuses, 202), count(statuses, 429)]).toEqual([60, 500 * batchesOfA60 - 60])
  expect(placed()).toBe(60)
  site.clock.pass(61)
  await everybodyAsks()
  expect(placed()).toBe(120)
}, 600_000)

test('A-64 GET, HEAD, prefetch and every other method but POST place no call and verify no code', async () => {
  site = await openSite({ delayMilliseconds: [0, 0] })
  const alice = await loggedIn('alice')
  const hints: readonly Readonly<Record<string, string>>[] = [
    {},
    { Purpose: 'prefetch' },
    { 'Sec-Purpose': 'prefetch;prerender' },
    { 'X-Moz': 'prefetch' },
    { 'X-HTTP-Method-Override': 'POST' },
    { 'X-Method-Override': 'POST' },
  ]
  for (const path of [
    '/otp',
    '/otp/call',
    '/otp/call?_method=POST',
    '/otp/call/',
    '/OTP/CALL',
    '/phone',
    '/api/otp/call',
    '/api/otp',
    '/api/otp/call?_method=POST',
    '/otp?code=123456',
    '/otp/app-code?code=123456',
    '/otp/passkey',
    '/otp/passkey/begin',
  ]) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
      for (const headers of hints)
        await alice.send(method, path, {
          headers: { ...headers, Origin: site.url, 'Content-Type': 'application/json' },
        })
    }
  }
  expect(placed()).toBe(0)
  expect(site.events).toEqual([])
  expect((await alice.askForCall()).status).toBe(303)
  expect(placed()).toBe(1)
})

test('A-65 a form or a script of another site that is sent with the cookies of a pending user places no call and verifies no code', async () => {
  site = await openSite({ delayMilliseconds: [0, 0] })
  const alice = await loggedIn('alice')
  const token = await alice.csrf('/otp')
  const otherToken = await site.browser().csrf('/login')
  const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
  const forms: readonly Readonly<Record<string, string>>[] = [
    {},
    { _csrf: '' },
    { _csrf: 'x' },
    { _csrf: otherToken },
    { _csrf: token.slice(0, -1) },
    { csrf: token },
    { '_csrf[]': token },
  ]
  const actions = ['/otp/call', '/otp', '/logout', '/phone', '/login']
  const factors = ['/otp/app-code', '/otp/passkey', '/otp/passkey/begin']
  for (const action of [...actions, ...factors]) {
    for (const form of forms)
      expect([
        action,
        form,
        (await alice.send('POST', action, { form: { code: '123456', ...form }, headers: evil }))
          .status,
      ]).toEqual([action, form, 403])
    expect(
      (
        await alice.send('POST', `${action}?_csrf=${token}`, {
          form: {},
          headers: { ...evil, 'X-CSRF-Token': token },
        })
      ).status,
    ).toBe(403)
    expect(
      (
        await alice.send('POST', action, {
          body: `_csrf=${token}`,
          headers: { ...evil, 'Content-Type': 'text/plain' },
        })
      ).status,
    ).toBe(403)
  }
  const origins = [
    undefined,
    'null',
    'https://evil.example',
    `${site.url}.evil.example`,
    `${site.url}0`,
    site.url.replace('127.0.0.1', '127.0.0.2'),
    site.url.replace('http:', 'https:'),
  ]
  for (const path of ['/api/otp/call', '/api/otp', '/api/logout']) {
    for (const origin of origins) {
      const headers = {
        'Content-Type': 'application/json',
        ...(origin === undefined ? {} : { Origin: origin, Host: origin.replace(/^.*:\/\//, '') }),
      }
      expect([
        path,
        origin,
        (await alice.send('POST', path, { body: '{}', headers })).status,
      ]).toEqual([path, origin, 403])
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain; application/json',
      '',
    ]) {
      expect([
        path,
        type,
        (
          await alice.send('POST', path, {
            body: '{}',
            headers: { 'Content-Type': type, Origin: site.url },
          })
        ).status,
      ]).toEqual([path, type, 403])
    }
  }
  expect(placed()).toBe(0)
  expect(site.events).toEqual([])
  expect((await alice.askForCall()).status).toBe(303)
  expect(placed()).toBe(1)
})
