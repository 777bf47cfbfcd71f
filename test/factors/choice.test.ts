// Which factor a user may use, and what a phone is not enough for.
import { inspect } from 'node:util'
import type { Request, Response } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import type { FactorOwnership, SecondFactorOptions, VoiceOtpError } from 'passport-voice-otp'
import { SessionStore } from '../support/stores.js'
import {
  acceptRight,
  createFactorWorld,
  type FactorWorld,
  type FactorWorldOptions,
  Probe,
  totpCode,
  totpStrategy,
} from '../support/factors.js'
import { type Person, secret, withCode } from '../support/world.js'

let world: FactorWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const now = Date.now()
/** What each user has. A test changes it. */
let owned: Record<string, FactorOwnership> = {}
const factors = (): FactorWorldOptions['factors'] => [
  [totpStrategy(), { name: 'app-code', amr: ['otp'], codeField: 'code' }],
  [new Probe(acceptRight), { name: 'passkey', amr: ['pop'], phishingResistant: true }],
]

async function open(
  options: FactorWorldOptions['options'] = {},
  has: Record<string, FactorOwnership> = {},
  more: NonNullable<FactorWorldOptions['factors']> = [],
  getPhone?: FactorWorldOptions['getPhone'],
) {
  owned = has
  const saved: string[] = []
  const store = new SessionStore()
  const opened = await createFactorWorld({
    factors: [...factors()!, ...more],
    store,
    has: (name, person) => owned[`${person.id} ${name}`] ?? false,
    options: { phoneFallback: true, ...options },
    ...(getPhone && { getPhone }),
    routes: (app, passport, strategy) => {
      const answer = (res: Response, work: Promise<unknown>) => {
        work.then(
          result => res.json(result ?? {}),
          (error: unknown) => {
            const { status, code } = error as VoiceOtpError
            res.status(status).json({ code })
          },
        )
      }
      app.get('/factors', (req, res) => {
        answer(res, strategy.availableFactors(req))
      })
      app.post('/factors/:name/:change', (req: Request, res) => {
        const { name, change } = req.params as { name: string; change: 'add' | 'remove' }
        answer(
          res,
          strategy.changeFactor(
            req,
            name,
            change,
            req.get('x-save') === 'none'
              ? (undefined as never)
              : async () => {
                  await Promise.resolve()
                  saved.push(`${change} ${name}`)
                  owned[`${(req.user as Person).id} ${name}`] = change === 'add' && {
                    since: new Date(opened.clock.now()),
                  }
                },
          ),
        )
      })
      app.post(
        '/vault',
        strategy.requireSecondFactor({ maxAge: 300, phishingResistant: true }),
        (_req, res) => {
          res.json({ opened: true })
        },
      )
      app.post(
        '/phone',
        passport.authenticate('voice-otp', {
          action: 'call',
          purpose: 'enroll',
          phone: (req: { body?: { phone?: unknown } }) => req.body?.phone,
        } as object) as never,
        (_req, res) => {
          res.status(202).json({})
        },
      )
    },
  })
  world = opened
  const list = async (agent: Agent) =>
    ((await agent.get('/factors')).body as { name: string }[]).map(({ name }) => name)
  const change = async (agent: Agent, name: string, what: string) => {
    const { status, body } = await agent.post(`/factors/${name}/${what}`)
    return status === 200 ? 'saved' : (body as { code: string }).code
  }
  const usePasskey = async (agent: Agent) => {
    await opened.begin(agent, 'passkey')
    return (await opened.answer(agent, 'passkey')).status
  }
  const usePhone = async (agent: Agent) =>
    (await agent.post('/otp').send({ code: await opened.hearCode(agent) })).status
  return { ...opened, list, change, usePasskey, usePhone, saved, store }
}
type Agent = ReturnType<FactorWorld['browser']>

