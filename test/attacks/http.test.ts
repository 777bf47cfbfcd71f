// Headers and parameters that lie about the origin or the destination of a request, and bodies that
// cannot be parsed.
import { connect } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { callsUnlimited, openSite, type Site, type SiteOptions } from '../support/watched-site.js'
import { sendRaw } from '../support/raw.js'
import { captureErrors, watchProcess } from '../support/watch.js'

watchProcess()
vi.setConfig({ testTimeout: 120_000 })
let site: Site
afterEach(() => site.close())
const open = async (options: SiteOptions = {}) =>
  (site = await openSite({ delayMilliseconds: [0, 0], limits: callsUnlimited, ...options }))

const raw = (requestLine: string, headers: Readonly<Record<string, string>>, body = '') =>
  sendRaw(site.url, requestLine, headers, body)

test('A-77 SignalWire and browsers see only the configured origin when Host, X-Forwarded-* or an absolute request line name another site', async () => {
  await open()
  const alice = site.person('alice')
  await alice.logIn()
  const token = await alice.csrf('/otp')
  const lies = {
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-For': '6.6.6.6',
    'X-Forwarded-Port': '666',
    'X-Forwarded-Prefix': '/evil',
    Forwarded: 'host=evil.example;proto=https',
    'X-Original-URL': '/account',
    'X-Rewrite-URL': '/account',
    'X-Host': 'evil.example',
    Referer: 'https://evil.example/',
  }
  const form = { Cookie: alice.cookies.header, 'Content-Type': 'application/x-www-form-urlencoded' }
  const asked: string[] = []
  for (const target of [
    '/otp/call',
    'http://evil.example/otp/call',
    'https://evil.example:444/otp/call',
    '//evil.example/otp/call',
    '/otp/call?host=evil.example',
  ]) {
    for (const host of [
      'evil.example',
      'evil.example:80',
      `${new URL(site.url).host}.evil.example`,
      'evil.example/x#',
      '"><evil.example',
    ])
      asked.push(
        await raw(`POST ${target} HTTP/1.1`, { Host: host, ...lies, ...form }, `_csrf=${token}`),
      )
  }
  expect(asked.filter(answer => answer.startsWith('HTTP/1.1 303 ')).length).toBeGreaterThan(10)
  for (const page of [
    '/otp',
    '/login',
    '/account',
    '/transfer',
    '/nowhere',
    'http://evil.example/transfer',
  ])
    asked.push(
      await raw(`GET ${page} HTTP/1.1`, {
        Host: 'evil.example',
        ...lies,
        Cookie: alice.cookies.header,
      }),
    )
  for (const answer of asked)
    expect(answer.replaceAll('evil.example/transfer', '')).not.toContain('evil.example')
  for (const [, location] of asked.join('\n').matchAll(/^location: (.*)$/gim))
    expect(location).toMatch(/^\/[a-z/]*\r?$/)

  await alice.answerCall()
  for (const { parameters, webhooks } of site.simulator.calls) {
    const urls = [
      parameters['Url'],
      ...webhooks.flatMap(({ url, body }) => [
        url,
        ...[...body.matchAll(/action="([^"]*)"/g)].map(match => match[1]),
      ]),
    ]
    for (const url of urls)
      expect(url).toMatch(new RegExp(`^${site.url}/voice-otp/(?:[\\w-]{200}/)*[\\w-]{1,200}$`))
  }
  // The JSON API compares Origin with its own origin, never with Host. This prevents DNS rebinding.
  const rebound = await raw(
    'POST /api/otp/call HTTP/1.1',
    {
      Host: 'evil.example',
      Origin: 'http://evil.example',
      'Content-Type': 'application/json',
      Cookie: alice.cookies.header,
    },
    '{}',
  )
  expect(rebound).toMatch(/^HTTP\/1\.1 403 /)
  // A webhook that arrives under another host name is checked against the configured URL.
  const { url, fields, headers } = site.simulator.calls.flatMap(call => call.webhooks)[0]!
  const webhook = await raw(
    `POST ${new URL(url).pathname} HTTP/1.1`,
    {
      Host: 'evil.example',
      ...lies,
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-SignalWire-Signature': headers['X-SignalWire-Signature']!,
    },
    new URLSearchParams(fields).toString(),
  )
  expect(webhook).toMatch(/^HTTP\/1\.1 200 /)
})

/** Spellings of another site or of a script, sent where a path belongs. */
const elsewhere = [
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/%09/evil.example',
  '/%5cevil.example',
  '/%2f/evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/./\\evil.example',
  '/x/..//evil.example',
  '/;//evil.example',
  'http://evil.example',
  'https://evil.example',
  'https:evil.example',
  'https:/evil.example',
  'http:\\\\evil.example',
  '//evil.example@127.0.0.1',
  '//127.0.0.1@evil.example',
  '@evil.example',
  '/@evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  '/javascript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  '/account\r\nLocation: https://evil.example',
  '/account%0d%0aLocation:%20https://evil.example',
  '/account\r\n\r\n<script>',
  '//[::1]',
  '//evil。example',
  '/／evil.example',
  '/\u2028/evil.example',
  '.evil.example',
  ':80',
  '?//evil.example',
  '#//evil.example',
  '%2f%2fevil.example',
  '..',
  '',
]
const payloads = [
  ...elsewhere,
  ...elsewhere.map(each => `/transfer?next=${each}`),
  ...elsewhere.map(each => `/transfer/${each}`),
]

