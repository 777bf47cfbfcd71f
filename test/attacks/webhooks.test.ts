// Webhooks that somebody else sends, or that are sent again or after the call.
import { afterEach, expect, test, vi } from 'vitest'
import { sign, type SentWebhook } from 'passport-voice-otp/simulator'
import {
  Browser,
  callsUnlimited,
  openSite,
  type Person,
  type Site,
  type SiteOptions,
} from '../support/watched-site.js'
import { Phone } from '../support/phone.js'
import { sendRaw } from '../support/raw.js'

vi.setConfig({ testTimeout: 120_000 })
let site: Site
afterEach(() => site.close())
const open = async (options: SiteOptions = {}) =>
  (site = await openSite({
    delayMilliseconds: [0, 0],
    limits: { ...callsUnlimited, reportedSeconds: false },
    ...options,
  }))

type Fields = Readonly<Record<string, string>>
const form = (fields: Fields): string => new URLSearchParams(fields).toString()
const signature = (url: string, fields: Fields, key = site.simulator.signalwire.signingKey) =>
  sign(key, url, fields)
const signedBy = (value: string): Fields => ({ 'X-SignalWire-Signature': value })
const typed = { 'Content-Type': 'application/x-www-form-urlencoded' }

/**
 * Sends a webhook and returns its status and body. The canary does not see it, because LaML may
 * hold a code.
 */
const ask = (path: string, body: string, headers: Fields, method = 'POST') =>
  new Browser({ url: site.url })
    .send(method, path, { body, headers: { ...typed, ...headers } })
    .then(({ status, text }) => [status, text] as const)
const askSigned = ({ url, fields }: Pick<SentWebhook, 'url' | 'fields'>, as = url) =>
  ask(new URL(url).pathname, form(fields), signedBy(signature(as, fields)))

const mayHoldCode = (text: string): boolean => /<Say[^>]*>[^<]*\d/.test(text)

/** Alice asks for a call and answers it: SignalWire has sent the first webhook. */
async function answered(): Promise<{
  alice: Person
  phone: Phone
  digits: string
  first: SentWebhook
}> {
  const alice = site.person('alice')
  await alice.logIn()
  await alice.askForCall()
  const digits = await alice.readDigits()
  const phone = await Phone.ringing(site)
  await phone.answer()
  return { alice, phone, digits, first: phone.call.webhooks[0]! }
}
/** Two digits that the page does not show. */
const other = (digits: string): string => String(10 + ((Number(digits) - 9) % 90))

test('A-68 a call that reaches voicemail, tones of a greeting or wrong keys ends without a digit of the code', async () => {
  await open()
  const alice = site.person('alice')
  await alice.logIn()
  // The keys that the greeting plays. They are never the two digits of the page, which voicemail
  // cannot see.
  const greetings: ((digits: string) => string | undefined)[] = [
    () => undefined,
    () => '1',
    () => '2',
    () => '1111',
    () => '#',
    () => '*0',
    () => '123456789',
    other,
    digits => `${digits[0]!}#`,
    digits => `${digits[1]!}${digits[0]!}x`,
    digits => `0${digits}`,
  ]
  for (const greeting of greetings) {
    site.simulator.setQueueDelay({ delayMs: 1000 })
    expect((await alice.askForCall()).status).toBe(303)
    const digits = await alice.readDigits()
    const played = greeting(digits)?.replace('x', digits[0] === digits[1] ? '9' : '')
    if (played?.startsWith(digits) === true) continue
    site.simulator.setPhone(
      '+12025550123',
      'voicemail',
      played === undefined ? {} : { keys: played },
    )
    await site.simulator.advance(1000)
    await site.simulator.idle()
    const call = site.simulator.calls[0]!
    expect([played, call.status, call.error]).toEqual([played, 'completed', null])
    expect(call.heard.join(' ')).not.toMatch(/\d/)
  }
  site.simulator.setQueueDelay({ delayMs: 0 })
  site.simulator.setPhone('+12025550123', 'manual')
  for (const wrong of [
    () => '1',
    () => '11#',
    other,
    (digits: string) => `${other(digits)}${digits}`,
  ]) {
    await alice.askForCall()
    const digits = await alice.readDigits()
    if (wrong(digits).startsWith(digits)) continue
    const phone = await Phone.ringing(site)
    await phone.answer()
    await phone.press(wrong(digits))
    await site.simulator.advance(20_000)
    expect(phone.call).toMatchObject({
      status: 'completed',
      error: null,
      waitingFor: null,
    })
    expect(phone.call.heard.join(' ')).not.toMatch(/\d/)
    // The right digits come too late: the tokens of the call are not valid any more.
    const { url, fields } = phone.call.webhooks.at(-1)!
    const [status, text] = await askSigned({ url, fields: { ...fields, Digits: digits } })
    expect([status, mayHoldCode(text)]).toEqual([200, false])
  }
})

