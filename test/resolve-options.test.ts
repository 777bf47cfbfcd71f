import { inspect } from 'node:util'
import {
  BurstyRateLimiter,
  RateLimiterMemory,
  RateLimiterQueue,
  RateLimiterUnion,
  RLWrapperBlackAndWhite,
} from 'rate-limiter-flexible'
import { describe, expect, onTestFinished, test } from 'vitest'
import { languages, MemoryRememberStore, VoiceOtpStrategy } from 'passport-voice-otp'

const good = {
  appName: 'Acme',
  webhookUrl: 'https://acme.example/voice-otp',
  secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
  signalwire: {
    project: '11111111-2222-4333-8444-555555555555',
    token: 'PTtoken',
    space: 'acme.signalwire.com',
    from: '+12025550100',
    signingKey: 'PSKsigningkey',
  },
}
const make =
  (change: object, signalwire: object = {}) =>
  () =>
    new VoiceOtpStrategy(
      {
        ...good,
        ...change,
        signalwire:
          'signalwire' in change ? change.signalwire : { ...good.signalwire, ...signalwire },
      } as never,
      () => null,
    )

/** Sets a property of `Object.prototype` until the end of the test: a bug in an app could, too. */
function pollute(name: string, value: unknown): void {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false })
  onTestFinished(() => {
    Reflect.deleteProperty(Object.prototype, name)
  })
}

describe('the arguments of the constructor', () => {
  test('the constructor accepts the required options, and the strategy is named voice-otp', () => {
    expect(make({})().name).toBe('voice-otp')
  })

  test.each([undefined, null])('the constructor refuses %s in place of the options', options => {
    expect(() => new VoiceOtpStrategy(options as never, () => null)).toThrow(
      new TypeError('VoiceOtpStrategy needs an object of options as its first argument.'),
    )
  })

  test.each([undefined, null, 'phone', {}])(
    'the constructor refuses %s in place of the function getPhone',
    getPhone => {
      expect(() => new VoiceOtpStrategy(good as never, getPhone as never)).toThrow(
        /requires a getPhone function/,
      )
    },
  )
})

