// SignalWire refuses, fails or returns nonsense: nobody is in, nobody is called twice, and nothing
// secret is revealed.
import { afterEach, expect, test, vi } from 'vitest'
import { errors as errorEntries } from 'passport-voice-otp'
import type { RestFault } from 'passport-voice-otp/simulator'
import {
  callsUnlimited,
  openSite,
  type Person,
  type Site,
  type SiteOptions,
} from '../support/watched-site.js'
import { Phone } from '../support/phone.js'
import {
  captureErrors,
  expectNoCredential,
  isFault,
  unfolded,
  watchProcess,
} from '../support/watch.js'

watchProcess()
vi.setConfig({ testTimeout: 120_000 })
let site: Site
let errors: readonly unknown[]
afterEach(async () => {
  await expectNoCredential(site, errors)
  await site.close()
})
async function open(options: SiteOptions = {}): Promise<Person> {
  site = await openSite({
    delayMilliseconds: [0, 0],
    limits: { ...callsUnlimited, callIntervalSeconds: 60 },
    ...options,
  })
  errors = captureErrors(site)
  return logIn('alice')
}
async function logIn(username: string): Promise<Person> {
  const person = site.person(username)
  await person.sendPassword()
  return person
}

const errorsOf = (code: string | number) => ({
  errors: [
    { code, message: 'To +12025550123 token PT', more_info: 'https://developer.signalwire.com' },
  ],
})
const flat = (code: string | number, status: number) => ({
  code,
  status,
  message: 'To +12025550123',
})
const html = '<html><body>502 Bad Gateway</body></html>'
const unavailable = [503, 'signalwire-unavailable'] as const
const refused = [403, 'phone-refused'] as const

/**
 * What SignalWire does, what the app returns, and whether no phone can ring, so that the next call
 * need not wait.
 */
const faults: [string, RestFault, readonly [number, string], boolean][] = [
  ...['21201', '21211', '21217', '21219', 'not_routable'].map(
    (code): [string, RestFault, typeof refused, boolean] => [
      `400 ${code}`,
      { status: 400, body: errorsOf(code) },
      refused,
      true,
    ],
  ),
  ['400 flat 21211, a number', { status: 400, body: flat(21211, 400) }, refused, true],
  ['400 21212', { status: 400, body: errorsOf('21212') }, unavailable, true],
  ['400 text', { status: 400, body: 'Bad Request' }, unavailable, true],
  ['401', { status: 401, body: flat(20003, 401) }, unavailable, true],
  ['401 text', { status: 401, body: 'Unauthorized' }, unavailable, true],
  ['402', { status: 402, body: flat(30002, 402) }, unavailable, true],
  ['403', { status: 403, body: errorsOf('20010') }, unavailable, true],
  ['404', { status: 404, body: {} }, unavailable, true],
  ['408', { status: 408, body: {} }, unavailable, false],
  [
    '422',
    { status: 422, body: { errors: [{ detail: 'x', status: 422, title: 'y', code: 'z' }] } },
    unavailable,
    true,
  ],
  ['429', { status: 429, body: flat('20429', 429) }, unavailable, true],
  ['429 html', { status: 429, body: html }, unavailable, true],
  ['500', { status: 500, body: flat(20500, 500) }, unavailable, false],
  ['500 with a code of a bad number', { status: 500, body: errorsOf('21211') }, unavailable, false],
  ['500 empty', { status: 500, body: '' }, unavailable, false],
  ['500 null', { status: 500, body: null }, unavailable, false],
  ['502 html', { status: 502, body: html }, unavailable, false],
  ['503', { status: 503, body: [] }, unavailable, false],
  [
    '400 with strange codes',
    { status: 400, body: { errors: [{ code: { a: 1 } }, null] } },
    unavailable,
    true,
  ],
  [
    '400 with a code like a number of a person',
    { status: 400, body: errorsOf('+12025550123 secret') },
    unavailable,
    true,
  ],
  ['301', { status: 301, body: '' }, unavailable, false],
  ['307', { status: 307, body: {} }, unavailable, false],
  ...(
    [
      html,
      '',
      'null',
      '[]',
      '"sid"',
      '{"sid":"',
      '{}',
      { sid: null },
      { sid: 5 },
      { sid: '' },
      { sid: '../../Messages' },
      { sid: 'x'.repeat(1000) },
      { sid: { toString: 'x' } },
      { status: 'queued' },
    ] as const
  ).map((body): [string, RestFault, typeof unavailable, boolean] => [
    `200 ${JSON.stringify(body).slice(0, 30)}`,
    { status: 200, body },
    unavailable,
    false,
  ]),
]
const requested = () =>
  site.simulator.requests.filter(
    ({ method, path }) => method === 'POST' && /\/(Calls|Messages|call|sms)(\.json)?$/.test(path),
  ).length