describe('availableFactors lists what a user may use, the best first', () => {
  test('a passkey stands before an app code, a phone and a recovery code', async () => {
    const recovery = { save: () => undefined, use: () => undefined }
    const site = await open({ recovery }, { 'alice passkey': true, 'alice app-code': true })
    expect(await site.list(site.browser())).toEqual([])
    const alice = await site.logIn('alice')
    const all = ['passkey', 'app-code', 'phone', 'recovery']
    expect(await site.list(alice)).toEqual(all)
    expect((await alice.get('/factors')).body).toContainEqual({
      name: 'passkey',
      phishingResistant: true,
    })
    expect(await site.list(await site.logIn('bob'))).toEqual(['phone', 'recovery'])
    expect(await site.list(await site.logIn('dave'))).toEqual(['recovery'])
  })

  test('a phone on record that is not valid is not listed, and a getPhone that fails is an error', async () => {
    const phones = { alice: '+1 555', bob: undefined } as Record<string, unknown>
    const site = await open({}, { 'alice app-code': true }, [], ({ id }) => phones[id])
    expect(await site.list(await site.logIn('alice'))).toEqual(['app-code'])
    await (
      await site.logIn('bob')
    )
      .get('/factors')
      .expect(503)
      .expect(withCode('phone-lookup-failed'))
  })

  test('a phone that phoneFallback forbids is not listed, and a has() that fails is an error', async () => {
    const site = await open({ phoneFallback: false }, { 'alice passkey': true })
    const alice = await site.logIn('alice')
    expect(await site.list(alice)).toEqual(['passkey'])
    owned['alice passkey'] = 'yes' as never
    expect((await alice.get('/factors')).body).toEqual({ code: 'callback-failed' })
    for (const since of [new Date(NaN), 5]) {
      owned['alice passkey'] = { since: since as Date }
      expect((await alice.get('/factors')).body).toEqual({ code: 'callback-failed' })
    }
  })
})

describe('phoneFallback', () => {
  test('phoneFallback: false refuses calls and codes of a user with a passkey, and lets others call', async () => {
    const site = await open({ phoneFallback: false }, { 'alice passkey': true })
    const alice = await site.logIn('alice')
    const refused = { code: 'phone-not-allowed' }
    expect((await alice.post('/otp/call').expect(403)).body).toMatchObject(refused)
    expect(await site.usePasskey(alice)).toBe(200)
    expect((await alice.post('/otp/call').expect(403)).body).toMatchObject(refused)
    expect(await site.usePhone(await site.logIn('bob'))).toBe(200)
    expect(site.named('factor.fallback')).toEqual([])
  })

  test('a code that was sent before the user got a passkey is refused', async () => {
    const site = await open({ phoneFallback: false })
    const alice = await site.logIn('alice')
    const code = await site.hearCode(alice)
    owned['alice passkey'] = true
    await alice.post('/otp').send({ code }).expect(403)
    expect(await site.isIn(alice)).toBe(false)
  })

  test('true lets everybody call, and an event tells when the phone took the place of a passkey', async () => {
    const site = await open({}, { 'alice passkey': true })
    expect(await site.usePhone(await site.logIn('bob'))).toBe(200)
    expect(site.named('factor.fallback')).toEqual([])
    expect(await site.usePhone(await site.logIn('alice'))).toBe(200)
    expect(site.named('factor.fallback')).toEqual([
      { userId: 'alice', purpose: 'login', channel: 'call' },
    ])
  })

  test.each([
    ['true', () => true, 202],
    ['a promise of false', () => Promise.resolve(false), 403],
    ['undefined', () => undefined as unknown as boolean, 403],
    ['text', () => 'yes' as unknown as boolean, 403],
    ['an exception', () => Promise.reject(new Error('down')), 503],
  ])('a function decides for each user: %s', async (_name, phoneFallback, status) => {
    const site = await open({ phoneFallback }, { 'alice passkey': true })
    await (await site.logIn('alice')).post('/otp/call').expect(status)
  })

  test('an app code does not forbid the phone', async () => {
    const site = await open({ phoneFallback: false }, { 'alice app-code': true })
    expect(await site.usePhone(await site.logIn('alice'))).toBe(200)
  })
})