/** The whole response without its date. */
const raw = async (path: string, headers: Fields, body: string): Promise<string> =>
  (
    await sendRaw(
      site.url,
      `POST ${path} HTTP/1.1`,
      { Host: new URL(site.url).host, ...typed, ...headers },
      body,
    )
  ).replace(/^date: .*$/im, 'Date')

test('A-71 a webhook that is unsigned, signed with another key or has a token that does not open gets 403 with the same bytes', async () => {
  await open()
  const {
    first: { url, fields },
    alice,
    phone,
    digits,
  } = await answered()
  const real = new URL(url).pathname
  const paths = [
    real,
    `${real.slice(0, -1)}${real.endsWith('A') ? 'B' : 'A'}`,
    `/voice-otp/${'A'.repeat(200)}`,
    '/voice-otp/x',
    '/voice-otp/',
    '/voice-otp/%00',
  ]
  const answers = new Map<string, string>()
  for (const path of paths) {
    const full = site.url + path
    const right = signature(full, fields)
    const wrong = signature(full, fields, `${site.simulator.signalwire.signingKey}x`)
    const headers: [string, Fields][] = [
      ['unsigned', {}],
      ['empty', signedBy('')],
      ['another key', signedBy(wrong)],
      ['no key', signedBy(signature(full, fields, ''))],
      ['the API token', signedBy(signature(full, fields, site.simulator.signalwire.token))],
      ['cut', signedBy(right.slice(0, -1))],
      ['longer', signedBy(`${right}=`)],
      ['two', signedBy(`${wrong}, ${right}`)],
      ['two that differ', { 'X-SignalWire-Signature': wrong, 'X-Twilio-Signature': right }],
      ['hexadecimal', signedBy(Buffer.from(right, 'base64').toString('hex'))],
      ['without the fields', signedBy(signature(full, {}))],
      ['of another path', signedBy(signature(`${site.url}/x`, fields))],
    ]
    for (const [name, header] of headers)
      answers.set(`${path} ${name}`, await raw(path, header, form(fields)))
    if (path !== real) answers.set(`${path} right`, await raw(path, signedBy(right), form(fields)))
  }
  expect(answers.size).toBeGreaterThan(70)
  expect([...new Set(answers.values())]).toEqual([expect.stringMatching(/^HTTP\/1\.1 403 /)])
  // The call goes on: only correctly signed webhooks count.
  await phone.press(digits)
  expect(await alice.enterCode(await alice.hearCode()).then(({ status }) => status)).toBe(303)
})

