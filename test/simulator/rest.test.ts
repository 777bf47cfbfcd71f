import { describe, expect, test } from 'vitest'
import type { Simulator } from 'passport-voice-otp/simulator'
import { alice, authorization, bob, get, place, post, raw, startSimulator } from './support.js'

const url = 'https://acme.example/voice-otp/token'
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
const order = { To: alice, From: '+12025550100', Url: url }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

describe('Create a Call', () => {
  test.each(['/2010-04-01', '/api/laml/2010-04-01'])(
    'under %s, with and without .json, it responds with 200 and the call',
    async prefix => {
      const simulator = await startSimulator()
      const { project } = simulator.signalwire
      expect(project).toMatch(uuid)
      for (const end of ['Calls', 'Calls.json']) {
        const { status, text, headers } = await raw(
          simulator,
          'POST',
          `${prefix}/Accounts/${project}/${end}`,
          { Authorization: authorization(simulator), ...form },
          new URLSearchParams(order).toString(),
        )
        expect(status).toBe(200)
        expect(headers['content-type']).toContain('application/json')
        expect(JSON.parse(text)).toMatchObject({
          sid: expect.stringMatching(uuid),
          account_sid: project,
          status: 'queued',
          from: '+12025550100',
          formatted_from: '(202) 555-0100',
          to: alice,
          formatted_to: '(202) 555-0123',
          direction: 'outbound',
          duration: 0,
          answered_by: null,
          start_time: null,
          end_time: null,
          sip_result_code: null,
        })
      }
      expect(simulator.calls.map(({ status }) => status)).toEqual(['ringing', 'ringing'])
      expect(simulator.requests).toMatchObject([
        { method: 'POST', fields: order, authorized: true, status: 200, isFaulty: false },
        { path: `${prefix}/Accounts/${project}/Calls.json`, response: { to: alice } },
      ])
    },
  )

  test('it takes every parameter that is simulated', async () => {
    const simulator = await startSimulator()
    const fields = {
      ...order,
      Method: 'GET',
      FallbackUrl: 'https://acme.example/fallback',
      FallbackMethod: 'GET',
      Timeout: '600',
      MachineDetection: 'Enable',
      SendDigits: 'ww12#*WABCD',
      MaxPricePerMinute: '0.0085',
      StatusCallback: 'http://localhost:9/status',
      StatusCallbackMethod: 'POST',
      StatusCallbackEvent: 'ringing answered',
    }
    const { status } = await post(simulator, 'Calls', fields)
    expect(status).toBe(200)
    expect(simulator.calls[0]).toMatchObject({ parameters: fields, sendDigits: 'ww12#*WABCD' })
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
    ['From', '+12025550199', '21210'],
    ['From', 'Acme', '21212'],
    ['Url', undefined, '21205'],
    ['Url', '/voice-otp', '21402'],
    ['Url', 'ftp://acme.example/', '21402'],
    ['Url', 'http://acme.example/', '21402'],
    ['Url', 'http://127.0.0.1.evil.example/', '21402'],
    ['Url', 'https://acme.example/#ct=1000', '21402'],
    ['FallbackUrl', '/voice-otp', '21402'],
    ['Method', 'post', '21209'],
    ['FallbackMethod', 'PUT', '21209'],
    ['StatusCallbackMethod', '', '21209'],
    ['Timeout', '0', '21208'],
    ['Timeout', '601', '21208'],
    ['Timeout', '1e2', '21208'],
    ['MachineDetection', 'enable', '21234'],
    ['SendDigits', '1+2', '13222'],
    ['SendDigits', '', '13222'],
    ['SendDigits', '1'.repeat(33), '13222'],
    ['StatusCallback', '/status', '21456'],
    ['StatusCallbackEvent', 'answer', '21626'],
    ['MaxPricePerMinute', 'free', '10000'],
    ['MaxPricePerMinute', '0.00851', '10000'],
    ['Record', 'true', '90000'],
    ['Twiml', '<Response/>', '90000'],
    ['constructor', 'x', '90000'],
    ['__proto__', 'x', '90000'],
  ])('it refuses %s %j with the code %s, and nobody is called', async (name, value, code) => {
    const simulator = await startSimulator()
    const fields = Object.entries(order).filter(([each]) => each !== name)
    const body = new URLSearchParams(value === undefined ? fields : [...fields, [name, value]])
    expect(await post(simulator, 'Calls', body.toString())).toEqual({
      status: 400,
      body: {
        errors: [
          {
            code,
            message: expect.stringContaining(`'${name}'`),
            more_info: expect.stringContaining('https://'),
          },
        ],
      },
    })
    expect(simulator.calls).toHaveLength(0)
    expect(simulator.requests.at(-1)?.status).toBe(400)
  })

  test('a documented parameter that is not simulated is refused with a message that says so', async () => {
    const simulator = await startSimulator()
    const { body } = await post(simulator, 'Calls', { ...order, Record: 'true' })
    expect(body.errors[0].message).toBe("'Record' is not simulated")
    const { body: other } = await post(simulator, 'Calls', { ...order, Rekord: 'true' })
    expect(other.errors[0].message).toBe("'Rekord' is not a parameter of this request")
  })

  test.each([
    ['a parameter twice', `${new URLSearchParams(order).toString()}&To=%2B12025550145`, {}],
    ['broken encoding', 'To=%ZZ', {}],
    ['bytes that are not UTF-8', 'To=%FF', {}],
    ['JSON', JSON.stringify(order), { 'Content-Type': 'application/json' }],
    ['text/plain', new URLSearchParams(order).toString(), { 'Content-Type': 'text/plain' }],
  ] as const)('it refuses a body with %s', async (_, body, headers) => {
    const simulator = await startSimulator()
    expect(await post(simulator, 'Calls', body, headers)).toMatchObject({
      status: 400,
      body: { errors: [{ code: '10000' }] },
    })
    expect(simulator.calls).toHaveLength(0)
  })

  test('it refuses a body of over 64 KiB with 413', async () => {
    const simulator = await startSimulator()
    expect(await post(simulator, 'Calls', 'x'.repeat(65_537))).toMatchObject({
      status: 413,
      body: { code: 10000, status: 413 },
    })
  })
})