test('A-92 after the login the browser is on a path of this site, whichever of 100 addresses of other sites came as path, request line, parameter or referrer', async () => {
  await open()
  expect(payloads.length).toBeGreaterThan(100)
  const alice = site.person('alice')
  await alice.passBoth()
  const token = await alice.csrf('/account')
  const locations: string[] = []
  let kept = 0
  for (const payload of payloads) {
    site.clock.pass(301)
    const sendable = payload.replace(/[^\x21-\x7e]/g, each => encodeURIComponent(each))
    for (const target of [
      sendable.startsWith('/')
        ? sendable
        : `/transfer${sendable.startsWith('?') ? '' : '?'}${sendable}`,
      `http://evil.example/transfer?${sendable.replace(/^.*\?/, '')}`,
    ]) {
      const page = await raw(`GET ${target} HTTP/1.1`, {
        Host: 'evil.example',
        Cookie: alice.cookies.header,
        Referer: `https://evil.example/${sendable}`,
      })
      const [, location] = /^location: (.*)\r$/im.exec(page) ?? []
      if (location !== undefined) locations.push(location)
    }
    if (sendable.startsWith('/transfer?'))
      await raw(`GET ${sendable} HTTP/1.1`, {
        Host: new URL(site.url).host,
        Cookie: alice.cookies.header,
      })
    const code = await alice.askAndHearCode()
    const form = { _csrf: token, code, returnTo: payload, next: payload, redirect: payload }
    const answer = await alice.send(
      'POST',
      `/otp?returnTo=${encodeURIComponent(payload)}&next=${encodeURIComponent(payload)}`,
      { form, holdsCode: true },
    )
    expect(answer.status).toBe(303)
    if (answer.location.startsWith('/transfer?')) kept++
    locations.push(answer.location)
  }
  await alice.logOut()
  for (const payload of elsewhere) {
    const wrong = await alice.submitForm(
      '/login',
      `/login?returnTo=${encodeURIComponent(payload)}`,
      { username: 'alice', password: 'wrong', returnTo: payload },
    )
    expect([wrong.status, wrong.location]).toEqual([401, ''])
  }
  for (const location of locations) {
    expect(location).toMatch(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/)
    expect(new URL(location, site.url).origin).toBe(site.url)
  }
  expect(kept).toBeGreaterThan(30)
})

test('A-96 a code inside a body that cannot be parsed gets 400, 413 or 415 and is in no log, no error and no response', async () => {
  await open()
  const errors = captureErrors(site)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  const json = { 'Content-Type': 'application/json', Origin: site.url }
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const bodies: [string, Readonly<Record<string, string>>, number[]][] = [
    [`{"code":"${code}"`, json, [400]],
    [`{"code":${code}`, json, [400]],
    [`{code:"${code}"}`, json, [400]],
    [`"${code}"`, json, [400]],
    [code, json, [400]],
    [`{"code":"${code}"}}`, json, [400]],
    [`{"code":"${code}",}`, json, [400]],
    [`\ufeff\ufeff{"code":"${code}"}`, json, [400]],
    [`{"code":"${code}"}`, { ...json, 'Content-Type': 'application/json; charset=x' }, [415]],
    [`{"code":"${code}"}`, { ...json, 'Content-Encoding': 'gzip' }, [415]],
    [`{"code":"${code}"}${' '.repeat(5000)}`, json, [413]],
    [`{"code":["${code}"]}`, json, [400]],
    [`{"code":{"code":"${code}"}}`, json, [400]],
    [`[{"code":"${code}"}]`, json, [400]],
    [`code=${code}&${'a=&'.repeat(1100)}`, form, [413]],
    [`code=${code}`, { ...form, 'Content-Encoding': 'br' }, [415]],
    [
      `code=${code}`,
      { ...form, 'Content-Type': 'application/x-www-form-urlencoded; charset=x' },
      [415],
    ],
    [`code=${code}&code=${code}`, form, [403]],
    [`code[]=${code}`, form, [403]],
    [`%=${code}`, form, [403]],
  ]
  for (const [body, headers, expected] of bodies) {
    const path =
      headers === form || headers['Content-Type']?.startsWith('application/x-www')
        ? '/otp'
        : '/api/otp'
    const { status, text } = await alice.send('POST', path, { body, headers, holdsCode: true })
    expect([body.slice(0, 40), status]).toEqual([body.slice(0, 40), expect.toBeOneOf(expected)])
    expect(text).not.toContain(code)
  }
  // A client that closes the connection in the middle of the body.
  await new Promise<void>(resolve => {
    const socket = connect(Number(new URL(site.url).port), '127.0.0.1', () => {
      socket.write(
        `POST /api/otp HTTP/1.1\r\nHost: x\r\nOrigin: ${site.url}\r\nCookie: ${alice.cookies.header}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"code":"${code}"`,
        () => {
          setTimeout(() => {
            socket.destroy()
          }, 20)
        },
      )
    }).on('close', () => {
      resolve()
    })
  })
  expect(await alice.isIn()).toBe(false)
  const told = [
    ...site.output,
    ...site.logLines,
    JSON.stringify(site.events),
    ...errors.map(String),
  ].join('\n')
  expect(told).not.toContain(code)
  // These requests did not count as attempts.
  expect(site.comparisons()).toBe(0)
  expect((await alice.enterCode(code)).status).toBe(303)
})
