import { describe, expect, test } from 'vitest'
import type { Faults } from 'passport-voice-otp/simulator'
import { alice, authorization, get, place, post, raw, startApp, startSimulator } from './support.js'

const order = { To: alice, From: '+12025550100', Url: 'https://acme.example/voice-otp/token' }

describe('faults of the REST API', () => {
  test('a fault with an error status: nobody is called, and the response is the given one', async () => {
    const simulator = await startSimulator()
    simulator.setFaults({
      calls: { status: 429, body: { code: 20429, message: 'Too many', status: 429 } },
    })
    expect(await post(simulator, 'Calls', order)).toEqual({
      status: 429,
      body: { code: 20429, message: 'Too many', status: 429 },
    })
    expect(
      await post(simulator, 'Messages', { From: '+12025550100', To: alice, Body: 'x' }),
    ).toMatchObject({ status: 201 })
    expect(simulator.calls).toHaveLength(0)
    expect(simulator.requests[0]).toMatchObject({ fields: order, authorized: true, status: 429 })
    simulator.clearFaults()
    expect(await post(simulator, 'Calls', order)).toMatchObject({ status: 200 })
  })

  test('a fault with a good status and garbage: the phone rings nevertheless', async () => {
    const simulator = await startSimulator()
    simulator.setFaults({ calls: { status: 200, body: '<html>' } })
    const path = `/2010-04-01/Accounts/${simulator.signalwire.project}/Calls`
    const headers = {
      Authorization: authorization(simulator),
      'Content-Type': 'application/x-www-form-urlencoded',
    }
    expect(
      await raw(simulator, 'POST', path, headers, new URLSearchParams(order).toString()),
    ).toMatchObject({ status: 200, text: '<html>' })
    expect(simulator.calls).toMatchObject([{ status: 'ringing' }])
    simulator.setFaults({ calls: { body: '' } })
    expect(
      await raw(simulator, 'GET', path + `/${simulator.calls[0]!.sid}`, headers),
    ).toMatchObject({ status: 200, text: '' })
  })

  test('a fault with a delay: the phone rings before the response', async () => {
    const simulator = await startSimulator()
    simulator.setFaults({ calls: { delayMs: 60_000 } })
    const gone = new AbortController()
    const answer = fetch(
      `${simulator.url}/2010-04-01/Accounts/${simulator.signalwire.project}/Calls`,
      {
        method: 'POST',
        headers: { Authorization: authorization(simulator) },
        body: new URLSearchParams(order),
        signal: gone.signal,
      },
    )
    await simulator.waitFor(call => call.status === 'ringing')
    expect(simulator.requests[0]?.status).toBe(0)
    gone.abort()
    await expect(answer).rejects.toThrow('aborted')
  })

  test('the delay of the REST API is real time', async () => {
    const simulator = await startSimulator()
    simulator.setFaults({ calls: { delayMs: 1, status: 500 } })
    expect(await post(simulator, 'Calls', order)).toEqual({ status: 500, body: {} })
  })

  test.each([[{ drop: true }], [{ drop: true, delayMs: 1 }]])(
    'the fault %j: no response, and nobody is called',
    async calls => {
      const simulator = await startSimulator()
      simulator.setFaults({ calls })
      await expect(post(simulator, 'Calls', order)).rejects.toThrow('fetch failed')
      expect(simulator.calls).toHaveLength(0)
      expect(simulator.requests).toMatchObject([{ status: 0 }])
    },
  )

  test('each part of the API has its own fault', async () => {
    const simulator = await startSimulator()
    simulator.setFaults({ mfa: { status: 503 }, messages: { status: 402 } })
    const headers = { Authorization: authorization(simulator), 'Content-Type': 'application/json' }
    expect(
      (
        await raw(
          simulator,
          'POST',
          '/api/relay/rest/mfa/call',
          headers,
          JSON.stringify({ to: alice }),
        )
      ).status,
    ).toBe(503)
    expect(
      (await post(simulator, 'Messages', { From: '+12025550100', To: alice, Body: 'x' })).status,
    ).toBe(402)
    expect((await post(simulator, 'Calls', order)).status).toBe(200)
    expect([simulator.mfaRequests, simulator.messages]).toEqual([[], []])
    expect((await get(simulator, `Calls/${simulator.calls[0]!.sid}`)).status).toBe(200)
  })

  test('stop() ends requests that wait for their delay', async () => {
    const simulator = await startSimulator()
    simulator.setFaults({ calls: { delayMs: 3_600_000 } })
    const answer = expect(post(simulator, 'Calls', order)).rejects.toThrow('fetch failed')
    await simulator.waitFor(call => call.status === 'ringing')
    await simulator.stop()
    await answer
  })
})