describe('wrong values of options', () => {
  test.each([
    ['a missing appName', { appName: undefined }, /^appName: give/],
    ['a blank appName', { appName: '  ' }, /^appName:/],
    ['an appName with a line break', { appName: 'A\nB' }, /^appName:/],
    ['an appName of 61 characters', { appName: 'x'.repeat(61) }, /^appName:/],
    ['a missing secret', { secret: undefined }, /^secret: give at least 32 random bytes/],
    ['an empty list of secrets', { secret: [] }, /^secret:/],
    ['a short secret', { secret: 'short' }, /^secret:/],
    ['a list with one short secret', { secret: [good.secret, 'short'] }, /^secret:/],
    ['a secret of one repeated letter', { secret: 'a'.repeat(40) }, /^secret:/],
    ['a short limiterSecret', { limiterSecret: 'x' }, /^limiterSecret:/],
    ['a missing webhookUrl', { webhookUrl: undefined }, /^webhookUrl:/],
    [
      'a webhookUrl without encryption',
      { webhookUrl: 'http://acme.example/voice-otp' },
      /^webhookUrl: give the https address/,
    ],
    ['a webhookUrl that is only a path', { webhookUrl: '/voice-otp' }, /^webhookUrl:/],
    ['a webhookUrl with another scheme', { webhookUrl: 'ftp://acme.example/x' }, /^webhookUrl:/],
    [
      'a webhookUrl with a query',
      { webhookUrl: 'https://acme.example/voice-otp?x=1' },
      /^webhookUrl: it must have no query/,
    ],
    [
      'a webhookUrl with an empty query',
      { webhookUrl: 'https://acme.example/voice-otp?' },
      /^webhookUrl: it must have no query/,
    ],
    [
      'a webhookUrl with an empty fragment',
      { webhookUrl: 'https://acme.example/voice-otp#' },
      /^webhookUrl: it must have no query, no fragment/,
    ],
    [
      'a webhookUrl with an empty part of its path',
      { webhookUrl: 'https://acme.example//voice-otp' },
      /^webhookUrl: .*no empty part/,
    ],
    [
      'a webhookUrl with a password',
      { webhookUrl: 'https://a:b@acme.example/voice-otp' },
      /^webhookUrl: .*no credentials/,
    ],
    [
      'a webhookUrl of 301 characters',
      { webhookUrl: `https://acme.example/${'x'.repeat(280)}` },
      /^webhookUrl: .*300 characters at most/,
    ],
    [
      'a webhookUrl without a path',
      { webhookUrl: 'https://acme.example' },
      /^webhookUrl: add a path/,
    ],
    ['a codeLength of 5', { codeLength: 5 }, /^codeLength: give a whole number from 6 to 10\.$/],
    ['a codeLength of 11', { codeLength: 11 }, /^codeLength:/],
    ['a codeLength of 6.5', { codeLength: 6.5 }, /^codeLength:/],
    [
      'a codeSeconds of 601',
      { codeSeconds: 601 },
      /^codeSeconds: give a whole number from 60 to 600/,
    ],
    ['a codeSeconds of 0', { codeSeconds: 0 }, /^codeSeconds:/],
    ['a negative codeSeconds', { codeSeconds: -1 }, /^codeSeconds:/],
    ['a codeSeconds of NaN', { codeSeconds: NaN }, /^codeSeconds:/],
    ['a codeSeconds as text', { codeSeconds: '300' }, /^codeSeconds:/],
    ['an unknown numberMatching', { numberMatching: 'match' }, /^numberMatching:/],
    ['an empty numberMatching', { numberMatching: '' }, /^numberMatching:/],
    ['a ringSeconds of 121', { ringSeconds: 121 }, /^ringSeconds:/],
    ['an unknown country', { countries: ['XX'] }, /^countries:/],
    ['countries as text', { countries: 'US' }, /^countries:/],
    ['a beforeCall that is no function', { beforeCall: true }, /^beforeCall: give a function/],
    ['a notifyUser that is no function', { notifyUser: 'e-mail' }, /^notifyUser: give a function/],
    ['a limiter that is no function', { limiter: {} }, /^limiter: give a function/],
    ['a userId that is no function', { userId: 'id' }, /^userId: give a function/],
    ['a clock without now()', { clock: {} }, /^clock:/],
    ['a clock that is null', { clock: null }, /^clock:/],
    ['limits that are no object', { limits: 5 }, /^limits: give an object/],
    [
      'an attemptsPerChallenge of 0',
      { limits: { attemptsPerChallenge: 0 } },
      /^limits\.attemptsPerChallenge: give a whole number from 1 to 10\.$/,
    ],
    [
      'an attemptsPerChallenge of false',
      { limits: { attemptsPerChallenge: false } },
      /^limits\.attemptsPerChallenge/,
    ],
    [
      'a limit of null',
      { limits: { callsPerUserHour: null } },
      /^limits\.callsPerUserHour: .*, or false for no limit\.$/,
    ],
    [
      'a window of more than 20 days',
      { limits: { consecutiveFailureSeconds: 1_728_001 } },
      /^limits\.consecutiveFailureSeconds: .*1,728,000/,
    ],
    [
      'a lockoutSeconds of false',
      { limits: { lockoutSeconds: false } },
      /^limits\.lockoutSeconds: .*1,728,000\.$/,
    ],
    [
      'an infinite limit of calls',
      { limits: { callsPerUserHour: Infinity } },
      /^limits\.callsPerUserHour: .*or false for no limit/,
    ],
    [
      'a function for a limit that does not depend on the number',
      { limits: { callsPerUserHour: () => 3 } },
      /^limits\.callsPerUserHour/,
    ],
    ['a missing signalwire', { signalwire: undefined }, /^signalwire: give/],
    ['an empty list of channels', { channels: [] }, /^channels: give a list/],
    ['an unknown channel', { channels: ['call', 'fax'] }, /^channels: give a list/],
    ['a channel that is named twice', { channels: ['call', 'call'] }, /^channels: give a list/],
    ['channels as text', { channels: 'call' }, /^channels: give a list/],
    ['an unknown language', { locale: 'xx-XX' }, /^locale: 'xx-XX' is not available\./],
    ['an empty list of languages', { locale: [] }, /^locale: give a language tag/],
    ['a locale that is a number', { locale: 7 }, /^locale: give a language tag/],
    ['prompts that are no object', { prompts: 'hello' }, /^prompts: give an object of languages/],
    [
      'prompts of a language that are no object',
      { prompts: { 'sv-SE': 7 } },
      /^prompts\['sv-SE'\]/,
    ],
    [
      'prompts whose text message is no function',
      { prompts: { 'sv-SE': { ...languages['en-US'], language: 'sv-SE', text: 'Your code' } } },
      /^prompts\['sv-SE'\]\.text:/,
    ],
    ['a trail that is no object', { trail: null }, /^trail: it has no add\(\)/],
    ['a trail without list', { trail: { add() {} } }, /^trail: it has no list\(\)/],
    [
      'a recovery whose removeAll is no function',
      { recovery: { save() {}, use() {}, removeAll: true } },
      /^recovery\.removeAll: give a function, or omit it/,
    ],
    ['a remember that is no object', { remember: 30 }, /^remember: give \{ days, store \}/],
    [
      'a remember of 31 days',
      { remember: { days: 31, store: new MemoryRememberStore() } },
      /^remember\.days: give a whole number from 1 to 30/,
    ],
    [
      'a remember without a store',
      { remember: { days: 30 } },
      /^remember\.store: it has no add\(\)/,
    ],
    [
      'a store without removeAll()',
      {
        remember: { days: 30, store: { add() {}, get() {}, rotate() {}, list() {}, remove() {} } },
      },
      /^remember\.store: it has no removeAll\(\)/,
    ],
    ['a recovery that is no object', { recovery: true }, /^recovery: give \{ save, use \}/],
    ['a phoneFallback that is text', { phoneFallback: 'no' }, /^phoneFallback: give true, false/],
    ['a recovery without use()', { recovery: { save() {} } }, /^recovery\.use: give a function/],
  ])('the constructor refuses %s', (_, change, message) => {
    expect(make(change)).toThrow(TypeError)
    expect(make(change)).toThrow(message)
  })

  test.each([
    ['an empty project', { project: '' }, /^signalwire\.project:/],
    ['a project that would leave its path', { project: '../x' }, /^signalwire\.project:/],
    ['a missing token', { token: undefined }, /^signalwire\.token:/],
    ['a token with a line break', { token: 'a\r\nb' }, /^signalwire\.token:/],
    ['a from that is a name', { from: 'Acme' }, /^signalwire\.from:/],
    ['a from that is no text', { from: 12025550100 }, /^signalwire\.from:/],
    ['a from without a country code', { from: '2025550100' }, /^signalwire\.from:/],
    ['a missing signingKey', { signingKey: undefined }, /^signalwire\.signingKey:/],
    ['an empty signingKey', { signingKey: '' }, /^signalwire\.signingKey:/],
    ['a signingKey of spaces', { signingKey: '        ' }, /^signalwire\.signingKey:/],
    ['a signingKey with spaces', { signingKey: 'PSK with spaces' }, /^signalwire\.signingKey:/],
    ['a signingKey with umlauts', { signingKey: 'PSKäöüxxxxx' }, /^signalwire\.signingKey:/],
    ['two signing keys, one empty', { signingKey: ['PSKsigningkey', ''] }, /^signalwire\.signing/],
    [
      'three signing keys',
      { signingKey: ['PSKsigningkey', 'PSKsigningkey', 'PSKsigningkey'] },
      /^signalwire\.signingKey:/,
    ],
    ['an empty list of signing keys', { signingKey: [] }, /^signalwire\.signingKey:/],
    ['a signingKey of true', { signingKey: true }, /^signalwire\.signingKey:/],
    ['a pace of 0', { callsPerSecond: 0 }, /^signalwire\.callsPerSecond: .*Infinity/],
    ['a pace as text', { callsPerSecond: '1' }, /^signalwire\.callsPerSecond:/],
    ['a pace of NaN', { callsPerSecond: NaN }, /^signalwire\.callsPerSecond:/],
    ['a pace of -Infinity', { callsPerSecond: -Infinity }, /^signalwire\.callsPerSecond:/],
    ['a pace of null', { callsPerSecond: null }, /^signalwire\.callsPerSecond:/],
    ['a pace of 1001', { callsPerSecond: 1001 }, /^signalwire\.callsPerSecond:/],
    ['a pace of 0.001', { callsPerSecond: 0.001 }, /^signalwire\.callsPerSecond:/],
    ['a price of 0', { maxPricePerMinute: 0 }, /^signalwire\.maxPricePerMinute:/],
    ['a price of 100', { maxPricePerMinute: 100 }, /^signalwire\.maxPricePerMinute:/],
    ['a price as text', { maxPricePerMinute: '0.01' }, /^signalwire\.maxPricePerMinute:/],
    [
      'a price with five decimals, which SignalWire refuses at every call',
      { maxPricePerMinute: 0.00125 },
      /^signalwire\.maxPricePerMinute: .*four decimals/,
    ],
    [
      'a price that JavaScript writes with an exponent',
      { maxPricePerMinute: 1e-7 },
      /^signalwire\.maxPricePerMinute:/,
    ],
    ['a space that is no text', { space: 7 }, /^signalwire\.space:/],
    ['an empty space', { space: '' }, /^signalwire\.space:/],
    ['a space of two labels', { space: 'acme.com' }, /^signalwire\.space:/],
    ['a space with a scheme', { space: 'https://acme.signalwire.com' }, /^signalwire\.space:/],
    ['a space without encryption', { space: 'http://acme.signalwire.com' }, /^signalwire\.space:/],
    ['a space with a path', { space: 'acme.signalwire.com/evil' }, /^signalwire\.space:/],
    [
      'a loopback space with a path',
      { space: 'http://127.0.0.1:3001/evil' },
      /^signalwire\.space:/,
    ],
    ['a loopback space with a query', { space: 'http://127.0.0.1:3001?x' }, /^signalwire\.space:/],
    ['a space with a user', { space: 'http://a@127.0.0.1:3001' }, /^signalwire\.space:/],
    [
      'a host that only begins like a loopback address',
      { space: 'http://127.0.0.1.evil.example' },
      /^signalwire\.space:/,
    ],
  ])('the constructor refuses in signalwire %s', (_, change, message) => {
    expect(make({}, change)).toThrow(TypeError)
    expect(make({}, change)).toThrow(message)
  })

  test('no message quotes a secret', () => {
    const secret = 'hunter2hunter2'
    for (const mistake of [
      make({ secret }),
      make({ limiterSecret: secret }),
      make({}, { token: `${secret} x` }),
      make({}, { signingKey: [secret, ''] }),
    ]) {
      expect(mistake).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret) }) as Error,
      )
    }
  })
})