test('A-72 each of 200 changes of the signed string or of a field that the strategy reads is refused', async () => {
  await open()
  const {
    first: { url, fields },
    phone,
    digits,
  } = await answered()
  await phone.press(digits)
  const keyed = phone.call.webhooks[1]!
  const mutants: [string, string, Fields, string?][] = []
  const flip = (text: string, index: number): string =>
    text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
  for (const { url: asked, fields: sent } of [{ url, fields }, keyed]) {
    const { pathname } = new URL(asked)
    const right = signature(asked, sent)
    const body = form(sent)
    for (const [name, value] of Object.entries(sent)) {
      mutants.push(
        [pathname, form({ ...sent, [name]: `${value}0` }), signedBy(right)],
        [pathname, form({ ...sent, [name]: '' }), signedBy(right)],
        [
          pathname,
          form({
            ...sent,
            [name]: value.toLowerCase() === value ? value.toUpperCase() + ' ' : value.toLowerCase(),
          }),
          signedBy(right),
        ],
      )
      mutants.push(
        [pathname, body.replace(`${name}=`, `${name}2=`), signedBy(right)],
        [pathname, `${body}&${name}=${encodeURIComponent(value)}`, signedBy(right)],
        [
          pathname,
          form(Object.fromEntries(Object.entries(sent).filter(([each]) => each !== name))),
          signedBy(right),
        ],
      )
    }
    for (let index = 11; index < pathname.length; index += Math.ceil(pathname.length / 40))
      mutants.push([flip(pathname, index), body, signedBy(right)])
    for (let index = 0; index < right.length - 1; index += 2)
      mutants.push([pathname, body, signedBy(flip(right, index))])
    mutants.push(
      [`${pathname}?`, body, signedBy(right)],
      [`${pathname}?x=1`, body, signedBy(right)],
      [`${pathname}/`, body, signedBy(right)],
      [`${pathname}%20`, body, signedBy(right)],
      [`${pathname}=`, body, signedBy(right)],
    )
    mutants.push(
      [pathname, `${body}&More=1`, signedBy(right)],
      [pathname, '', signedBy(right)],
      [pathname, body, { ...signedBy(right), 'Content-Type': 'application/json' }],
    )
    mutants.push(
      [pathname, body.replace('CallSid=', 'CallSid=x&CallSid='), signedBy(right)],
      [pathname, `${body}&Digits=${digits}`, signedBy(right)],
      [pathname, body, signedBy(right.toLowerCase())],
    )
    // Correctly signed, but larger than any webhook.
    mutants.push([
      pathname,
      form({ ...sent, Padding: 'x'.repeat(5000) }),
      signedBy(signature(asked, { ...sent, Padding: 'x'.repeat(5000) })),
    ])
    // Correctly signed, but for another phone or for no number.
    for (const to of ['+12025550145', '', '12025550123', '+12025550123 ', '+1 202 555 0123'])
      mutants.push([
        pathname,
        form({ ...sent, To: to }),
        signedBy(signature(asked, { ...sent, To: to })),
      ])
  }
  expect(mutants.length).toBeGreaterThan(200)
  for (const mutant of mutants) expect([mutant, await ask(...mutant)]).toEqual([mutant, [403, '']])
  for (const method of ['GET', 'PUT', 'HEAD'])
    expect(
      (
        await ask(
          new URL(keyed.url).pathname,
          method === 'PUT' ? form(keyed.fields) : '',
          signedBy(signature(keyed.url, keyed.fields)),
          method,
        )
      )[0],
    ).toBe(405)
  // They did not use up the token of the honest webhook.
  const [status, text] = await askSigned(keyed)
  expect([status, mayHoldCode(text)]).toEqual([200, true])
  // The signed string has no separators between names and values. Other fields that give the same
  // string must not get the code.
  const { Digits: pressed = '', To: to = '', ...rest } = keyed.fields
  for (const recut of [
    { ...rest, To: to, [`Digits${pressed[0]!}`]: pressed.slice(1) },
    { ...rest, Digits: pressed, T: `o${to}` },
    { ...rest, Digits: pressed, [`To${to}`]: '' },
  ]) {
    const [, text] = await ask(
      new URL(keyed.url).pathname,
      form(recut),
      signedBy(signature(keyed.url, { ...rest, Digits: pressed, To: to })),
    )
    expect(mayHoldCode(text)).toBe(false)
  }
})

