// The environment of the example: what it means, and a sentence for every mistake.
import { describe, expect, test } from 'vitest'
import { ConfigError, withVariableNames, readConfig } from '../../example/support/config.js'
import { createUsers, demoPassword, demoPeople, realPeople } from '../../example/stores/users.js'

const secret = 'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA'
const space = {
  SIGNALWIRE_PROJECT: 'b08dacad-e1f6-4e6d-8a94-0c5a5c5e4e1c',
  SIGNALWIRE_TOKEN: 'PT1234',
  SIGNALWIRE_SPACE: 'acme.signalwire.com',
  SIGNALWIRE_NUMBER: '+12025550100',
  SIGNALWIRE_SIGNING_KEY: 'PSK_1234567890',
}
const real = { ...space, PUBLIC_URL: 'https://acme.example' }
const production = {
  ...real,
  NODE_ENV: 'production',
  SESSION_SECRET: secret,
  VOICE_OTP_SECRET: secret,
}
const simulated = {
  ...space,
  SIMULATOR_URL: 'http://127.0.0.1:3001',
  SIGNALWIRE_SPACE: 'http://127.0.0.1:3001',
}

describe('what is read', () => {
  test('without variables, the demo is on port 3000 and its phones are on the next port', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      port: 3000,
      simulatorPort: 3001,
      isReal: false,
      host: '127.0.0.1',
      hasGeneratedSecrets: true,
    })
    expect([
      config.signalwire,
      config.publicUrl,
      config.simulatorUrl,
      config.redisUrl,
      config.demoPhone,
    ]).toEqual([undefined, undefined, undefined, undefined, undefined])
    expect(config.sessionSecret).not.toEqual(readConfig({}).sessionSecret)
  })

  test('an empty variable counts as not set', () => {
    expect(readConfig({ PORT: ' ', SESSION_SECRET: '', SIGNALWIRE_TOKEN: '  ' })).toMatchObject({
      port: 3000,
      isReal: false,
    })
  })

  test('PORT and SIMULATOR_PORT set the ports', () => {
    expect(readConfig({ PORT: '4000' })).toMatchObject({ port: 4000, simulatorPort: 4001 })
    expect(readConfig({ PORT: '4000', SIMULATOR_PORT: '5000' })).toMatchObject({
      port: 4000,
      simulatorPort: 5000,
    })
    expect(readConfig({ PORT: '0' })).toMatchObject({ port: 0, simulatorPort: 0 })
  })

  test('the SIGNALWIRE_* variables set the Space', () => {
    expect(readConfig(real)).toMatchObject({
      isReal: true,
      publicUrl: 'https://acme.example',
      countries: ['US'],
      signalwire: {
        project: space.SIGNALWIRE_PROJECT,
        token: 'PT1234',
        space: 'acme.signalwire.com',
        from: '+12025550100',
        signingKey: 'PSK_1234567890',
      },
    })
  })

  test('DEMO_PHONE is read in any spelling, and its country may be called', () => {
    expect(readConfig({ ...real, DEMO_PHONE: '+49 (30) 123456' })).toMatchObject({
      demoPhone: '+4930123456',
      countries: ['US', 'DE'],
    })
  })

  test('with a Space, a HOSTNAME with a dot replaces PUBLIC_URL', () => {
    expect(readConfig({ ...space, HOSTNAME: 'acme.example' }).publicUrl).toBe(
      'https://acme.example',
    )
    expect(readConfig({ ...space, HOSTNAME: 'https://acme.example' }).publicUrl).toBe(
      'https://acme.example',
    )
    for (const HOSTNAME of ['other.example', 'Jürgens-Mac.local'])
      expect(readConfig({ ...real, HOSTNAME }).publicUrl).toBe('https://acme.example')
    expect(readConfig({ HOSTNAME: 'laptop.local' }).publicUrl).toBeUndefined()
    expect(() => readConfig({ ...space, HOSTNAME: 'b08dacad' })).toThrow('PUBLIC_URL is missing')
  })

  test('a simulator that is already running replaces a Space, and its address may be set in one variable', () => {
    expect(readConfig(simulated)).toMatchObject({
      isReal: false,
      simulatorUrl: 'http://127.0.0.1:3001',
      signalwire: { space: 'http://127.0.0.1:3001' },
    })
    expect(readConfig({ ...simulated, SIGNALWIRE_SPACE: '' })).toMatchObject({
      isReal: false,
      signalwire: { space: 'http://127.0.0.1:3001' },
    })
  })

  test('secrets can be rotated', () => {
    expect(
      readConfig({ VOICE_OTP_SECRET: `${secret}, ${secret}x`, SESSION_SECRET: secret }),
    ).toMatchObject({
      sessionSecret: [secret],
      secrets: [secret, `${secret}x`],
      hasGeneratedSecrets: false,
    })
  })

  test('in production with a Space, the app listens on all interfaces', () => {
    expect(readConfig(production)).toMatchObject({ host: undefined, isReal: true })
  })

  test('DEMO=true allows the demo in production: it listens on all IPv4 interfaces and generates its secrets', () => {
    for (const environment of [{}, simulated])
      expect(readConfig({ ...environment, NODE_ENV: 'production', DEMO: 'true' })).toMatchObject({
        host: '0.0.0.0',
        isReal: false,
        hasGeneratedSecrets: true,
      })
    expect(readConfig({ DEMO: 'true' }).host).toBe('127.0.0.1')
    expect(readConfig({ DEMO: 'false' }).host).toBe('127.0.0.1')
    expect(readConfig({ ...production, DEMO: 'true' })).toMatchObject({
      host: undefined,
      isReal: true,
    })
  })
})