describe('Update a Call', () => {
  test.each([
    [{ Status: 'busy' }, 10000],
    [{ Status: 'canceled', Url: url }, 10000],
    [{ Url: url, Twiml: '<Response/>' }, 10000],
    [{ Url: url }, 21220],
    [{ Twiml: '<Response/>' }, 21220],
    [{ Url: '/next' }, 21402],
    [{ Method: 'PUT' }, 21209],
    [{ StatusCallback: 'status' }, 21456],
    [{ Timeout: '5' }, 90000],
  ])('a ringing call refuses %j with the code %i', async (fields, code) => {
    const simulator = await startSimulator()
    const sid = await place(simulator, url)
    const given = fields as Readonly<Record<string, string>>
    expect(await post(simulator, `Calls/${sid}`, given)).toMatchObject({
      status: 400,
      body: { code, status: 400, message: expect.any(String), more_info: expect.any(String) },
    })
    expect(await post(simulator, 'Calls/x', given)).toMatchObject({
      status: 404,
      body: { code: 20404, status: 404 },
    })
    expect(simulator.call(sid)?.status).toBe('ringing')
  })

  test('a call that is over refuses every update, and one in progress refuses canceled: 10000', async () => {
    const simulator = await startSimulator()
    const over = await place(simulator, url)
    await simulator.hangUp(over)
    for (const fields of [{ Status: 'completed' }, { Status: 'canceled' }, { Url: url }, {}])
      expect(await post(simulator, `Calls/${over}`, fields as never)).toMatchObject({
        status: 400,
        body: { code: 10000 },
      })
    simulator.setFaults({ webhooks: { delayMs: 1000 } })
    const talking = await place(simulator, url)
    await simulator.answer(talking)
    await simulator.idle(talking)
    expect(await post(simulator, `Calls/${talking}`, { Status: 'canceled' })).toMatchObject({
      status: 400,
      body: { code: 10000 },
    })
    expect(await post(simulator, `Calls/${talking}`, { Laml: '<Sing/>' })).toMatchObject({
      status: 400,
      body: { code: 20422, message: expect.stringContaining('<Sing>') },
    })
    expect(simulator.call(talking)?.status).toBe('in-progress')
  })
})

test('Retrieve a Call returns state, times and length', async () => {
  const simulator = await startSimulator()
  const sid = await place(simulator, 'http://127.0.0.1:1/', { MachineDetection: 'Enable' })
  expect((await get(simulator, `Calls/${sid}`)).body).toMatchObject({
    sid,
    status: 'ringing',
    start_time: null,
    answered_by: null,
  })
  await simulator.answer(sid)
  await simulator.idle()
  expect((await get(simulator, `Calls/${sid}.json`)).body).toMatchObject({
    sid,
    status: 'completed',
    start_time: expect.any(String),
    end_time: expect.any(String),
    duration: 3,
    answered_by: 'human',
    sip_result_code: '200',
  })
})