describe('values that are allowed', () => {
  test.each([
    { webhookUrl: 'http://127.0.0.1:3000/voice-otp' },
    { webhookUrl: 'http://[::1]:3000/voice-otp' },
    { webhookUrl: 'https://ACME.example:443/voice-otp/' },
    { secret: [good.secret, `${good.secret}-older`] },
    {
      limits: { callsPerPhoneDay: () => 3, callsPerAppMinute: false, callIntervalSeconds: false },
    },
    { limits: { callsPerUserHour: undefined } },
    { countries: [] },
    { numberMatching: false },
    { numberMatching: 'any-key' },
    { beforeCall: undefined },
    { locale: ['de-DE', 'en-US'] },
    { clock: { now: () => 1 } },
  ])('the constructor accepts %o', change => {
    expect(make(change)).not.toThrow()
  })

  test.each(['acme', 'ACME.SignalWire.com', 'http://127.0.0.1:3001', 'http://localhost:3001'])(
    'the constructor accepts %s as signalwire.space',
    space => {
      expect(make({}, { space })).not.toThrow()
    },
  )

  test.each([0.0085, 0.5, 1, 99.9999])(
    'the constructor accepts a signalwire.maxPricePerMinute of %d',
    maxPricePerMinute => {
      expect(make({}, { maxPricePerMinute })).not.toThrow()
    },
  )
})