describe('two phishing-resistant factors', () => {
  const openBoth = async () => {
    const site = await open({ phoneFallback: false }, { 'alice passkey': true }, [
      [
        new Probe(acceptRight),
        {
          name: 'card',
          amr: ['hwk'],
          phishingResistant: true,
          has({ id }) {
            return owned[`${id} ${this.name}`] ?? false
          },
        },
      ],
    ])
    return { ...site, alice: await site.logIn('alice') }
  }

  test('one of them is enough to refuse the phone', async () => {
    const { alice } = await openBoth()
    await alice.post('/otp/call').expect(403)
  })

  test('a user of one adds the other only after using one', async () => {
    const site = await openBoth()
    owned['alice app-code'] = true
    await site.answer(site.alice, 'app-code', { code: totpCode() })
    expect(await site.change(site.alice, 'card', 'add')).toBe('phishing-resistant-required')
    await site.usePasskey(site.alice)
    expect(await site.change(site.alice, 'card', 'add')).toBe('saved')
  })

  test('ten failures of one lock out this one', async () => {
    const site = await openBoth()
    owned['alice card'] = true
    for (let i = 0; i < 10; i++) {
      await site.begin(site.alice, 'card')
      await site.answer(site.alice, 'card', { answer: 'wrong' })
    }
    await site.begin(site.alice, 'card')
    expect(await site.answer(site.alice, 'card')).toMatchObject({ code: 'locked' })
    expect(await site.usePasskey(site.alice)).toBe(200)
  })
})

test('a password thief cannot enroll a first phone for a user who has another factor', async () => {
  const site = await open({}, { 'dave app-code': true })
  const dave = await site.logIn('dave')
  await dave.post('/phone').send({ phone: '+12025550167' }).expect(401)
  expect(site.named('code.sent')).toEqual([])
  owned = {}
  await dave.post('/phone').send({ phone: '+12025550167' }).expect(202)
})

describe('requireSecondFactor({ phishingResistant: true })', () => {
  test('only a passkey satisfies it; the header of RFC 9470 names it by acr_values', async () => {
    const site = await open({}, { 'alice passkey': true, 'alice app-code': true })
    const alice = await site.logIn('alice')
    await alice.post('/vault').expect(401)
    await site.answer(alice, 'app-code', { code: totpCode() })
    const { headers, body } = await alice.post('/vault').expect(401)
    expect(headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", error_description="Confirm with your passkey or security key first.", acr_values="phr", max_age="300"',
    )
    expect(body).toMatchObject({ code: 'phishing-resistant-required', maxAge: 300 })
    await site.usePhone(alice)
    await alice.post('/vault').expect(401)
    await site.usePasskey(alice)
    await alice.post('/vault').expect(200)
    site.clock.offset += 301_000
    await alice.post('/vault').expect(401)
    await alice.get('/account').expect(200)
  })

  test('the first passkey of a user satisfies it only after 24 hours', async () => {
    const site = await open({}, { 'alice passkey': { since: new Date(now) } })
    const alice = await site.logIn('alice')
    await site.usePasskey(alice)
    expect(await site.isIn(alice)).toBe(true)
    await alice.post('/vault').expect(401)
    site.clock.offset += 86_300_000
    await site.usePasskey(alice)
    await alice.post('/vault').expect(401)
    site.clock.offset += 200_000
    await site.usePasskey(alice)
    await alice.post('/vault').expect(200)
  })

  test('phishingResistant must be true or false', async () => {
    const site = await open()
    expect(() => site.strategy.requireSecondFactor({ phishingResistant: 1 as never })).toThrow(
      TypeError,
    )
  })
})