describe('lists', () => {
  test('List all Calls returns one page, newest first, and filters by From, To and Status', async () => {
    const simulator = await startSimulator()
    const sids: string[] = []
    for (const to of [alice, bob, alice]) sids.push(await place(simulator, url, { To: to }))
    await simulator.hangUp(sids[0]!)
    const list = async (query: string) => {
      const { status, body } = await get(simulator, `Calls.json${query}`)
      expect(status).toBe(200)
      return body as { calls: { sid: string }[]; page_size: number }
    }
    const sidsOf = ({ calls }: { calls: { sid: string }[] }) => calls.map(({ sid }) => sid)
    expect(sidsOf(await list(''))).toEqual([...sids].reverse())
    expect(sidsOf(await list(`?To=${encodeURIComponent(alice)}`))).toEqual([sids[2], sids[0]])
    expect(sidsOf(await list('?Status=busy'))).toEqual([sids[0]])
    expect(sidsOf(await list('?From=%2B12025550199'))).toEqual([])
    expect(await list('?PageSize=2&Page=0')).toMatchObject({
      page: 0,
      page_size: 2,
      next_page_uri: null,
      previous_page_uri: null,
      calls: [{ sid: sids[2] }, { sid: sids[1] }],
    })
  })

  test('List all Messages returns one page, newest first, and filters by From and To', async () => {
    const simulator = await startSimulator()
    for (const to of [alice, bob])
      await post(simulator, 'Messages', { From: '+12025550100', To: to, Body: 'x' })
    expect((await get(simulator, 'Messages')).body.messages).toMatchObject([
      { to: bob },
      { to: alice },
    ])
    const { body } = await get(simulator, `Messages.json?To=${encodeURIComponent(alice)}`)
    expect(body.messages).toMatchObject([{ to: alice }])
  })

  test.each([
    ['StartTime=x', 90000, "the filter 'StartTime' is not simulated"],
    ['PageSize=0', 54454, "'PageSize' is 1 to 1000"],
    ['PageSize=1001', 54454, "'PageSize' is 1 to 1000"],
    ['Page=1', 54453, 'only the first page is simulated'],
  ])('a list with %s is refused with the code %i', async (query, code, message) => {
    const simulator = await startSimulator()
    expect(await get(simulator, `Calls?${query}`)).toMatchObject({
      status: 400,
      body: { code, message: expect.stringContaining(message) },
    })
  })
})

test.each([
  ['DELETE', 'Accounts/PROJECT/Calls/x'],
  ['POST', 'Accounts/PROJECT/Calls/x/Recordings'],
  ['GET', 'Accounts/PROJECT/Calls/x/Recordings.json'],
  ['POST', 'Accounts/PROJECT/Messages/x'],
  ['DELETE', 'Accounts/PROJECT/Messages/x'],
  ['GET', 'Accounts/PROJECT/IncomingPhoneNumbers.json'],
  ['GET', 'Accounts/PROJECT.json'],
  ['GET', 'Accounts'],
])('%s %s is documented but not simulated: 501, and the message says so', async (method, path) => {
  const simulator = await startSimulator()
  const { status, text } = await raw(
    simulator,
    method,
    `/api/laml/2010-04-01/${path.replace('PROJECT', simulator.signalwire.project)}`,
    { Authorization: authorization(simulator) },
  )
  expect(status).toBe(501)
  expect(JSON.parse(text)).toMatchObject({
    code: 10001,
    message: expect.stringMatching(/ is not simulated$/),
  })
})