test('A-74 a signed webhook works three times at most when it is replayed, and gets nothing secret after success, after expiry and after a newer call', async () => {
  await open({ delayMilliseconds: [2, 25] })
  const { alice, phone, digits } = await answered()
  await phone.press(digits)
  const spelt = async (index: number, count: number) =>
    (
      await Promise.all(
        Array.from({ length: count }, () => site.simulator.refetch(phone.sid, index)),
      )
    ).filter(({ body }) => mayHoldCode(body)).length
  expect(await spelt(0, 20)).toBe(0)
  expect(await spelt(1, 20)).toBe(2)
  expect(await spelt(1, 20)).toBe(0)

  const after = async (end: (code: string) => Promise<unknown>): Promise<void> => {
    const code = await alice.hearCode()
    await end(code)
    const call = site.simulator.calls.find(({ heard }) =>
      heard.join(' ').includes(Array.from(code).join(', ')),
    )!
    for (const index of call.webhooks.keys()) {
      const { status, body } = await site.simulator.refetch(call.sid, index)
      expect([status, mayHoldCode(body), body.includes('<Gather')]).toEqual([200, false, false])
    }
  }
  await after(async () => {
    site.clock.pass(271)
  })
  await after(async () => {
    site.clock.pass(301)
  })
  await after(async () => {
    await alice.askForCall()
  })
  await after(async () => {
    await alice.logOut()
    await alice.logIn()
  })
  await after(async code => {
    for (let index = 0; index < 5; index++) await alice.enterCode(other(code).padStart(6, '0'))
    site.counters.flush()
  })
  await after(async code => {
    expect((await alice.enterCode(code)).status).toBe(303)
  })
})

test('A-80 a call has exactly its usual XML elements when the app name, the announcement and the language contain XML', async () => {
  const elementsOf = () =>
    site.simulator.calls[0]!.webhooks.map(({ body }) =>
      (body.match(/<[/?!]?[\w-]+/g) ?? []).join(' '),
    )
  await open({ announce: () => 'Your login from Berlin.' })
  const alice = site.person('alice')
  await alice.logIn()
  await alice.hearCode()
  const usual = elementsOf()
  await site.close()

  const evil = '</Say><Dial>+19005550100</Dial><Say>'
  const names = [
    evil,
    'A" voice="x',
    "A' onload='x",
    'A]]><Dial/>',
    'A<!--',
    'A&amp;&lt;Dial&gt;',
    'A&#60;Dial&#62;',
    '<![CDATA[x]]>',
    '<?xml version="1.0"?>',
    '&xxe; &#0;',
  ]
  for (const name of names) {
    await open({
      appName: name,
      announce: () => 'Your login from "Berlin" & \'Köln\' ]]&gt; &#60;Dial&#62;',
      locale: () => '"><Dial>+19005550100</Dial>',
    })
    const someone = site.person('alice')
    await someone.logIn()
    await someone.hearCode()
    expect(elementsOf()).toEqual(usual)
    const { error, heard } = site.simulator.calls[0]!
    expect([error, heard[0], heard[1]]).toEqual([
      null,
      `This is ${name} calling with your login code.`,
      'Your login from "Berlin" & \'Köln\' ]]&gt; &#60;Dial&#62;',
    ])
    await site.close()
  }
  // An announcement with angle brackets is left out, and the call continues without it.
  await open({ announce: () => evil })
  const last = site.person('alice')
  await last.logIn()
  await last.hearCode()
  expect(site.simulator.calls[0]!.heard.join(' ')).not.toContain('Dial')
  expect(site.events).toContainEqual({
    name: 'prompt.fallback',
    details: { userId: 'alice', what: 'announce', reason: 'malformed' },
  })
})
