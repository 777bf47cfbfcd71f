// checkSettings(): says what is wrong with the settings, and calls nobody.
import { createServer, type RequestListener } from 'node:http'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Channel, type VoiceOtpOptions, VoiceOtpStrategy } from 'passport-voice-otp'
import { listen } from './support/listen.js'
import { CounterStore } from './support/stores.js'
import { createWorld, type Person, ring, secret, type World } from './support/world.js'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.close())

/** What another strategy with the webhooks of this world says about its settings. */
const check = (options: Partial<VoiceOtpOptions<Person>> = {}): Promise<readonly string[]> =>
  new VoiceOtpStrategy<Person>(
    {
      appName: 'Acme',
      webhookUrl: `${world.url}/voice-otp`,
      secret,
      signalwire: world.simulator.signalwire,
      ...options,
    },
    () => null,
  ).checkSettings()

async function startServer(respond: RequestListener): Promise<string> {
  const { url, close } = await listen(createServer(respond))
  onTestFinished(close)
  return url
}

/** An address at which nobody listens. */
const nowhere = 'http://127.0.0.1:9'
const hostOf = (url: string): string => new URL(url).host

test('right settings give an empty list, call nobody and change nothing', async () => {
  const alice = await world.logIn('alice')
  const { phone, digits } = await ring(world, alice)
  const events = world.events.length
  const requests = world.simulator.requests.length
  expect(await world.strategy.checkSettings()).toEqual([])
  expect(world.simulator.requests.slice(requests).map(({ method }) => method)).toEqual(['GET'])
  expect(world.simulator.calls).toHaveLength(1)
  expect(world.events).toHaveLength(events)
  const code = await phone.hearCode(digits)
  await alice.post('/otp').send({ code }).expect(200)
})

describe('the Space', () => {
  const spaceAt = (space: string) => check({ signalwire: { ...world.simulator.signalwire, space } })

  test.each(['project', 'token'] as const)(
    'a wrong %s is a mistake, and the sentence does not hold it',
    async option => {
      const signalwire = { ...world.simulator.signalwire, [option]: 'PTwrong' }
      expect(await check({ signalwire })).toEqual([
        `signalwire.project and signalwire.token: ${hostOf(signalwire.space)} rejects them. Copy both from the page "API Credentials" of this Space, and give the token the scope Voice.`,
      ])
    },
  )

  test('the token needs a scope for each of the channels call and sms', async () => {
    const ofScope = async (scope: 'Voice' | 'Messaging' | 'Management') => {
      const other = await createWorld({ simulatorOptions: { scopes: [scope] } })
      onTestFinished(() => other.close())
      const own = { signalwire: other.simulator.signalwire, webhookUrl: `${other.url}/voice-otp` }
      return (channels: readonly Channel[]) => check({ ...own, channels })
    }
    const [voice, messaging] = [await ofScope('Voice'), await ofScope('Messaging')]
    const missing = (scope: string): unknown => [
      expect.stringMatching(`rejects them.* give the token the scope ${scope}`),
    ]
    expect(await voice(['call'])).toEqual([])
    expect(await voice(['call', 'sms'])).toEqual(missing('Messaging'))
    expect(await messaging(['call', 'sms'])).toEqual(missing('Voice'))
    expect(await messaging(['sms'])).toEqual([])
    expect(await (await ofScope('Management'))(['hosted-call', 'hosted-sms'])).toEqual([])
  })

  test('a Space that cannot be reached is one mistake for all channels', async () => {
    const signalwire = { ...world.simulator.signalwire, space: nowhere }
    expect(await check({ signalwire, channels: ['call', 'sms'] })).toEqual([
      'signalwire.space: 127.0.0.1:9 cannot be reached (network). Check the spelling, and check that this machine can reach the internet.',
    ])
  })

  test('a Space and an address that do not respond in time cannot be reached', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort())
    onTestFinished(() => timeout.mockRestore())
    expect(await check()).toEqual([
      expect.stringMatching(/^signalwire\.space: .* cannot be reached \(timeout\)/),
      expect.stringMatching(/^webhookUrl: .* cannot be reached \(timeout\)/),
    ])
  })

  test('an error of the Space is no mistake of the credentials', async () => {
    world.simulator.setFaults({ calls: { status: 503 } })
    expect(await check()).toEqual([
      `signalwire.space: ${hostOf(world.simulator.url)} has an error of its own (status 503). Try again in a minute.`,
    ])
  })

  test.each<[string, RequestListener, string]>([
    ['a page', (_req, res) => res.writeHead(404).end('<p>hello'), '404'],
    ['any success', (_req, res) => res.end('{}'), '200'],
    ['a redirect', (_req, res) => res.writeHead(301, { Location: '/' }).end(), 'redirect'],
  ])('a server that responds with %s is not a Space', async (_what, respond, status) => {
    const space = await startServer(respond)
    expect(await spaceAt(space)).toEqual([
      `signalwire.space: ${hostOf(space)} does not respond like a Space (${status}). Copy the name from the address of the dashboard.`,
    ])
  })
})

