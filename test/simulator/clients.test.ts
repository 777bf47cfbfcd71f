// Other people's clients against the simulator: SignalWire's own, and twilio's, which many apps use
// with a SignalWire Space.
import { RestClient } from '@signalwire/compatibility-api'
import twilio from 'twilio'
import { describe, expect, test } from 'vitest'
import type { Simulator, SimulatorOptions } from 'passport-voice-otp/simulator'
import { alice, bob, startBoth, startSimulator } from './support.js'

/** What the tests use of both clients. */
interface Client {
  readonly calls: Resource & ((sid: string) => Instance)
  readonly messages: Resource & ((sid: string) => Instance)
}
interface Resource {
  create(options: Readonly<Record<string, unknown>>): PromiseLike<Fetched>
  list(options?: Readonly<Record<string, unknown>>): PromiseLike<Fetched[]>
}
interface Instance {
  fetch(): PromiseLike<Fetched>
  update(options: Readonly<Record<string, unknown>>): PromiseLike<Fetched>
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests state what it is
type Fetched = Record<string, any>

interface HttpRequest {
  readonly method: string
  readonly uri: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly params?: unknown
  readonly data?: unknown
}

/** A form as the clients send it: a list is a name with several values. */
function formOf(fields: unknown): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries((fields ?? {}) as Record<string, unknown>))
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value])
      if (each !== undefined) form.append(name, each as string)
  return form
}

/** Both clients build https URLs: this sends their requests to the simulator instead. */
function connectTo({ url: space, signalwire }: Simulator, token = signalwire.token) {
  const bodies: string[] = []
  const httpClient = {
    async request({ method, uri, username, password, params, data }: HttpRequest) {
      const { pathname, searchParams } = new URL(uri)
      const query = new URLSearchParams([...searchParams, ...formOf(params)]).toString()
      const response = await fetch(`${space}${pathname}${query === '' ? '' : `?${query}`}`, {
        method,
        headers: {
          Authorization: `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}`,
        },
        ...(method.toUpperCase() === 'POST' ? { body: formOf(data) } : {}),
      })
      const body = await response.text()
      bodies.push(body)
      return { statusCode: response.status, body, headers: {} }
    },
  }
  return { token, project: signalwire.project, httpClient, bodies }
}

const clients: Record<
  string,
  (simulator: Simulator, token?: string) => { client: Client; bodies: string[] }
> = {
  "SignalWire's client": (simulator, given) => {
    const { project, token, httpClient, bodies } = connectTo(simulator, given)
    const client = new RestClient(project, token, {
      signalwireSpaceUrl: 'acme.signalwire.com',
      lazyLoading: true,
      httpClient,
    })
    return { client: client as unknown as Client, bodies }
  },
  "twilio's client": (simulator, given) => {
    const { project, token, httpClient, bodies } = connectTo(simulator, given)
    // twilio insists on an account SID that begins with AC: each request gets the project instead.
    const account = `AC${'0'.repeat(32)}`
    const client = twilio(account, token, {
      httpClient: {
        request: (options: HttpRequest) =>
          httpClient.request({
            ...options,
            uri: options.uri.replace(account, project),
            username: project,
          }),
      } as never,
    })
    return { client: client as unknown as Client, bodies }
  },
}

async function start(name: string, options?: SimulatorOptions) {
  const simulator = await startSimulator(options)
  return { simulator, from: simulator.signalwire.from, ...clients[name]!(simulator) }
}

/** The error that a client throws, at once or as a rejection. */
async function errorOf(act: () => PromiseLike<unknown>): Promise<Fetched> {
  try {
    await act()
  } catch (error) {
    return error as Fetched
  }
  throw new Error('It succeeded.')
}

const url = 'https://acme.example/'