describe('names of options', () => {
  test.each([
    ['apName', { apName: 'x' }],
    ['appname', { appname: 'x' }],
    ['limits.attemptPerUser', { limits: { attemptPerUser: 5 } }],
    ['remember.day', { remember: { day: 30 } }],
    ['signalwire.tokn', { signalwire: { ...good.signalwire, tokn: 'x' } }],
  ])('the message for the unknown option %s lists the options', (name, change) => {
    expect(make(change)).toThrow(TypeError)
    expect(make(change)).toThrow(
      new RegExp(`^${name}: there is no such option\\. The options are: \\w+(, \\w+)+\\.$`),
    )
  })

  test('the list in the message has every option', () => {
    expect(make({ apName: 'x' })).toThrow(
      'apName: there is no such option. The options are: appName, webhookUrl, secret, signalwire, userId, required, channels, locale, prompts, announce, machineDetection, codeLength, codeSeconds, numberMatching, ringSeconds, longWaitSeconds, countries, approveAfterHours, limits, fraud, beforeCall, onEnroll, notifyUser, remember, recovery, trail, phoneFallback, limiter, limiterSecret, clock.',
    )
  })

  test.each([
    ['ways', ['call'], 'channels'],
    ['gate', 'match', 'numberMatching'],
    ['onEnrol', () => undefined, 'onEnroll'],
    ['counters', () => undefined, 'limiter'],
    ['counterSecret', good.secret, 'limiterSecret'],
    ['passReqToCallback', true, 'getPhone(user, req), which always gets the request'],
  ])('the message for the old option %s names the new one', (name, value, newName) => {
    expect(make({ [name]: value })).toThrow(
      new TypeError(`${name}: there is no such option. Use ${newName}.`),
    )
  })

  test.each([
    ['guessesPerChallenge', 'attemptsPerChallenge'],
    ['guessesPerUser', 'attemptsPerUser'],
    ['guessesPerUserSeconds', 'attemptsPerUserSeconds'],
    ['guessesInARow', 'maxConsecutiveFailures'],
    ['guessesInARowSeconds', 'consecutiveFailureSeconds'],
    ['pauseSeconds', 'lockoutSeconds'],
    ['callsPerNumberTenMinutes', 'callsPerPhoneTenMinutes'],
    ['callsPerNumberDay', 'callsPerPhoneDay'],
    ['enrolCallsPerNumberTenMinutes', 'enrollCallsPerPhoneTenMinutes'],
    ['enrolCallsPerNumberDay', 'enrollCallsPerPhoneDay'],
    ['enrolCallsPerAppMinute', 'enrollCallsPerAppMinute'],
  ])('the message for the old option limits.%s names the new one', (name, newName) => {
    expect(make({ limits: { [name]: 5 } })).toThrow(
      new TypeError(`limits.${name}: there is no such option. Use limits.${newName}.`),
    )
  })

  test('an option with the name of a method of objects is unknown', () => {
    expect(make({ toString: 'x' })).toThrow(/^toString: there is no such option\. The options are/)
  })
})