describe('webhookUrl', () => {
  test('an address at which nobody listens is a mistake', async () => {
    expect(await check({ webhookUrl: `${nowhere}/voice-otp` })).toEqual([
      `webhookUrl: ${nowhere}/voice-otp cannot be reached (network). Start the proxy or tunnel to this app, and check that its address is still the same.`,
    ])
  })

  test('an address that redirects is a mistake, and the request goes no further', async () => {
    const paths: (string | undefined)[] = []
    const url = await startServer((req, res) => {
      paths.push(req.url)
      res.writeHead(307, { Location: `${world.url}/voice-otp/x` }).end()
    })
    expect(await check({ webhookUrl: `${url}/voice-otp` })).toEqual([
      `webhookUrl: ${url}/voice-otp redirects. SignalWire signs the address that the app gave it, so set the address after the redirect.`,
    ])
    expect(paths).toHaveLength(1)
    expect(world.named('webhook.rejected')).toEqual([])
  })

  test.each<[string, number, string]>([
    ['404', 404, 'no such page'],
    ['502', 502, '<p>Bad Gateway'],
    ['a page', 200, '<p>Log in'],
    ['a document and an error', 500, '<Response></Response>'],
  ])('an address that responds with %s is a mistake', async (_what, status, body) => {
    const url = await startServer((_req, res) => res.writeHead(status).end(body))
    expect(await check({ webhookUrl: `${url}/voice-otp` })).toEqual([
      `webhookUrl: ${url}/voice-otp does not respond like webhooks() (${status}). Point the proxy or tunnel to this app, and mount webhooks() there, before body parsers and CSRF protection.`,
    ])
  })

  test('an app with another secret, or with another Signing Key, is a mistake', async () => {
    const refused = [
      `webhookUrl: ${world.url}/voice-otp refuses a signed request of this app. Stop other processes at this address, or give all of them the same secret and signingKey. The event webhook.rejected says why, if this app refused it.`,
    ]
    expect(await check({ secret: secret.toLowerCase() })).toEqual(refused)
    const signalwire = { ...world.simulator.signalwire, signingKey: 'PSK_another' }
    expect(await check({ signalwire })).toEqual(refused)
    expect(world.named('webhook.rejected')).toEqual([{ reason: 'token' }, { reason: 'signature' }])
  })

  test('the check sends no credentials to webhookUrl', async () => {
    const headers: string[] = []
    const url = await startServer((req, res) => {
      headers.push(...req.rawHeaders)
      res.end()
    })
    await check({ webhookUrl: `${url}/voice-otp` })
    expect(headers).toContain('X-SignalWire-Signature')
    expect(headers.join('\n')).not.toMatch(/authorization/i)
    headers.length = 0
    const unsigned = { ...world.simulator.signalwire, signingKey: false as const }
    await check({ webhookUrl: `${url}/voice-otp`, signalwire: unsigned })
    expect(headers.length).toBeGreaterThan(0)
    expect(headers.join('\n')).not.toMatch(/authorization|signature/i)
  })

  test('with two Signing Keys the check uses the first one, and with none it signs nothing', async () => {
    const { signingKey } = world.simulator.signalwire
    const withKey = (key: false | [string, string]) =>
      check({ signalwire: { ...world.simulator.signalwire, signingKey: key } })
    expect(await withKey([signingKey, 'PSK_the_older_key'])).toEqual([])
    expect(await withKey(false)).toHaveLength(1)
    const unsigned = { ...world.simulator.signalwire, signingKey: false as const }
    const open = await createWorld({ options: { signalwire: unsigned } })
    onTestFinished(() => open.close())
    expect(await open.strategy.checkSettings()).toEqual([])
  })

  test('an app whose limiter is down is a mistake', async () => {
    const store = new CounterStore(0, 0)
    const down = await createWorld({ options: { limiter: store.factory } })
    onTestFinished(() => down.close())
    expect(await down.strategy.checkSettings()).toEqual([])
    store.faults = { consume: 'rejects' }
    expect(await down.strategy.checkSettings()).toEqual([
      expect.stringContaining(
        '/voice-otp responds with status 503. The store of the limits may be down',
      ),
    ])
  })

  test('a real Space cannot reach a loopback address, although this machine can', async () => {
    const fetch = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('offline'))
    onTestFinished(() => fetch.mockRestore())
    const signalwire = { ...world.simulator.signalwire, space: 'acme' }
    expect(await check({ signalwire })).toEqual([
      expect.stringContaining('signalwire.space: acme.signalwire.com cannot be reached (network)'),
      `webhookUrl: SignalWire cannot reach ${world.url}/voice-otp. Set the https address of your proxy or tunnel.`,
    ])
    expect(fetch).toHaveBeenCalledTimes(1)
    expect(await check({ signalwire, webhookUrl: 'https://acme.example/voice-otp' })).toEqual([
      expect.stringContaining('signalwire.space'),
      expect.stringContaining('webhookUrl: https://acme.example/voice-otp cannot be reached'),
    ])
  })

  test('nobody asks webhookUrl if no channel is a call', async () => {
    expect(await check({ webhookUrl: `${nowhere}/voice-otp`, channels: ['sms'] })).toEqual([])
  })
})