test('A-82 when SignalWire refuses a call or returns nonsense, the app returns the documented status and code after one request, nobody is in, and a phone that rings nevertheless says nothing secret', async () => {
  const alice = await open()
  for (const [name, calls, [status, code], mayAskAtOnce] of faults) {
    const before = requested()
    site.simulator.setFaults({ calls })
    const answer = await alice.api('/otp/call')
    site.simulator.clearFaults()
    expect([name, answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([
      name,
      status,
      code,
    ])
    expect([name, requested() - before]).toEqual([name, 1])
    const ringing = site.simulator.calls.find(call => call.status === 'ringing')
    if (ringing !== undefined) {
      expect(await new Phone(site, ringing.sid).answer()).toEqual([
        expect.stringContaining('no longer valid'),
      ])
    }
    expect((await alice.api('/otp', { code: '123456' })).status).toBe(401)
    expect([name, await alice.isIn()]).toEqual([name, false])
    const next = await alice.api('/otp/call')
    expect([name, next.status]).toEqual([name, mayAskAtOnce ? 202 : 429])
    for (const call of site.simulator.calls)
      if (call.status === 'ringing') await site.simulator.hangUp(call.sid)
    site.clock.pass(61)
  }
  expect(errors.filter(isFault)).toHaveLength(
    faults.filter(([, , [status]]) => status === 503).length,
  )
  expect(errors.map(unfolded).join('')).not.toContain('2025550123')
  expect(site.named('code.failed')).toHaveLength(faults.length)
  await alice.hearCode()

  // The page shows the error.
  site.clock.pass(61)
  site.simulator.setFaults({ calls: { status: 500 } })
  const page = await alice.askForCall()
  expect([page.status, page.text]).toEqual([
    503,
    expect.stringContaining(errorEntries['signalwire-unavailable'].message),
  ])
})

test('A-82 the other channels do the same, and a hosted check that SignalWire does not clearly confirm lets nobody in', async () => {
  for (const [channel, part] of [
    ['sms', 'messages'],
    ['hosted-call', 'mfa'],
    ['hosted-sms', 'mfa'],
  ] as const) {
    const alice = await open({ channels: [channel] })
    for (const [name, fault, [status, code]] of faults) {
      const before = requested()
      site.simulator.setFaults({ [part]: fault })
      const answer = await alice.api('/otp/call')
      site.simulator.clearFaults()
      expect([
        channel,
        name,
        answer.status,
        (JSON.parse(answer.text) as { code: string }).code,
        requested() - before,
      ]).toEqual([channel, name, status, code, 1])
      expect((await alice.api('/otp', { code: '123456' })).status).toBe(401)
      site.clock.pass(61)
    }
    expect([channel, await alice.isIn()]).toEqual([channel, false])
    if (part === 'mfa') await unclearChecks()
    await expectNoCredential(site, errors)
    if (channel !== 'hosted-sms') await site.close()
  }

  async function unclearChecks(): Promise<void> {
    const answers: [number, unknown, number][] = [
      [200, { success: 'true' }, 503],
      [200, { success: 1 }, 503],
      [200, {}, 503],
      [200, { verified: true }, 503],
      [200, '', 503],
      [200, html, 503],
      [200, 'null', 503],
      [200, [{ success: true }], 503],
      [200, 'true', 503],
      [201, { success: true }, 503],
      [200, { success: false }, 401],
      [204, '', 503],
      [400, { success: true }, 503],
      [401, { error: 'Unauthorized', success: true }, 503],
      [404, { success: true }, 401],
      [422, { success: true }, 503],
      [429, { success: true }, 503],
      [500, { success: true }, 503],
      [302, { success: true }, 503],
    ]
    for (const [status, body, expected] of answers) {
      const alice = await logIn('alice')
      expect((await alice.api('/otp/call')).status).toBe(202)
      const { code } = site.simulator.mfaRequests[0]!
      site.simulator.setFaults({ mfa: { status, body } })
      const answer = await alice.api('/otp', { code })
      site.simulator.clearFaults()
      expect([status, body, answer.status, await alice.isIn()]).toEqual([
        status,
        body,
        expected,
        false,
      ])
      await site.voiceOtp.unlock('alice')
      site.clock.pass(61)
    }
    const alice = await logIn('alice')
    await alice.api('/otp/call')
    expect((await alice.api('/otp', { code: site.simulator.mfaRequests[0]!.code })).status).toBe(
      200,
    )
    expect(await alice.isIn()).toBe(true)
  }
})