describe('a mistake is one sentence that names the variable and the fix', () => {
  test.each<[NodeJS.ProcessEnv, string]>([
    [{ PORT: 'http' }, 'PORT is not a port: set a whole number from 0 (any free port) to 65535.'],
    [{ PORT: '65536' }, 'PORT is not a port: set a whole number from 0 (any free port) to 65535.'],
    [{ PORT: '-1' }, 'PORT is not a port: set a whole number from 0 (any free port) to 65535.'],
    [
      { SIMULATOR_PORT: '1e3' },
      'SIMULATOR_PORT is not a port: set a whole number from 0 (any free port) to 65535.',
    ],
    [
      { PORT: '65535' },
      'SIMULATOR_PORT is not a port: set a whole number from 0 (any free port) to 65535.',
    ],
    [
      { SIMULATOR_URL: 'https://acme.example' },
      'SIMULATOR_URL: set the loopback address of a running simulator without a path, for example http://127.0.0.1:3001',
    ],
    [
      { SIMULATOR_URL: 'http://127.0.0.1:3001' },
      'SIGNALWIRE_PROJECT, SIGNALWIRE_TOKEN, SIGNALWIRE_NUMBER, SIGNALWIRE_SIGNING_KEY are missing: to use the simulator at SIMULATOR_URL, set the values that it printed when it started.',
    ],
    [
      { ...simulated, SIGNALWIRE_SPACE: 'acme.signalwire.com' },
      'SIGNALWIRE_SPACE and SIMULATOR_URL name two different Spaces: remove one of them.',
    ],
    [
      { PUBLIC_URL: 'http://acme.example' },
      'PUBLIC_URL: set the address without a path, for example https://acme.example (http only for loopback addresses).',
    ],
    [
      { PUBLIC_URL: 'https://acme.example/app' },
      'PUBLIC_URL: set the address without a path, for example https://acme.example (http only for loopback addresses).',
    ],
    [
      { PUBLIC_URL: 'acme.example' },
      'PUBLIC_URL: set the address without a path, for example https://acme.example (http only for loopback addresses).',
    ],
    [
      { ...space, HOSTNAME: 'acme.example/app' },
      'HOSTNAME: set the address without a path, for example https://acme.example (http only for loopback addresses).',
    ],
    [
      space,
      'PUBLIC_URL is missing: SignalWire must reach this app from the internet, so set the https address of your proxy or tunnel, for example PUBLIC_URL=https://acme.example',
    ],
    [
      { ...real, SIGNALWIRE_TOKEN: '' },
      'SIGNALWIRE_TOKEN is missing: set all five SIGNALWIRE_* variables to use a Space, or leave all of them empty for the demo.',
    ],
    [
      { SIGNALWIRE_TOKEN: 'PT1234', SIGNALWIRE_SPACE: 'acme' },
      'SIGNALWIRE_PROJECT, SIGNALWIRE_NUMBER, SIGNALWIRE_SIGNING_KEY are missing: set all five SIGNALWIRE_* variables to use a Space, or leave all of them empty for the demo.',
    ],
    [
      { SESSION_SECRET: 'short' },
      'SESSION_SECRET is too short: it needs 32 bytes or more. Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"',
    ],
    [
      { VOICE_OTP_SECRET: `${secret},short` },
      'VOICE_OTP_SECRET is too short: it needs 32 bytes or more. Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"',
    ],
    [
      { ...real, DEMO_PHONE: '555 0123' },
      'DEMO_PHONE is not a phone number: write it with + and the country code, for example +12025550123',
    ],
    [
      { ...real, DEMO_PHONE: '+1 202' },
      'DEMO_PHONE is not a phone number: write it with + and the country code, for example +12025550123',
    ],
    [
      { REDIS_URL: '127.0.0.1:6379' },
      'REDIS_URL is not the address of a Redis: write it like redis://127.0.0.1:6379',
    ],
    [
      { NODE_ENV: 'production' },
      'NODE_ENV is production and no SIGNALWIRE_* variable is set: set the SIGNALWIRE_* variables of your Space, or remove NODE_ENV for the demo. The demo has a published password. For the demo in a container, set DEMO=true.',
    ],
    [
      { ...simulated, NODE_ENV: 'production' },
      'NODE_ENV is production and SIMULATOR_URL is set: set the SIGNALWIRE_* variables of your Space, or remove NODE_ENV for the demo. The demo has a published password. For the demo in a container, set DEMO=true.',
    ],
    [
      { NODE_ENV: 'production', DEMO: 'false' },
      'NODE_ENV is production and no SIGNALWIRE_* variable is set: set the SIGNALWIRE_* variables of your Space, or remove NODE_ENV for the demo. The demo has a published password. For the demo in a container, set DEMO=true.',
    ],
    [{ DEMO: 'yes' }, 'DEMO: set true, or leave it empty.'],
    [
      { ...production, DEMO: 'true', SESSION_SECRET: '' },
      'SESSION_SECRET is missing: in production it must survive a restart. Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"',
    ],
    [
      { ...production, SESSION_SECRET: '' },
      'SESSION_SECRET is missing: in production it must survive a restart. Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"',
    ],
    [
      { ...production, VOICE_OTP_SECRET: '' },
      'VOICE_OTP_SECRET is missing: in production it must survive a restart. Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"',
    ],
  ])(
    'the variables %j give one sentence that names the variable and the fix',
    (environment, sentence) => {
      expect(() => readConfig(environment)).toThrow(new ConfigError(sentence))
    },
  )

  test('an error message of the strategy names the variable instead of the option', () => {
    expect(withVariableNames('signalwire.from: a phone number')).toBe(
      'SIGNALWIRE_NUMBER: a phone number',
    )
    expect(withVariableNames('signalwire.signingKey: the Signing Key')).toBe(
      'SIGNALWIRE_SIGNING_KEY: the Signing Key',
    )
    expect(withVariableNames('secret: at least')).toBe('VOICE_OTP_SECRET: at least')
    expect(withVariableNames('webhookUrl: the https address')).toBe('PUBLIC_URL: the https address')
    expect(
      withVariableNames(
        'signalwire.project and signalwire.token: acme.signalwire.com rejects them',
      ),
    ).toBe('SIGNALWIRE_PROJECT and SIGNALWIRE_TOKEN: acme.signalwire.com rejects them')
    expect(withVariableNames('ways: a list')).toBe('ways: a list')
  })
})

test('with a real Space, only alice has a number and only alice may change it', async () => {
  const passwords = new Map(demoPeople.map(({ username }) => [username, `password of ${username}`]))
  const people = await realPeople('+12025550111', passwords)
  expect(
    people.map(({ username, phone, otherPhones, mayEnroll }) => [
      username,
      phone,
      otherPhones,
      mayEnroll,
    ]),
  ).toEqual([
    ['alice', '+12025550111', [], true],
    ['bob', null, [], false],
    ['mallory', null, [], false],
    ['dave', null, [], false],
    ['sam', null, [], false],
  ])
  expect(
    (await realPeople(null, passwords)).some(({ phone, mayEnroll }) => phone !== null || mayEnroll),
  ).toBe(false)
  const users = createUsers(people)
  expect(await users.byPassword('bob', 'password of bob')).toMatchObject({ id: 'bob' })
  expect(await users.byPassword('bob', demoPassword)).toBeUndefined()
  expect(await users.byPassword('bob', 'password of alice')).toBeUndefined()
})