describe('changeFactor', () => {
  test('a pending user cannot add a first passkey, and neither can a visitor', async () => {
    const site = await open()
    expect(await site.change(site.browser(), 'passkey', 'add')).toBe('second-factor-required')
    const alice = await site.logIn('alice')
    expect(await site.change(alice, 'passkey', 'add')).toBe('second-factor-required')
    expect(site.saved).toEqual([])
  })

  test('a first passkey may follow a phone code of the last five minutes', async () => {
    const site = await open()
    const alice = await site.logIn('alice')
    await site.usePhone(alice)
    site.clock.offset += 301_000
    expect(await site.change(alice, 'passkey', 'add')).toBe('second-factor-required')
    site.clock.offset -= 2000
    expect(await site.change(alice, 'passkey', 'add')).toBe('saved')
    expect(site.named('factor.added')).toEqual([{ userId: 'alice', factor: 'passkey' }])
    await site.usePasskey(alice)
    await alice.post('/vault').expect(401) // 24 hours
  })

  test('a thief of the number can neither add a second passkey nor remove the last one', async () => {
    const site = await open({}, { 'alice passkey': true, 'alice app-code': true })
    const thief = await site.logIn('alice')
    await site.usePhone(thief)
    expect(await site.change(thief, 'passkey', 'add')).toBe('phishing-resistant-required')
    expect(await site.change(thief, 'passkey', 'remove')).toBe('phishing-resistant-required')
    await site.answer(thief, 'app-code', { code: totpCode() })
    expect(await site.change(thief, 'passkey', 'remove')).toBe('phishing-resistant-required')
    expect(site.saved).toEqual([])
    expect(await site.change(thief, 'app-code', 'remove')).toBe('saved')
    await site.usePasskey(thief)
    expect(await site.change(thief, 'passkey', 'remove')).toBe('saved')
    expect(site.named('factor.removed')).toHaveLength(2)
  })

  test('a wrong name, a wrong change, no save and a save that fails are errors without an event', async () => {
    const site = await open()
    const alice = await site.logIn('alice')
    await site.usePhone(alice)
    expect(await site.change(alice, 'unknown', 'add')).toBe('configuration')
    expect(await site.change(alice, 'passkey', 'replace')).toBe('configuration')
    const { body } = await alice.post('/factors/passkey/add').set('x-save', 'none')
    expect(body).toEqual({ code: 'configuration' })
    site.saved.push = () => {
      throw new Error('the database is down')
    }
    expect(await site.change(alice, 'passkey', 'add')).toBe('callback-failed')
    expect(site.named('factor.added')).toEqual([])
  })
})

describe('sessions', () => {
  /** Changes the verification of the only session that has one. */
  const forge = (store: SessionStore, changes: object) => {
    for (const [id, text] of Object.entries(store.atRest)) {
      const session = JSON.parse(text) as { voiceOtp?: { verification?: object } }
      if (session.voiceOtp?.verification === undefined) continue
      Object.assign(session.voiceOtp.verification, changes)
      store.atRest[id] = JSON.stringify(session)
    }
  }

  test.each([
    ['a name that is not registered', { method: 'fingerprint' }],
    ['a property of every object', { method: 'constructor' }],
    ['no text', { method: 7 }],
    ['a time that is no number', { method: 'passkey', phishingResistantFrom: 'always' }],
  ])('a verification with a forged method is worthless: %s', async (_name, changes) => {
    const store = new SessionStore()
    world = await createFactorWorld({ factors: factors(), store, options: { phoneFallback: true } })
    const alice = await world.logIn('alice')
    await world.answer(alice, 'app-code', { code: totpCode() })
    expect(await world.isIn(alice)).toBe(true)
    forge(store, changes)
    expect(await world.isIn(alice)).toBe(false)
  })

  test('an app code never counts as a passkey, whatever the session says', async () => {
    const site = await open({}, { 'alice app-code': true })
    const alice = await site.logIn('alice')
    await site.answer(alice, 'app-code', { code: totpCode() })
    forge(site.store, { phishingResistantFrom: 0 })
    expect(await site.isIn(alice)).toBe(true)
    await alice.post('/vault').expect(401)
    owned['alice passkey'] = true
    expect(await site.change(alice, 'passkey', 'add')).toBe('phishing-resistant-required')
  })

  test('a session from before the first factor was registered stays logged in, and is no passkey', async () => {
    const site = await open({}, { 'alice passkey': true })
    const alice = await site.logIn('alice')
    await site.usePhone(alice)
    expect(await site.isIn(alice)).toBe(true)
    await alice.get('/transfer').expect(200)
    await alice.post('/vault').expect(401)
  })
})

