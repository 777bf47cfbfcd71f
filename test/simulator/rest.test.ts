import { RestClient } from '@signalwire/compatibility-api'
import { describe, expect, test } from 'vitest'
import type { Simulator } from 'passport-voice-otp/simulator'
import { alice, authorization, get, place, post, raw, startSimulator } from './support.js'

const url = 'https://acme.example/voice-otp/token'
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
const order = { To: alice, From: '+12025550100', Url: url }

describe('POST Calls', () => {
  test.each(['/2010-04-01', '/api/laml/2010-04-01'])(
    'under %s, with and without .json: 201 and the call',
    async prefix => {
      const simulator = await startSimulator()
      const { project } = simulator.signalwire
      expect(project).toMatch(uuid)
      for (const end of ['Calls', 'Calls.json']) {
        const { status, text, headers } = await raw(
          simulator,
          'POST',
          `${prefix}/Accounts/${project}/${end}`,
          {
            Authorization: authorization(simulator),
            'Content-Type': 'application/x-www-form-urlencoded',
          },
          new URLSearchParams(order).toString(),
        )
        expect(status).toBe(201)
        expect(headers['content-type']).toContain('application/json')
        expect(JSON.parse(text)).toMatchObject({
          sid: expect.stringMatching(uuid),
          account_sid: project,
          status: 'queued',
          from: '+12025550100',
          to: alice,
          direction: 'outbound-api',
          api_version: '2010-04-01',
          date_created: expect.stringMatching(/ \+0000$/),
          start_time: null,
          end_time: null,
          duration: null,
          uri: expect.stringContaining('/Calls/'),
        })
      }
      expect(simulator.calls.map(({ status }) => status)).toEqual(['ringing', 'ringing'])
      expect(simulator.requests).toMatchObject([
        { method: 'POST', fields: order, authorized: true, status: 201 },
        { path: `${prefix}/Accounts/${project}/Calls.json` },
      ])
    },
  )

  test('every parameter that is known', async () => {
    const simulator = await startSimulator()
    const fields = {
      ...order,
      Method: 'GET',
      Timeout: '600',
      MachineDetection: 'Enable',
      SendDigits: 'ww12#*W',
      MaxPricePerMinute: '0.05',
      StatusCallback: 'http://localhost:9/status',
      StatusCallbackMethod: 'POST',
      StatusCallbackEvent: 'ringing answered',
    }
    const { status } = await post(simulator, 'Calls', fields)
    expect(status).toBe(201)
    expect(simulator.calls[0]).toMatchObject({ parameters: fields, sendDigits: 'ww12#*W' })
  })

  test.each([
    ['To', undefined, '21201'],
    ['To', '', '21211'],
    ['To', '2025550123', '21211'],
    ['To', '+1 202 555 0123', '21211'],
    ['To', 'sip:alice@acme.example', '21211'],
    ['To', '+12025550123,+12025550145', '21211'],
    ['To', '+1202', '21211'],
    ['From', undefined, '21213'],
    ['From', '+12025550199', '21212'],
    ['From', 'Acme', '21212'],
    ['Url', undefined, '21205'],
    ['Url', '/voice-otp', '21205'],
    ['Url', 'ftp://acme.example/', '21205'],
    ['Url', 'http://acme.example/', '21205'],
    ['Url', 'http://127.0.0.1.evil.example/', '21205'],
    ['Method', 'post', '20001'],
    ['Timeout', '0', '20001'],
    ['Timeout', '601', '20001'],
    ['Timeout', '1e2', '20001'],
    ['MachineDetection', 'enable', '20001'],
    ['SendDigits', '1+2', '20001'],
    ['SendDigits', '', '20001'],
    ['SendDigits', '1'.repeat(33), '20001'],
    ['StatusCallback', '/status', '21205'],
    ['StatusCallbackEvent', 'answer', '20001'],
    ['MaxPricePerMinute', 'free', '20001'],
    ['Record', 'true', '20001'],
    ['constructor', 'x', '20001'],
    ['__proto__', 'x', '20001'],
  ])('%s %j: 400, error %s, and nobody is called', async (name, value, code) => {
    const simulator = await startSimulator()
    const fields = Object.entries(order).filter(([each]) => each !== name)
    const form = new URLSearchParams(value === undefined ? fields : [...fields, [name, value]])
    const { status, body } = await post(simulator, 'Calls', form.toString())
    expect(status).toBe(400)
    expect(body).toEqual({
      errors: [
        {
          code,
          message: expect.stringContaining(`'${name}'`),
          more_info: expect.stringContaining('https://'),
        },
      ],
    })
    expect(simulator.calls).toHaveLength(0)
    expect(simulator.requests.at(-1)?.status).toBe(400)
  })

  test.each([
    ['a parameter twice', `${new URLSearchParams(order).toString()}&To=%2B12025550145`, {}, 400],
    ['broken encoding', 'To=%ZZ', {}, 400],
    ['bytes that are not UTF-8', 'To=%FF', {}, 400],
    ['JSON', JSON.stringify(order), { 'Content-Type': 'application/json' }, 400],
    [
      'no content type',
      new URLSearchParams(order).toString(),
      { 'Content-Type': 'text/plain' },
      400,
    ],
    ['64 KiB and a byte', 'x'.repeat(65_537), {}, 413],
  ] as const)('%s is refused', async (_, body, headers, expected) => {
    const simulator = await startSimulator()
    const answer = await post(simulator, 'Calls', body, headers)
    expect(answer.status).toBe(expected)
    expect(answer.body).toMatchObject({ errors: [{ code: '20001' }] })
    expect(simulator.calls).toHaveLength(0)
  })
})