describe.each(Object.keys(clients))('%s', name => {
  test(`${name} creates, reads and lists calls`, async () => {
    const { simulator, client, from } = await start(name)
    const created = await client.calls.create({ to: alice, from, url, timeout: 20 })
    expect(created).toMatchObject({
      sid: simulator.calls[0]?.sid,
      status: 'queued',
      to: alice,
      from,
      direction: 'outbound',
      toFormatted: '(202) 555-0123',
      dateCreated: expect.any(Date),
    })
    expect(simulator.calls[0]?.parameters).toEqual({
      To: alice,
      From: from,
      Url: url,
      Timeout: '20',
    })
    await client.calls.create({ to: bob, from, url })
    await simulator.advance(20_000)
    expect(await client.calls(created['sid'] as string).fetch()).toMatchObject({
      status: 'no-answer',
      duration: expect.anything(),
    })
    expect((await client.calls.list()).map(({ to }) => to as string)).toEqual([bob, alice])
    expect((await client.calls.list({ limit: 1 })).map(({ to }) => to as string)).toEqual([bob])
    expect(await client.calls.list({ to: alice, status: 'no-answer' })).toHaveLength(1)
  })

  test(`${name} asks for several status callback events`, async () => {
    const { simulator, app } = await startBoth()
    const { client } = clients[name]!(simulator)
    await client.calls.create({
      to: alice,
      from: simulator.signalwire.from,
      url,
      statusCallback: `${app.url}/status`,
      statusCallbackEvent: ['initiated', 'ringing'],
    })
    await simulator.idle()
    expect(app.received.map(({ fields }) => fields['CallStatus'])).toEqual(['initiated', 'ringing'])
  })

  test(`${name} updates a call by url and by twiml, and completes it`, async () => {
    const { simulator, app, callNow } = await startBoth()
    const { client } = clients[name]!(simulator)
    app.responses['/new'] = '<Say>New</Say><Gather/>'
    const { sid } = await callNow()
    await client.calls(sid).update({ url: `${app.url}/new`, method: 'POST' })
    await simulator.idle(sid)
    await client.calls(sid).update({ twiml: '<Response><Say>Twiml</Say><Gather/></Response>' })
    await simulator.idle(sid)
    expect(simulator.call(sid)).toMatchObject({
      heard: ['Two digits', 'New', 'Twiml'],
      status: 'in-progress',
    })
    expect(await client.calls(sid).update({ status: 'completed' })).toMatchObject({
      status: 'completed',
    })
    expect(simulator.call(sid)?.status).toBe('completed')
  })

  test(`${name} creates, reads and lists messages`, async () => {
    const { client, from } = await start(name)
    const created = await client.messages.create({ to: alice, from, body: 'Your code is 1' })
    expect(created).toMatchObject({ status: 'queued', to: alice, body: 'Your code is 1' })
    expect(await client.messages(created['sid'] as string).fetch()).toMatchObject({
      status: 'delivered',
      dateSent: expect.any(Date),
      errorCode: null,
    })
    expect(await client.messages.list({ to: alice })).toMatchObject([{ sid: created['sid'] }])
  })

  test(`${name} reads code and message of every flat error`, async () => {
    const { simulator, client, from } = await start(name)
    const over = (await client.calls.create({ to: alice, from, url }))['sid'] as string
    await simulator.hangUp(over)
    const stranger = clients[name]!(simulator, 'PTwrong').client
    for (const [act, status, code] of [
      [() => stranger.calls('x').fetch(), 401, 20003],
      [() => client.calls('x').fetch(), 404, 20404],
      [() => client.messages('x').fetch(), 404, 20404],
      [() => client.calls(over).update({ status: 'completed' }), 400, 10000],
      [() => client.calls(over).update({ url }), 400, 10000],
      [() => client.calls.list({ startTime: new Date() }), 400, 90000],
      [() => client.messages.create({ to: '911', from, body: 'x' }), 400, 21211],
      [() => client.messages.create({ to: alice, from: bob, body: 'x' }), 400, 21210],
      [() => client.messages.create({ to: alice, from, body: 'x'.repeat(1601) }), 400, 21617],
    ] as const) {
      const error = await errorOf(act)
      expect([error['status'], error['code']]).toEqual([status, code])
      expect(error['message']).toMatch(/\w+ \w+/)
    }
  })

  test(`${name} shows only the status of a refused call, and the body has code and message`, async () => {
    const { client, bodies, from } = await start(name, { trial: { verified: [] } })
    for (const [options, code] of [
      [{ to: '911', from, url }, '21211'],
      [{ to: alice, from: bob, url }, '21210'],
      [{ to: alice, from, url: 'no URL' }, '21402'],
      [{ to: alice, from, url }, '21219'],
      [{ to: '+491511234567', from, url }, 'not_routable'],
      [{ to: alice, from, url, timeout: 601 }, '21208'],
      [{ to: alice, from, url, method: 'PUT' }, '21209'],
      [{ to: alice, from, url, record: true }, '90000'],
    ] as const) {
      expect(await errorOf(() => client.calls.create(options))).toMatchObject({ status: 400 })
      expect(JSON.parse(bodies.at(-1)!)).toMatchObject({
        errors: [{ code, message: expect.stringMatching(/\w+ \w+/) }],
      })
    }
  })
})