describe('faults of webhooks', () => {
  async function answered(webhooks: Faults['webhooks']) {
    const [simulator, app] = [
      await startSimulator(),
      await startApp({ '/open': '<Say>Hello</Say>' }),
    ]
    simulator.setFaults({ webhooks })
    const sid = await place(simulator, `${app.url}/open`)
    await simulator.answer(sid)
    await simulator.idle()
    return { simulator, app, sid, call: () => simulator.call(sid)! }
  }

  test('a webhook can be late, by the clock of the simulator', async () => {
    const { simulator, app, call } = await answered({ delayMs: 3000 })
    await simulator.advance(2999)
    expect(app.received).toHaveLength(0)
    await simulator.advance(1)
    expect(app.received).toHaveLength(1)
    expect(call()).toMatchObject({ status: 'completed', heard: ['Hello'], error: null })
  })

  test('a late webhook is not sent after the person hangs up', async () => {
    const { simulator, app, sid, call } = await answered({ delayMs: 3000 })
    await simulator.hangUp(sid)
    await simulator.advance(3000)
    expect(app.received).toHaveLength(0)
    expect(call()).toMatchObject({ status: 'completed', error: null })
  })

  test('a webhook can be dropped, which ends the call', async () => {
    const { app, call } = await answered({ drop: true })
    expect(app.received).toHaveLength(0)
    expect(call()).toMatchObject({
      status: 'completed',
      heard: ['An application error has occurred.'],
      error: expect.stringContaining('was not sent'),
    })
    expect(call().webhooks).toMatchObject([{ url: `${app.url}/open`, status: 0 }])
  })

  test('a webhook can be repeated', async () => {
    const { app, call } = await answered({ repeat: 3 })
    expect(app.received).toHaveLength(4)
    expect(new Set(app.received.map(({ req }) => req.headers['x-signalwire-signature'])).size).toBe(
      1,
    )
    expect(call().webhooks.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(call().heard).toEqual(['Hello'])
  })

  test('a webhook can be unsigned, wrongly signed or signed twice', async () => {
    const right = /^[\w+/]{27}=$/
    const signatureOf = async (signature: 'none' | 'wrong' | 'two' | undefined) => {
      const { app } = await answered({ signature })
      const { headers } = app.received[0]!.req
      expect(headers['x-twilio-signature']).toBe(headers['x-signalwire-signature'])
      return headers['x-signalwire-signature']
    }
    expect(await signatureOf(undefined)).toMatch(right)
    expect(await signatureOf('none')).toBeUndefined()
    expect(await signatureOf('wrong')).toMatch(right)
    expect(await signatureOf('two')).toMatch(/^[\w+/]{27}=, [\w+/]{27}=$/)
  })

  test('a wrong signature differs from the right one', async () => {
    const { app, call } = await answered({ signature: 'wrong' })
    const wrong = app.received[0]!.req.headers['x-signalwire-signature']
    expect(call().webhooks[0]!.headers['X-SignalWire-Signature']).toBe(wrong)
    const { app: other } = await answered({ signature: 'two' })
    const [first, second] = (
      other.received[0]!.req.headers['x-signalwire-signature'] as string
    ).split(', ')
    expect(first).not.toBe(second)
  })
})

test.each([
  [{ call: {} }, "there are no faults of 'call'"],
  [{ constructor: {} }, "there are no faults of 'constructor'"],
  [{ calls: 500 }, 'calls is an object'],
  [{ calls: { statuss: 500 } }, "calls has no 'statuss'"],
  [{ calls: { status: 99 } }, 'calls.status is an HTTP status'],
  [{ mfa: { delayMs: -1 } }, 'mfa.delayMs is milliseconds'],
  [{ messages: { drop: 'yes' } }, 'messages.drop is true or false'],
  [{ webhooks: { status: 500 } }, "webhooks has no 'status'"],
  [{ webhooks: { repeat: 1.5 } }, 'webhooks.repeat is a whole number'],
  [{ webhooks: { signature: 'bad' } }, "webhooks.signature is 'none'"],
  [{ statusCallbacks: { drop: 1 } }, 'statusCallbacks.drop is true or false'],
  [{ statusCallbacks: { shuffle: true } }, "statusCallbacks has no 'shuffle'"],
  [[], 'give an object'],
  [null, 'give an object'],
])('setFaults refuses %j', async (faults, message) => {
  const simulator = await startSimulator()
  expect(() => {
    simulator.setFaults(faults as Faults)
  }).toThrow(message)
  expect(await post(simulator, 'Calls', order)).toMatchObject({ status: 200 })
})

test.each([undefined, {}, { delayMs: -1 }, { delayMs: NaN }, { delayMs: '5' }])(
  'setQueueDelay refuses %j',
  async queue => {
    const simulator = await startSimulator()
    expect(() => {
      simulator.setQueueDelay(queue as { delayMs: number })
    }).toThrow('give { delayMs')
  },
)

test('advance() needs the manual clock, and time only moves forward', async () => {
  const manual = await startSimulator()
  for (const milliseconds of [-1, NaN, Infinity, '5'])
    await expect(manual.advance(milliseconds as number)).rejects.toThrow('give milliseconds')
  await manual.advance(0)
  const real = await startSimulator({ clock: 'real' })
  await expect(real.advance(1000)).rejects.toThrow('manual clock')
})

test('two calls of advance() at once run one after the other', async () => {
  const [simulator, app] = [await startSimulator(), await startApp()]
  const sid = await place(simulator, `${app.url}/open`, { Timeout: '10' })
  await Promise.all([simulator.advance(5000), simulator.advance(4999)])
  expect(simulator.call(sid)?.status).toBe('ringing')
  await simulator.advance(1)
  expect(simulator.call(sid)?.status).toBe('no-answer')
})
