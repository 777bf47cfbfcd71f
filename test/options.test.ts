import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
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

describe('options are checked once, at construction, with a message that names the option and the mend', () => {
  test('the least that is needed is taken, and the name is voice-otp', () => {
    expect(make({})().name).toBe('voice-otp')
  })

  test.each([
    ['no options at all', undefined, /options object/],
    ['null', null, /options object/],
  ])('%s', (_, options, message) => {
    expect(() => new VoiceOtpStrategy(options as never, () => null)).toThrow(message)
  })

  test.each([undefined, null, 'phone', {}])('getPhone must be a function: %s', getPhone => {
    expect(() => new VoiceOtpStrategy(good, getPhone as never)).toThrow(
      /requires a getPhone function/,
    )
  })

  test.each([
    ['a misspelt option', { apName: 'x' }, /apName.*Did you mean appName\?/],
    ['an option in other case', { appname: 'x' }, /Did you mean appName\?/],
    [
      'an option nobody knows',
      { tune: 'x' },
      /tune: there is no such option\. The options are: appName/,
    ],
    ['no app name', { appName: undefined }, /^appName:/],
    ['a blank app name', { appName: '  ' }, /^appName:/],
    ['an app name with a line break', { appName: 'A\nB' }, /^appName:/],
    ['an app name that is too long', { appName: 'x'.repeat(61) }, /^appName:/],
    ['no secret', { secret: undefined }, /^secret: at least 32 random bytes/],
    ['no secrets', { secret: [] }, /^secret:/],
    ['a short secret', { secret: 'short' }, /^secret:/],
    ['a short one among them', { secret: [good.secret, 'short'] }, /^secret:/],
    ['a secret of one letter', { secret: 'a'.repeat(40) }, /^secret:/],
    ['a short counter secret', { limiterSecret: 'x' }, /^limiterSecret:/],
    ['no webhook URL', { webhookUrl: undefined }, /^webhookUrl:/],
    [
      'a webhook URL without encryption',
      { webhookUrl: 'http://acme.example/voice-otp' },
      /^webhookUrl: the https address/,
    ],
    ['a webhook path alone', { webhookUrl: '/voice-otp' }, /^webhookUrl:/],
    [
      'a webhook URL with a query',
      { webhookUrl: 'https://acme.example/voice-otp?x=1' },
      /^webhookUrl: no query/,
    ],
    [
      'a webhook URL with an empty query',
      { webhookUrl: 'https://acme.example/voice-otp?' },
      /^webhookUrl: no query/,
    ],
    [
      'a webhook URL with an empty fragment',
      { webhookUrl: 'https://acme.example/voice-otp#' },
      /^webhookUrl: no query/,
    ],
    [
      'a webhook URL with an empty part',
      { webhookUrl: 'https://acme.example//voice-otp' },
      /^webhookUrl:/,
    ],
    [
      'a webhook URL with a password',
      { webhookUrl: 'https://a:b@acme.example/voice-otp' },
      /^webhookUrl: no query, fragment or credentials/,
    ],
    [
      'a webhook URL that is the whole site',
      { webhookUrl: 'https://acme.example' },
      /^webhookUrl: add a path/,
    ],
    ['another scheme', { webhookUrl: 'ftp://acme.example/x' }, /^webhookUrl:/],
    ['a short code', { codeLength: 5 }, /^codeLength: a whole number from 6 to 10/],
    ['a long code', { codeLength: 11 }, /^codeLength:/],
    ['half a digit', { codeLength: 6.5 }, /^codeLength:/],
    [
      'a code that lives too long',
      { codeSeconds: 601 },
      /^codeSeconds: a whole number from 60 to 600/,
    ],
    ['a code without a life', { codeSeconds: 0 }, /^codeSeconds:/],
    ['a negative life', { codeSeconds: -1 }, /^codeSeconds:/],
    ['a life that is no number', { codeSeconds: NaN }, /^codeSeconds:/],
    ['a life as text', { codeSeconds: '300' }, /^codeSeconds:/],
    ['a gate nobody knows', { numberMatching: 'open' }, /^gate:/],
    ['endless ringing', { ringSeconds: 121 }, /^ringSeconds:/],
    ['a country nobody knows', { countries: ['XX'] }, /^countries:/],
    ['a country as text', { countries: 'US' }, /^countries:/],
    ['a hook that is no function', { beforeCall: true }, /^beforeCall: a function/],
    ['counters that are no function', { counters: {} }, /^counters: a function/],
    ['a clock without now', { clock: {} }, /^clock:/],
    ['limits that are no object', { limits: 5 }, /^limits: an object/],
    [
      'a limit nobody knows',
      { limits: { guesses: 5 } },
      /limits\.guesses: there is no such option/,
    ],
    [
      'no guesses',
      { limits: { attemptsPerChallenge: 0 } },
      /^limits\.attemptsPerChallenge: a whole number from 1 to 10/,
    ],
    [
      'guesses without end',
      { limits: { attemptsPerChallenge: false } },
      /^limits\.attemptsPerChallenge/,
    ],
    [
      'a window of more than 20 days',
      { limits: { consecutiveFailureSeconds: 1_728_001 } },
      /^limits\.consecutiveFailureSeconds.*1,728,000/,
    ],
    ['a window without end', { limits: { pauseSeconds: false } }, /^limits\.pauseSeconds/],
    [
      'an endless number of calls',
      { limits: { callsPerUserHour: Infinity } },
      /^limits\.callsPerUserHour.*or false for no limit/,
    ],
    [
      'a limit of the user as a function of the number',
      { limits: { callsPerUserHour: () => 3 } },
      /^limits\.callsPerUserHour/,
    ],
    ['no Space', { signalwire: undefined }, /^signalwire: give/],
    ['no ways', { channels: [] }, /^ways: a list/],
    ['a way nobody knows', { channels: ['call', 'fax'] }, /^ways: a list/],
    ['a way twice', { channels: ['call', 'call'] }, /^ways: a list/],
    ['ways as text', { channels: 'call' }, /^ways: a list/],
    ['a language nobody speaks here', { locale: 'xx-XX' }, /^locale: 'xx-XX' is not spoken here/],
    ['no languages', { locale: [] }, /^locale: a language tag/],
    ['a language that is none', { locale: 7 }, /^locale: a language tag/],
    ['words that are no object', { prompts: 'hello' }, /^prompts: an object of languages/],
    [
      'a text message that is no function',
      { prompts: { 'sv-SE': { ...languages['en-US'], language: 'sv-SE', text: 'Your code' } } },
      /^prompts\['sv-SE'\]\.text: a function of name and code/,
    ],
    ['remembered browsers that are no object', { remember: 30 }, /^remember: \{ days, store \}/],
    [
      'remembered browsers for ever',
      { remember: { days: 31, store: new MemoryRememberStore() } },
      /^remember\.days: a whole number from 1 to 30/,
    ],
    [
      'remembered browsers nowhere',
      { remember: { days: 30 } },
      /^remember\.store: it has no add\(\)/,
    ],
    [
      'a store that cannot forget',
      {
        remember: { days: 30, store: { add() {}, get() {}, rotate() {}, list() {}, remove() {} } },
      },
      /^remember\.store: it has no removeAll\(\)/,
    ],
    [
      'a misspelt part of them',
      { remember: { day: 30 } },
      /^remember\.day: there is no such option\. Did you mean remember\.days\?/,
    ],
    ['recovery codes that are no object', { recovery: true }, /^recovery: \{ save, use \}/],
    [
      'recovery codes that nobody uses up',
      { recovery: { save() {} } },
      /^recovery\.use: a function/,
    ],
  ])('%s', (_, change, message) => {
    expect(make(change)).toThrow(TypeError)
    expect(make(change)).toThrow(message)
  })

  test.each([
    ['a misspelt one', { tokn: 'x' }, /signalwire\.tokn.*Did you mean signalwire\.token\?/],
    ['no project', { project: '' }, /^signalwire\.project:/],
    ['a project that leaves its path', { project: '../x' }, /^signalwire\.project:/],
    ['no token', { token: undefined }, /^signalwire\.token:/],
    ['a token with a line break', { token: 'a\r\nb' }, /^signalwire\.token:/],
    ['a from that is no number', { from: 'Acme' }, /^signalwire\.from:/],
    ['a from that is no text', { from: 12025550100 }, /^signalwire\.from:/],
    ['a from without a country code', { from: '2025550100' }, /^signalwire\.from:/],
    ['no signing key', { signingKey: undefined }, /^signalwire\.signingKey:/],
    ['an empty signing key', { signingKey: '' }, /^signalwire\.signingKey:/],
    ['an empty one among two', { signingKey: ['PSKsigningkey', ''] }, /^signalwire\.signingKey:/],
    [
      'three signing keys',
      { signingKey: ['PSKsigningkey', 'PSKsigningkey', 'PSKsigningkey'] },
      /^signalwire\.signingKey:/,
    ],
    ['true for a signing key', { signingKey: true }, /^signalwire\.signingKey:/],
    ['a price of nothing', { maxPricePerMinute: 0 }, /^signalwire\.maxPricePerMinute:/],
    ['a price beyond belief', { maxPricePerMinute: 100 }, /^signalwire\.maxPricePerMinute:/],
    ['a Space that is no text', { space: 7 }, /^signalwire\.space:/],
    ['no Space name', { space: '' }, /^signalwire\.space:/],
    [
      'a host of two labels, which the client would double',
      { space: 'acme.com' },
      /^signalwire\.space:/,
    ],
    [
      'a Space with a scheme, which the client would double',
      { space: 'https://acme.signalwire.com' },
      /^signalwire\.space:/,
    ],
    ['a Space without encryption', { space: 'http://acme.signalwire.com' }, /^signalwire\.space:/],
    ['a Space with a path', { space: 'acme.signalwire.com/evil' }, /^signalwire\.space:/],
    [
      'a loopback Space with a path',
      { space: 'http://127.0.0.1:3001/evil' },
      /^signalwire\.space:/,
    ],
    ['a Space with a user', { space: 'http://a@127.0.0.1:3001' }, /^signalwire\.space:/],
    [
      'a host that only begins like loopback',
      { space: 'http://127.0.0.1.evil.example' },
      /^signalwire\.space:/,
    ],
  ])('signalwire: %s', (_, change, message) => {
    expect(make({}, change)).toThrow(TypeError)
    expect(make({}, change)).toThrow(message)
  })

  test.each([
    { webhookUrl: 'http://127.0.0.1:3000/voice-otp' },
    { webhookUrl: 'http://[::1]:3000/voice-otp' },
    { webhookUrl: 'https://ACME.example:443/voice-otp/' },
    { secret: [good.secret, `${good.secret}-older`] },
    {
      limits: { callsPerPhoneDay: () => 3, callsPerAppMinute: false, callIntervalSeconds: false },
    },
    { countries: [] },
    { numberMatching: false },
    { beforeCall: undefined },
  ])('is taken: %o', change => {
    expect(make(change)).not.toThrow()
  })

  test.each(['acme', 'ACME.SignalWire.com', 'http://127.0.0.1:3001', 'http://localhost:3001'])(
    'is a Space: %s',
    space => {
      expect(make({}, { space })).not.toThrow()
    },
  )

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

describe('what is set stays as it was set', () => {
  test('nobody who is shown the ways can put a weaker one first', () => {
    const channels = ['call', 'sms'] as const
    const strategy = make({ channels })()
    expect(() => {
      ;(strategy.channels as string[]).reverse()
    }).toThrow(TypeError)
    expect(strategy.channels).toEqual(['call', 'sms'])
  })

  test('whoever prints a strategy prints no secret of it', () => {
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

  test.each(['        ', 'PSK with spaces', 'PSK\u00e4\u00f6\u00fcxxxxx'])(
    'a signing key of nothing but odd characters is none: %j',
    signingKey => {
      expect(make({}, { signingKey })).toThrow(/^signalwire\.signingKey:/)
    },
  )
})
