// One webhook by itself: a form for a token of ours goes in, and what SignalWire hears comes out.
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { languages, type VoiceOtpOptions, VoiceOtpStrategy } from 'passport-voice-otp'
import { createKeys } from '../../lib/crypto.js'
import { type Step, steps, type TokenContent } from '../../lib/call/token.js'
import { secret } from '../support/world.js'

const now = 1_000_000
const keys = createKeys([secret], secret)
const [english, german] = [languages['en-US'], languages['de-DE']]
const whole: TokenContent = {
  challengeId: 'c1',
  userId: 'alice',
  purpose: 'login',
  activation: 7,
  code: '123456',
  phone: '+12025550123',
  matchingDigits: '42',
  expiresAt: now + 300_000,
  languages: ['en-US'],
  repeatsLeft: 2,
}
const formType = 'application/x-www-form-urlencoded'

interface Given {
  readonly content?: Partial<TokenContent>
  readonly fields?: Readonly<Record<string, string>>
  readonly options?: Omit<Partial<VoiceOtpOptions<object>>, 'passReqToCallback'>
  /** The request, if it is no plain form. */
  readonly request?: object
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Answers what the webhook of this step answers, the content of the next one's token, and the events. */
async function ask(
  step: Step,
  { content = {}, fields = {}, options = {}, request = {} }: Given = {},
) {
  const activations = new Map<string, number>([[keys.storeName('user', 'alice'), 7]])
  const count = { consumedPoints: 1, msBeforeNext: 60_000 }
  const strategy = new VoiceOtpStrategy(
    {
      appName: 'Acme',
      webhookUrl: 'https://acme.example/voice-otp',
      secret,
      clock: { now: () => now },
      limiter: ({ keyPrefix }) => ({
        consume: () => Promise.resolve(count),
        reward: () => Promise.resolve(count),
        set: () => Promise.resolve(),
        get: key =>
          Promise.resolve(
            keyPrefix === 'voice-otp:active-challenge' && activations.has(key)
              ? { ...count, consumedPoints: activations.get(key)! }
              : null,
          ),
        delete: key => Promise.resolve(activations.delete(key)),
      }),
      signalwire: {
        project: '11111111-2222-4333-8444-555555555555',
        token: 'PTtoken',
        space: 'acme.signalwire.com',
        from: '+12025550100',
        signingKey: false,
      },
      ...options,
    },
    () => null,
  )
  const events: unknown[] = []
  for (const name of ['webhook.rejected', 'call.reported'] as const)
    strategy.events.on(name, (details: object) => {
      events.push({ name, ...details })
    })
  const token = keys.seal(step, { ...whole, ...content })
  const stream =
    'readableEnded' in request
      ? new EventEmitter()
      : Readable.from([
          Buffer.from(new URLSearchParams({ To: '+12025550123', ...fields }).toString()),
        ])
  const req = Object.assign(
    stream,
    {
      method: 'POST',
      headers: { 'content-type': formType },
      baseUrl: '/voice-otp',
      originalUrl: `/voice-otp/${token}`,
    },
    request,
  )
  const answer = await new Promise<Answer>((resolve, reject) => {
    const res = {
      writeHead: (status: number, headers: Answer['headers']) => ({
        end: (body: string) => {
          resolve({ status, headers, body })
        },
      }),
    }
    strategy.webhooks()(req as never, res as never, reject)
  })
  const [, next = ''] = /action="[^"]*\/([^"/]+)"/.exec(answer.body) ?? []
  return {
    ...answer,
    next: keys.open(next) as { readonly step: Step; readonly payload: TokenContent } | undefined,
    events,
    isActiveChallenge: activations.size === 1,
    req,
  }
}
const said = (sentence: string) => expect.stringContaining(`>${sentence}<`) as string

describe('the answer', () => {
  test('to an honest one is XML that nobody keeps, on a connection that stays', async () => {
    const { status, headers, body } = await ask(steps.open)
    expect({ status, headers }).toEqual({
      status: 200,
      headers: {
        'Content-Type': 'application/xml; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Length': Buffer.byteLength(body),
      },
    })
  })

  test('to any other is empty, and the connection ends', async () => {
    const { status, headers, body } = await ask(steps.open, { fields: { To: '+12025550145' } })
    expect({ status, body, headers }).toEqual({
      status: 403,
      body: '',
      headers: {
        'Content-Type': 'application/xml; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Length': 0,
        Connection: 'close',
      },
    })
  })

  test('to another method says which one', async () => {
    const { status, headers } = await ask(steps.open, { request: { method: 'PUT' } })
    expect([status, headers['Allow'], headers['Connection']]).toEqual([405, 'POST', 'close'])
  })

  test('when counters fail is empty too', async () => {
    const broken = () => Promise.reject(new Error('gone'))
    const { status, body, events } = await ask(steps.open, {
      options: {
        limiter: () => ({
          consume: broken,
          reward: broken,
          get: broken,
          set: broken,
          delete: broken,
        }),
      },
    })
    expect([status, body, events]).toEqual([
      503,
      '',
      [{ name: 'webhook.rejected', reason: 'limiter-unavailable' }],
    ])
  })

  test('where a time limit of the app answered first is nothing more', async () => {
    const res = {
      headersSent: true,
      get writeHead() {
        throw new Error('twice')
      },
    }
    const strategy = new VoiceOtpStrategy(
      {
        appName: 'Acme',
        webhookUrl: 'https://acme.example/voice-otp',
        secret,
        signalwire: {
          project: '11111111-2222-4333-8444-555555555555',
          token: 'PTtoken',
          space: 'acme.signalwire.com',
          from: '+12025550100',
          signingKey: 'PSKsigningkey',
        },
      },
      () => null,
    )
    const rejected = new Promise(resolve => {
      strategy.events.on('webhook.rejected', resolve)
    })
    strategy.webhooks()(
      { method: 'GET', headers: {}, baseUrl: '/voice-otp', originalUrl: '/voice-otp/x' } as never,
      res as never,
      () => undefined,
    )
    await rejected
    await new Promise(setImmediate) // an unhandled rejection would fail this run
  })
})

describe('a form', () => {
  test.each([formType, `${formType}; charset=utf-8`])(
    'of the type %s is read, with no listener of ours left',
    async type => {
      const { status, req } = await ask(steps.open, {
        request: { headers: { 'content-type': type } },
      })
      expect(status).toBe(200)
      expect(
        ['data', 'end', 'close'].map(
          name => req.listeners(name).filter(each => each.toString().includes('finish')).length,
        ),
      ).toEqual([0, 0, 0])
    },
  )

  test.each(['text/plain', `x${formType}`, undefined])('of the type %s is not', async type => {
    const { status, events } = await ask(steps.open, {
      request: { headers: { 'content-type': type } },
    })
    expect([status, events]).toEqual([403, [{ name: 'webhook.rejected', reason: 'body' }]])
  })

  test.each([
    ['as a parser made it', { To: '+12025550123', Digits: '42' }, 200],
    ['with a list in it', { To: '+12025550123', Digits: ['42'] }, 403],
    ['with a number in it', { To: '+12025550123', Digits: 42 }, 403],
    ['that is text', 'To=%2B12025550123', 403],
    ['that is nothing', undefined, 403],
    ['that is null', null, 403],
  ])('%s is as good, or is none', async (_name, body, expected) => {
    expect((await ask(steps.keys, { request: { readableEnded: true, body } })).status).toBe(
      expected,
    )
  })

  test.each(['error', 'close'])(
    'that ends with %s is none at once, and what its connection says later harms nobody',
    async name => {
      const req = new EventEmitter()
      const answered = ask(steps.open, {
        request: { on: req.on.bind(req), off: req.off.bind(req) },
      })
      // On the next turn the request is being read.
      await new Promise(setImmediate)
      expect(req.listenerCount(name)).toBeGreaterThan(0)
      let isAnswered = false
      void answered.then(() => {
        isAnswered = true
      })
      req.emit(name, new Error('reset'))
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      expect(isAnswered).toBe(true)
      expect((await answered).events).toEqual([{ name: 'webhook.rejected', reason: 'body' }])
      expect(['data', 'end', 'close'].map(each => req.listenerCount(each))).toEqual([0, 0, 0])
      expect(req.listenerCount('error')).toBe(1)
      req.emit('error', new Error('reset again'))
    },
  )
})

describe('somebody picks up', () => {
  test('and keys that come with it are none: nobody was asked', async () => {
    for (const Digits of ['0', '00']) {
      const { body, events, next } = await ask(steps.open, { fields: { Digits } })
      expect(body).toEqual(said(english.pressMatchingDigits))
      expect(next).toMatchObject({ step: steps.keys, payload: { code: '123456', repeatsLeft: 2 } })
      expect(events).toEqual([])
    }
  })

  test('30 seconds before the code ends hears it, and later that it is too late', async () => {
    expect((await ask(steps.open, { content: { expiresAt: now + 30_000 } })).body).toEqual(
      said(english.pressMatchingDigits),
    )
    expect((await ask(steps.open, { content: { expiresAt: now + 29_999 } })).body).toEqual(
      said(english.expired),
    )
  })

  test('the words of the app are said once, and never handed on', async () => {
    const { body, next } = await ask(steps.open, { content: { announcement: 'From a new phone.' } })
    expect(body).toContain('From a new phone.')
    expect(next?.payload).not.toHaveProperty('announcement')
  })

  test('a call without a gate reads the code at once, and asks nothing', async () => {
    const { body, next } = await ask(steps.open, { options: { numberMatching: false } })
    expect(body).toEqual(said('1, 2, 3, 4, 5, 6'))
    expect(next).toBeUndefined()
  })
})

describe('at the gate', () => {
  const pressed = (Digits: string, given: Given = {}) =>
    ask(steps.keys, { ...given, fields: { Digits } })

  test('the right digits hear the code; the code lives on', async () => {
    const { body, next, isActiveChallenge } = await pressed('42')
    expect(body).toEqual(said('1, 2, 3, 4, 5, 6'))
    expect(next).toMatchObject({ step: steps.again, payload: { repeatsLeft: 2 } })
    expect(isActiveChallenge).toBe(true)
  })

  test('with another language to choose, and one repeat left, they hear it in the one that was spoken, and may ask again', async () => {
    const { body, next } = await pressed('42', {
      content: { languages: ['en-US', 'de-DE'], repeatsLeft: 1 },
    })
    expect(body).toEqual(said(english.codeIs))
    expect(next).toMatchObject({
      step: steps.again,
      payload: { languages: ['en-US', 'de-DE'], repeatsLeft: 1 },
    })
  })

  test('a webhook that tells of no keys is none, and the code lives on', async () => {
    expect(await ask(steps.keys)).toMatchObject({
      status: 403,
      body: '',
      events: [{ name: 'webhook.rejected', reason: 'body' }],
      isActiveChallenge: true,
    })
  })

  test('with no repeat left they hear it, and are asked nothing more', async () => {
    const { body, next } = await pressed('42', { content: { repeatsLeft: 0 } })
    expect(body).toEqual(said('1, 2, 3, 4, 5, 6'))
    expect(next).toBeUndefined()
  })

  test.each([
    ['wrong ones', '24', {}],
    ['one of them', '4', {}],
    ['more of them', '421', {}],
    ['none', '', {}],
    ['one of a challenge that has one', '4', { content: { matchingDigits: '4' } }],
    ['none of a challenge that has none', '', { content: { matchingDigits: '' } }],
    ['any of a challenge without', '42', { content: { matchingDigits: undefined } }],
    ['none at a gate for any key', '', { options: { numberMatching: 'any-key' } }],
    ['key three without another language', '3', {}],
    [
      'key three with no change left',
      '3',
      { content: { languages: ['en-US', 'de-DE'], repeatsLeft: 0 } },
    ],
    [
      'key three for a language that is not known here',
      '3',
      { content: { languages: ['en-US', 'xx-XX'] } },
    ],
    [
      'key three where no gate is any more',
      '3',
      { content: { languages: ['en-US', 'de-DE'] }, options: { numberMatching: false } },
    ],
  ] satisfies readonly (readonly [string, string, Given])[])(
    '%s end the call and the code',
    async (_name, digits, given) => {
      const { status, body, next, isActiveChallenge } = await pressed(digits, given)
      expect([status, body]).toEqual([200, said(english.wrongDigits)])
      expect(body).not.toContain('1, 2, 3')
      expect(next).toBeUndefined()
      expect(isActiveChallenge).toBe(false)
    },
  )

  test('any key is enough where the app says so', async () => {
    expect((await pressed('7', { options: { numberMatching: 'any-key' } })).body).toEqual(
      said('1, 2, 3, 4, 5, 6'),
    )
  })

  test('key three speaks the next language, and leads back as long as a change is left', async () => {
    const { body, next } = await pressed('3', {
      content: { languages: ['en-US', 'de-DE', 'fr-FR'] },
    })
    expect(body).toEqual(said(german.pressMatchingDigits))
    expect(next).toMatchObject({
      step: steps.keys,
      payload: { languages: ['de-DE', 'fr-FR', 'en-US'], repeatsLeft: 1 },
    })
    const last = await pressed('3', {
      content: { languages: ['en-US', 'de-DE', 'fr-FR'], repeatsLeft: 1 },
    })
    expect(last.next).toMatchObject({ payload: { languages: ['de-DE'], repeatsLeft: 0 } })
  })

  test.each(['0', '00'])('%s is a report: the code dies, and the app is told', async digits => {
    const { body, events, isActiveChallenge } = await ask(steps.keys, {
      fields: { Digits: digits, CallSid: 'CA1' },
    })
    expect(body).toEqual(said(english.reported))
    expect(events).toEqual([
      { name: 'call.reported', userId: 'alice', purpose: 'login', callSid: 'CA1' },
    ])
    expect(isActiveChallenge).toBe(false)
  })

  test('a report counts until the code ends, and not from then on', async () => {
    expect((await pressed('0', { content: { expiresAt: now + 1 } })).events).toHaveLength(1)
    expect(await pressed('0', { content: { expiresAt: now } })).toMatchObject({
      events: [],
      isActiveChallenge: true,
    })
  })

  test('a language that nobody knows is spoken as the usual one', async () => {
    for (const spoken of [[], ['xx-XX']])
      expect((await pressed('42', { content: { languages: spoken } })).body).toEqual(
        said(english.codeIs),
      )
  })
})

describe('after the code', () => {
  const pressed = (Digits: string, content: Partial<TokenContent> = {}) =>
    ask(steps.again, { fields: { Digits }, content })

  test('one reads it again in the same language, also where there is another', async () => {
    const { body, next } = await pressed('1', { languages: ['en-US', 'de-DE'] })
    expect(body).toEqual(said('1, 2, 3, 4, 5, 6'))
    expect(body).toEqual(said(english.codeIs))
    expect(next).toMatchObject({
      step: steps.again,
      payload: { languages: ['en-US', 'de-DE'], repeatsLeft: 1 },
    })
  })

  test('two reads it digit by digit', async () => {
    const { body } = await pressed('2')
    expect(body).toEqual(said('1'))
    expect(body).not.toContain('1, 2')
  })

  test('three reads it in the other language', async () => {
    expect((await pressed('3', { languages: ['en-US', 'de-DE'] })).body).toEqual(
      said(german.codeIs),
    )
  })

  test.each([
    ['1', { repeatsLeft: 0 }],
    ['2', { repeatsLeft: 0 }],
    ['3', { repeatsLeft: 0, languages: ['en-US', 'de-DE'] }],
    ['3', {}],
    ['4', {}],
    ['', {}],
    ['9', { languages: ['en-US', 'de-DE'] }],
  ])('%j with %j says goodbye', async (digits, content) => {
    const { body, next, isActiveChallenge } = await pressed(digits, content)
    expect(body).toEqual(said(english.goodbye))
    expect(body).not.toContain('1, 2')
    expect(next).toBeUndefined()
    expect(isActiveChallenge).toBe(true)
  })

  test('the last repeat asks nothing more', async () => {
    const { body, next } = await pressed('1', { repeatsLeft: 1 })
    expect(body).toEqual(said('1, 2, 3, 4, 5, 6'))
    expect(next).toBeUndefined()
  })
})