describe('who may', () => {
  const unauthorized: [string, (simulator: Simulator) => Record<string, string>][] = [
    ['nobody', () => ({})],
    [
      'another token',
      ({ signalwire: { project } }) => ({
        Authorization: `Basic ${Buffer.from(`${project}:PTx`).toString('base64')}`,
      }),
    ],
    [
      'another project',
      ({ signalwire: { token } }) => ({
        Authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}`,
      }),
    ],
    [
      'the token as a Bearer',
      ({ signalwire: { token } }) => ({ Authorization: `Bearer ${token}` }),
    ],
    ['what is not base64', () => ({ Authorization: 'Basic %%%' })],
  ]

  test.each(unauthorized)('%s: 401 in each API, in its own shape', async (_, headersFor) => {
    const simulator = await startSimulator()
    const headers = headersFor(simulator)
    const { project } = simulator.signalwire
    for (const [method, path] of [
      ['POST', 'Calls'],
      ['GET', 'Calls/x'],
      ['POST', 'Messages'],
      ['POST', 'Nothing'],
    ] as const) {
      const {
        status,
        text,
        headers: answered,
      } = await raw(simulator, method, `/2010-04-01/Accounts/${project}/${path}`, headers)
      expect(status).toBe(401)
      expect(answered['www-authenticate']).toContain('Basic')
      expect(JSON.parse(text)).toMatchObject({ errors: [{ code: '20003' }] })
    }
    const { status, text } = await raw(
      simulator,
      'POST',
      '/api/relay/rest/mfa/call',
      { ...headers, 'Content-Type': 'application/json' },
      JSON.stringify({ to: alice }),
    )
    expect([status, JSON.parse(text)]).toEqual([401, { error: 'Unauthorized' }])
    expect(simulator.requests.map(({ authorized }) => authorized)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ])
    expect(simulator.calls).toHaveLength(0)
  })

  test('a foreign project, and what is not there: 404', async () => {
    const simulator = await startSimulator()
    const headers = {
      Authorization: authorization(simulator),
      'Content-Type': 'application/x-www-form-urlencoded',
    }
    const { project } = simulator.signalwire
    for (const [method, path] of [
      ['POST', '/2010-04-01/Accounts/00000000-0000-0000-0000-000000000000/Calls'],
      ['GET', `/2010-04-01/Accounts/${project}/Calls/${project}`],
      ['GET', `/2010-04-01/Accounts/${project}/Calls`],
      ['DELETE', `/2010-04-01/Accounts/${project}/Calls/x`],
      ['GET', `/2010-04-01/Accounts/${project}/Messages/x`],
      ['GET', '/2010-04-01'],
      ['GET', '/api/relay/rest/mfa/call'],
    ] as const)
      expect(
        (
          await raw(
            simulator,
            method,
            path,
            headers,
            method === 'POST' ? new URLSearchParams(order).toString() : '',
          )
        ).status,
        `${method} ${path}`,
      ).toBe(404)
    expect(simulator.calls).toHaveLength(0)
  })

  test('credentials that were chosen', async () => {
    const simulator = await startSimulator({
      project: '7a1b0c8e-3d52-4c36-9a53-2f0f5b1f4f6d',
      token: 'PTmine',
      signingKey: 'PSKmine',
      from: '+12025550111',
    })
    expect(simulator.signalwire).toEqual({
      project: '7a1b0c8e-3d52-4c36-9a53-2f0f5b1f4f6d',
      token: 'PTmine',
      signingKey: 'PSKmine',
      from: '+12025550111',
      space: simulator.url,
    })
    await place(simulator, url)
    await expect(startSimulator({ from: 'Acme' })).rejects.toThrow(TypeError)
  })
})

test('GET Calls/<sid> tells state, times and length', async () => {
  const simulator = await startSimulator()
  const sid = await place(simulator, 'http://127.0.0.1:1/')
  expect((await get(simulator, `Calls/${sid}`)).body).toMatchObject({
    sid,
    status: 'ringing',
    start_time: null,
  })
  await simulator.answer(sid)
  await simulator.idle()
  expect((await get(simulator, `Calls/${sid}.json`)).body).toMatchObject({
    sid,
    status: 'completed',
    start_time: expect.any(String),
    end_time: expect.any(String),
    duration: 3,
  })
})

test.each([[{}], [{ Status: 'busy' }], [{ Status: 'canceled', Url: url }]])(
  'POST Calls/<sid> with %j: 400',
  async fields => {
    const simulator = await startSimulator()
    const sid = await place(simulator, url)
    expect(await post(simulator, `Calls/${sid}`, fields as Record<string, string>)).toMatchObject({
      status: 400,
      body: { errors: [{ code: '20001' }] },
    })
    expect(await post(simulator, 'Calls/x', fields as Record<string, string>)).toMatchObject({
      status: 404,
    })
    expect(simulator.call(sid)?.status).toBe('ringing')
  },
)

describe("the vendor's own client", () => {
  /** The client builds https addresses; all else is its own. */
  function connect({ url: space, signalwire: { project, token } }: Simulator) {
    return new RestClient(project, token, {
      signalwireSpaceUrl: 'acme.signalwire.com',
      lazyLoading: true,
      httpClient: {
        async request({ method, uri, username, password, data }) {
          const { pathname, search } = new URL(uri)
          const response = await fetch(`${space}${pathname}${search}`, {
            method,
            headers: {
              Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
            },
            ...(data === undefined
              ? {}
              : { body: new URLSearchParams(data as Record<string, string>) }),
          })
          return { statusCode: response.status, body: await response.text(), headers: {} }
        },
      },
    })
  }

  test('places a call and reads it', async () => {
    const simulator = await startSimulator()
    const client = connect(simulator)
    const call = await client.calls.create({
      to: alice,
      from: simulator.signalwire.from,
      url,
      timeout: 20,
    })
    expect(call).toMatchObject({ sid: simulator.calls[0]?.sid, status: 'queued' })
    expect(simulator.calls[0]?.parameters).toEqual({
      To: alice,
      From: simulator.signalwire.from,
      Url: url,
      Timeout: '20',
    })
    await simulator.advance(20_000)
    expect(await client.calls(call.sid as string).fetch()).toMatchObject({ status: 'no-answer' })
  })

  test('makes errors of ours', async () => {
    const simulator = await startSimulator()
    await expect(
      Promise.resolve(
        connect(simulator).calls.create({ to: '911', from: simulator.signalwire.from, url }),
      ),
    ).rejects.toMatchObject({ status: 400 })
    await expect(Promise.resolve(connect(simulator).calls('nobody').fetch())).rejects.toMatchObject(
      { status: 404 },
    )
  })
})

describe('Messages', () => {
  test('a text is queued, then delivered, or not where the telephone is dead', async () => {
    const simulator = await startSimulator()
    simulator.setPhone('+12025550145', 'failed')
    const sids: string[] = []
    for (const to of [alice, '+12025550145']) {
      const { status, body } = await post(simulator, 'Messages.json', {
        From: '+12025550100',
        To: to,
        Body: 'Your code is 1, 2',
      })
      expect(status).toBe(201)
      expect(body).toMatchObject({
        sid: expect.stringMatching(uuid),
        status: 'queued',
        from: '+12025550100',
        to,
        body: 'Your code is 1, 2',
      })
      sids.push((body as { sid: string }).sid)
    }
    expect(simulator.messages).toEqual([
      {
        sid: sids[1],
        from: '+12025550100',
        to: '+12025550145',
        body: 'Your code is 1, 2',
        status: 'undelivered',
      },
      {
        sid: sids[0],
        from: '+12025550100',
        to: alice,
        body: 'Your code is 1, 2',
        status: 'delivered',
      },
    ])
    expect((await get(simulator, `Messages/${sids[1]!}.json`)).body).toMatchObject({
      status: 'undelivered',
      error_code: '30003',
    })
    expect((await get(simulator, `Messages/${sids[0]!}`)).body).toMatchObject({
      status: 'delivered',
      error_code: null,
    })
  })

  test('a queue holds texts too', async () => {
    const simulator = await startSimulator()
    simulator.setQueueDelay({ delayMs: 1000 })
    await post(simulator, 'Messages', { From: '+12025550100', To: alice, Body: 'x' })
    await simulator.advance(999)
    expect(simulator.messages[0]?.status).toBe('queued')
    await simulator.advance(1)
    expect(simulator.messages[0]?.status).toBe('delivered')
  })

  test.each([
    [{ To: '911' }, '21211'],
    [{ From: '+12025550199' }, '21212'],
    [{ Body: '' }, '21602'],
    [{ Body: 'x'.repeat(1601) }, '21617'],
    [{ MediaUrl: 'https://acme.example/x.png' }, '20001'],
  ])('%j: 400', async (fields, code) => {
    const simulator = await startSimulator()
    expect(
      await post(simulator, 'Messages', { From: '+12025550100', To: alice, Body: 'x', ...fields }),
    ).toMatchObject({ status: 400, body: { errors: [{ code }] } })
    expect(simulator.messages).toHaveLength(0)
  })
})