describe('credentials', () => {
  const unauthorized: [string, (simulator: Simulator) => Record<string, string>][] = [
    ['no header', () => ({})],
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
      'the token as a Bearer token',
      ({ signalwire: { token } }) => ({ Authorization: `Bearer ${token}` }),
    ],
    ['text that is not base64', () => ({ Authorization: 'Basic %%%' })],
  ]

  test.each(unauthorized)(
    '%s: 401 in each API, in the shape of that API',
    async (_, headersFor) => {
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
          headers: received,
        } = await raw(simulator, method, `/2010-04-01/Accounts/${project}/${path}`, headers)
        expect(status).toBe(401)
        expect(received['www-authenticate']).toContain('Basic')
        expect(JSON.parse(text)).toMatchObject({
          code: 20003,
          status: 401,
          message: expect.stringContaining('API Credentials'),
        })
      }
      const { status, text } = await raw(
        simulator,
        'POST',
        '/api/relay/rest/mfa/call',
        { ...headers, 'Content-Type': 'application/json' },
        JSON.stringify({ to: alice }),
      )
      expect([status, JSON.parse(text)]).toEqual([401, { error: 'Unauthorized' }])
      expect(simulator.requests.map(({ authorized }) => authorized)).toEqual(Array(5).fill(false))
      expect(simulator.calls).toHaveLength(0)
    },
  )

  test('another project, and resources that do not exist: 404', async () => {
    const simulator = await startSimulator()
    const headers = { Authorization: authorization(simulator), ...form }
    const { project } = simulator.signalwire
    for (const [method, path] of [
      ['POST', '/2010-04-01/Accounts/00000000-0000-0000-0000-000000000000/Calls'],
      ['GET', `/2010-04-01/Accounts/${project}/Calls/${project}`],
      ['GET', `/2010-04-01/Accounts/${project}/Messages/x`],
      ['GET', `/2010-04-01/Accounts/${project}/Nothing`],
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

  test('a Space takes the credentials that the test chooses', async () => {
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
      callsPerSecond: Infinity,
    })
    await place(simulator, url)
    await expect(startSimulator({ from: 'Acme' })).rejects.toThrow(TypeError)
  })
})

describe('Create a Message', () => {
  const messageTo = (to: string) => ({ From: '+12025550100', To: to, Body: 'Your code is 1, 2' })

  test('a message is queued, and then delivered, or undelivered to a phone that failed', async () => {
    const simulator = await startSimulator()
    simulator.setPhone(bob, 'failed')
    const sids: string[] = []
    for (const to of [alice, bob]) {
      const { status, body } = await post(simulator, 'Messages.json', messageTo(to))
      expect(status).toBe(201)
      expect(body).toMatchObject({
        sid: expect.stringMatching(uuid),
        status: 'queued',
        from: '+12025550100',
        to,
        body: 'Your code is 1, 2',
        num_segments: 1,
        num_media: 0,
        date_sent: null,
        messaging_service_sid: null,
      })
      sids.push((body as { sid: string }).sid)
    }
    const common = { from: '+12025550100', body: 'Your code is 1, 2' }
    expect(simulator.messages).toEqual([
      { ...common, sid: sids[1], to: bob, status: 'undelivered' },
      { ...common, sid: sids[0], to: alice, status: 'delivered' },
    ])
    expect((await get(simulator, `Messages/${sids[1]!}.json`)).body).toMatchObject({
      status: 'undelivered',
      error_code: '30003',
      error_message: expect.any(String),
    })
    expect((await get(simulator, `Messages/${sids[0]!}`)).body).toMatchObject({
      status: 'delivered',
      error_code: null,
      date_sent: expect.any(String),
    })
  })

  test('setQueueDelay holds messages, too', async () => {
    const simulator = await startSimulator()
    simulator.setQueueDelay({ delayMs: 1000 })
    await post(simulator, 'Messages', messageTo(alice))
    await simulator.advance(999)
    expect(simulator.messages[0]?.status).toBe('queued')
    await simulator.advance(1)
    expect(simulator.messages[0]?.status).toBe('delivered')
  })

  test.each([
    ['x'.repeat(160), 1],
    ['x'.repeat(161), 2],
    ['x'.repeat(307), 3],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    ['码'.repeat(70), 1],
    ['码'.repeat(71), 2],
    ['码'.repeat(135), 3],
  ])('the text %s has %i segments', async (text, segments) => {
    const simulator = await startSimulator()
    const { body } = await post(simulator, 'Messages', { ...messageTo(alice), Body: text })
    expect(body.num_segments).toBe(segments)
  })

  test.each([
    [{ To: '911' }, 21211],
    [{ To: undefined }, 21604],
    [{ From: '+12025550199' }, 21210],
    [{ From: undefined }, 21603],
    [{ From: 'Acme' }, 21603],
    [{ Body: '' }, 21602],
    [{ Body: 'x'.repeat(1601) }, 21617],
    [{ StatusCallback: '/status' }, 21456],
    [{ MediaUrl: 'https://acme.example/x.png' }, 90000],
  ])('the fields %j are refused with the code %i', async (fields, code) => {
    const simulator = await startSimulator()
    const given = Object.entries({ ...messageTo(alice), ...fields }).filter(
      ([, value]) => value !== undefined,
    )
    expect(
      await post(
        simulator,
        'Messages',
        new URLSearchParams(given as [string, string][]).toString(),
      ),
    ).toMatchObject({ status: 400, body: { code, status: 400 } })
    expect(simulator.messages).toHaveLength(0)
  })
})