describe('a polluted Object.prototype', () => {
  test.each([
    ['appName', 'Evil', {}],
    ['codeSeconds', 'soon', {}],
    ['required', () => false, {}],
    ['channels', ['fax'], {}],
    ['remember', 7, {}],
    ['limits', 7, {}],
    ['attemptsPerUser', 'many', { limits: {} }],
    ['maxPricePerMinute', 'free', {}],
    ['days', 7, {}],
    ['digits', 7, { prompts: { 'sv-SE': { ...languages['en-US'], language: 'sv-SE' } } }],
  ])('the property %s of Object.prototype is no option', (name, value, change) => {
    pollute(name, value)
    expect(make(change)).not.toThrow()
  })

  test('a required option that only Object.prototype has is missing', () => {
    pollute('token', 'PTtoken')
    const { token: _, ...signalwire } = good.signalwire
    expect(make({ signalwire })).toThrow(/^signalwire\.token:/)
  })
})

describe('the option limiter', () => {
  const settings = { keyPrefix: 'x', points: 5, duration: 60 }
  const memory = () => new RateLimiterMemory(settings)
  /** Has what RateLimiterCluster has: a set() that throws, inherited from its abstract class. */
  class RateLimiterClusterWorker {
    consume() {}
    reward() {}
    get() {}
    set() {}
    delete() {}
  }
  class RateLimiterRedisNonAtomic extends RateLimiterClusterWorker {}

  test.each<[string, () => unknown, RegExp]>([
    ['RateLimiterCluster', () => new RateLimiterClusterWorker(), /RateLimiterCluster has no set/],
    [
      'RateLimiterUnion',
      () => new RateLimiterUnion(memory()),
      /RateLimiterUnion has no get\(\), set\(\), reward\(\) and delete\(\)/,
    ],
    [
      'BurstyRateLimiter',
      () => new BurstyRateLimiter(memory(), memory()),
      /BurstyRateLimiter has no set\(\), reward\(\) and delete\(\)/,
    ],
    [
      'RateLimiterQueue',
      () => new RateLimiterQueue(memory()),
      /RateLimiterQueue makes requests wait/,
    ],
    [
      'a limiter that does not count in one step',
      () => new RateLimiterRedisNonAtomic(),
      /RateLimiterRedisNonAtomic does not count in one atomic step/,
    ],
    [
      'a wrapper around RateLimiterUnion',
      () => Object.assign(new RLWrapperBlackAndWhite({ limiter: memory() }), { limiter: {} }),
      /the limiter has no consume\(\)/,
    ],
    [
      'a limiter without delete()',
      () => ({ consume() {}, reward() {}, get() {}, set() {} }),
      /the limiter has no delete\(\)/,
    ],
    [
      'an object without a prototype',
      () => Object.create(null) as object,
      /the limiter has no consume\(\)/,
    ],
    ['a promise', async () => memory(), /returned a promise instead of a limiter/],
    ['nothing', () => undefined, /returned no limiter/],
  ])('the constructor refuses a limiter function that returns %s', (_, limiter, message) => {
    expect(make({ limiter })).toThrow(TypeError)
    expect(make({ limiter })).toThrow(/^limiter: .*Return a limiter of rate-limiter-flexible/)
    expect(make({ limiter })).toThrow(message)
  })

  test('the constructor accepts a wrapper around a limiter with one store', () => {
    expect(
      make({
        limiter: (options: typeof settings) =>
          new RLWrapperBlackAndWhite({ limiter: new RateLimiterMemory(options) }),
      }),
    ).not.toThrow()
  })
})

describe('what an app can do with a strategy', () => {
  test('an app cannot change the list of channels', () => {
    const strategy = make({ channels: ['call', 'sms'] })()
    expect(() => {
      ;(strategy.channels as string[]).reverse()
    }).toThrow(TypeError)
    expect(strategy.channels).toEqual(['call', 'sms'])
  })

  test('printing a strategy prints no secret', () => {
    const strategy = make({ limiterSecret: 'm7Jq2WvT9xLc4RbZ8sKf1YhN6pDg3EaU' })()
    for (const text of [
      inspect(strategy, { depth: 20 }),
      JSON.stringify(strategy),
      inspect(Object.create(strategy), { depth: 20 }),
    ]) {
      for (const secret of [
        good.secret,
        'm7Jq2WvT9xLc4RbZ8sKf1YhN6pDg3EaU',
        'PTtoken',
        'PSKsigningkey',
      ])
        expect(text).not.toContain(secret)
    }
  })
})