describe('secondFactor() refuses at registration', () => {
  const good: SecondFactorOptions<Person> = { name: 'pin', amr: ['pin'], has: () => true }
  const register = (strategy: unknown, options: object) => {
    if (world === undefined) throw new Error('open() first')
    return () => world!.strategy.secondFactor(strategy as never, options as typeof good)
  }

  test.each<[string, unknown, RegExp]>([
    ['an arrow function as authenticate', { authenticate: () => undefined }, /class method/],
    [
      'a class field',
      new (class {
        authenticate = () => undefined
      })(),
      /class method/,
    ],
    ['no authenticate', {}, /has a method authenticate\(\), or a function/],
    ['nothing', undefined, /has a method authenticate\(\), or a function/],
    ['a class in place of its instance', Probe, /give an instance/],
  ])('secondFactor() refuses a strategy with %s', async (_name, strategy, message) => {
    await open()
    expect(register(strategy, good)).toThrow(message)
    expect(register(strategy, good)).toThrow(TypeError)
  })

  test.each<[string, object | undefined, RegExp]>([
    ['no options', undefined, /give \{ name, amr, has \}/],
    ['an unknown option', { ...good, code: 'x' }, /no such option/],
    ['no name', { ...good, name: undefined }, /name/],
    ['a name with a capital', { ...good, name: 'Pin' }, /name/],
    ['the name of a channel', { ...good, name: 'sms' }, /taken/],
    ['a reserved name', { ...good, name: 'remembered' }, /taken/],
    ['a name that is registered', { ...good, name: 'passkey' }, /taken/],
    ['no amr', { ...good, amr: [] }, /amr/],
    ['a wrong amr', { ...good, amr: ['a b'] }, /amr/],
    ['no has', { ...good, has: true }, /has/],
    ['a wrong phishingResistant', { ...good, phishingResistant: 'yes' }, /phishingResistant/],
    ['a wrong callback', { ...good, callback: 'POST' }, /callback/],
    ['a wrong codeField', { ...good, codeField: 'a[b]' }, /codeField/],
    ['a phishable passkey', { ...good, codeField: 'code', phishingResistant: true }, /codeField/],
    ['a code by GET', { ...good, codeField: 'code', callback: 'GET' }, /codeField/],
    ['hours without a passkey', { ...good, trustAfterHours: 1 }, /trustAfterHours/],
    ['481 hours', { ...good, phishingResistant: true, trustAfterHours: 481 }, /480/],
  ])('%s', async (_name, options, message) => {
    await open()
    expect(register(new Probe(acceptRight), options!)).toThrow(message)
    expect(register(new Probe(acceptRight), options!)).toThrow(TypeError)
  })

  test('a registered factor shows no secret when an app prints it', async () => {
    await open()
    const factor = register(new Probe(acceptRight), good)()
    expect(inspect(factor, { depth: 8 }) + JSON.stringify(factor)).not.toContain(secret)
    expect(Object.keys(factor)).toEqual(['name'])
  })

  test('a phishing-resistant factor, if the option phoneFallback is missing', async () => {
    world = await createFactorWorld()
    expect(register(new Probe(acceptRight), { ...good, phishingResistant: true })).toThrow(
      /phoneFallback: true, false or a function/,
    )
    expect(register(new Probe(acceptRight), good)).not.toThrow()
  })
})
