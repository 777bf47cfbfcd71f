import { describe, expect, test } from 'vitest'
import { alice, gather, place, post, startBoth } from './support.js'

describe('the life of a call', () => {
  test('a call is queued, rings, is in progress, takes keys and is completed', async () => {
    const { simulator, app, order } = await startBoth()
    simulator.setQueueDelay({ delayMs: 2000 })
    const sid = await order()
    expect(simulator.call(sid)).toMatchObject({
      sid,
      from: '+12025550100',
      to: alice,
      status: 'queued',
      heard: [],
      transcript: [],
      waitingFor: null,
      error: null,
      warnings: [],
      sendDigits: null,
      speaking: null,
    })
    await simulator.advance(1999)
    expect(simulator.call(sid)?.status).toBe('queued')
    await simulator.advance(1)
    expect(simulator.call(sid)?.status).toBe('ringing')
    expect(app.received).toHaveLength(0)

    await simulator.answer(sid)
    await simulator.idle(sid)
    expect(app.received.map(({ method, path, fields }) => ({ method, path, fields }))).toEqual([
      {
        method: 'POST',
        path: '/open',
        fields: {
          AccountSid: simulator.signalwire.project,
          ApiVersion: '2010-04-01',
          CallSid: sid,
          CallStatus: 'in-progress',
          Direction: 'outbound-api',
          From: '+12025550100',
          To: alice,
        },
      },
    ])
    expect(simulator.call(sid)).toMatchObject({
      status: 'in-progress',
      heard: ['Two digits'],
      waitingFor: { numDigits: 2, finishOnKey: '#', timeout: 5 },
    })

    await simulator.press(sid, '4')
    await simulator.press(sid, '2')
    await simulator.idle(sid)
    expect(app.received[1]).toMatchObject({
      path: '/keys',
      fields: { CallSid: sid, CallStatus: 'in-progress', Digits: '42' },
    })
    expect(simulator.call(sid)).toMatchObject({
      status: 'completed',
      heard: ['Two digits', 'Thank you'],
      waitingFor: null,
      error: null,
    })
    expect(simulator.call(sid)?.transcript).toEqual([
      { kind: 'gather', numDigits: 2, finishOnKey: '#', timeout: 5 },
      { kind: 'say', text: 'Two digits', voice: null, language: null },
      { kind: 'keys', digits: '4' },
      { kind: 'keys', digits: '2' },
      { kind: 'say', text: 'Thank you', voice: null, language: null },
      { kind: 'hangup', by: 'caller' },
    ])
    const [first, second] = simulator.call(sid)!.webhooks
    expect(first).toMatchObject({
      url: `${app.url}/open`,
      status: 200,
      fields: app.received[0]!.fields,
    })
    expect(first!.body).toContain('<Gather')
    expect(second!.headers['X-SignalWire-Signature']).toBe(
      app.received[1]!.req.headers['x-signalwire-signature'],
    )
  })

  test('a snapshot of a call does not change', async () => {
    const { simulator, order } = await startBoth()
    const sid = await order()
    const before = simulator.call(sid)!
    await simulator.answer(sid)
    await simulator.idle()
    expect(before).toMatchObject({ status: 'ringing', heard: [] })
  })

  test('a call that nobody answers ends when the ringing time is over, and not a millisecond before', async () => {
    const { simulator, app, order } = await startBoth()
    const [short, long] = [await order({ Timeout: '30' }), await order()]
    await simulator.advance(29_999)
    expect(simulator.call(short)?.status).toBe('ringing')
    await simulator.advance(1)
    expect(simulator.calls.map(({ sid, status }) => [sid, status])).toEqual([
      [long, 'ringing'],
      [short, 'no-answer'],
    ])
    await simulator.advance(30_000)
    expect(simulator.call(long)).toMatchObject({ status: 'no-answer', durationMs: 0 })
    expect(app.received).toHaveLength(0)
    await expect(simulator.answer(long)).rejects.toMatchObject({ status: 409 })
  })

  test('each event happens at its time, whatever the step of the clock', async () => {
    const { simulator, order } = await startBoth()
    const [slow, quick, talking] = [
      await order({ Timeout: '20' }),
      await order({ Timeout: '10' }),
      await order(),
    ]
    const ended: string[] = []
    simulator.onChange(() => {
      for (const { sid, status } of simulator.calls)
        if (status !== 'ringing' && status !== 'in-progress' && !ended.includes(sid))
          ended.push(sid)
    })
    await simulator.answer(talking)
    await simulator.idle()
    const spoken = simulator.call(talking)!.durationMs
    await simulator.advance(1000)
    expect(simulator.call(talking)?.durationMs).toBe(spoken + 1000)
    await simulator.advance(60_000)
    expect(ended).toEqual([talking, quick, slow])
    expect(simulator.call(talking)?.durationMs).toBe(
      spoken + 5000 + 300 + 65 * 'Nothing came'.length,
    )
  })

  test('the person declines a ringing call, and hangs up in the middle of another', async () => {
    const { simulator, app, order } = await startBoth()
    const [declined, ended] = [await order(), await order()]
    await simulator.hangUp(declined)
    expect(simulator.call(declined)).toMatchObject({
      status: 'busy',
      transcript: [{ kind: 'hangup', by: 'person' }],
    })
    await simulator.answer(ended)
    await simulator.idle()
    await simulator.hangUp(ended)
    expect(simulator.call(ended)).toMatchObject({
      status: 'completed',
      waitingFor: null,
      error: null,
    })
    expect(simulator.call(ended)?.transcript.at(-1)).toEqual({ kind: 'hangup', by: 'person' })
    await simulator.advance(60_000)
    expect(simulator.call(ended)?.heard).toEqual(['Two digits'])
    expect(app.received).toHaveLength(1)
    for (const act of [
      simulator.hangUp(ended),
      simulator.answer(ended),
      simulator.press(ended, '1'),
    ])
      await expect(act).rejects.toMatchObject({ status: 409 })
  })

  test('a person who hangs up during a webhook does not hear its response', async () => {
    const { simulator, app, order } = await startBoth()
    let sid = ''
    app.responses['/open'] = (_, res) => {
      void simulator
        .hangUp(sid)
        .then(() =>
          res
            .writeHead(200, { 'Content-Type': 'text/xml' })
            .end('<Response><Say>Too late</Say></Response>'),
        )
    }
    sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    expect(simulator.call(sid)).toMatchObject({ status: 'completed', heard: [], error: null })
    expect(simulator.call(sid)?.webhooks[0]?.body).toContain('Too late')
  })

  test('waitFor lists the state of all calls when it gives up, and ends with the simulator', async () => {
    const { simulator, order } = await startBoth()
    const sid = await order()
    expect((await simulator.waitFor(call => call.status === 'ringing')).sid).toBe(sid)
    const later = simulator.waitFor(call => call.heard.includes('Two digits'))
    await simulator.answer(sid)
    expect((await later).sid).toBe(sid)
    await expect(
      simulator.waitFor(() => {
        throw new Error('a mistake of the test')
      }),
    ).rejects.toThrow('a mistake of the test')
    const stopped = expect(simulator.waitFor(call => call.status === 'failed')).rejects.toThrow(
      'stopped',
    )
    await simulator.stop()
    await stopped
  })
})

describe('a Gather', () => {
  test('a Gather without input ends after its timeout, and the next verb follows', async () => {
    const { simulator, app, callNow } = await startBoth()
    const { sid } = await callNow()
    await simulator.advance(4999)
    expect(simulator.call(sid)?.status).toBe('in-progress')
    await simulator.advance(1)
    expect(simulator.call(sid)).toMatchObject({
      status: 'completed',
      heard: ['Two digits', 'Nothing came'],
      error: null,
    })
    expect(simulator.call(sid)?.durationMs).toBe(300 + 65 * 10 + 5000 + (300 + 65 * 12))
    expect(app.received).toHaveLength(1)
  })

  test('each key starts the timeout again, and after it too few keys are sent to the app', async () => {
    const { simulator, app, callNow } = await startBoth()
    const { sid } = await callNow()
    await simulator.advance(4000)
    await simulator.press(sid, '4')
    await simulator.advance(4999)
    expect(app.received).toHaveLength(1)
    await simulator.advance(1)
    expect(app.received[1]?.fields).toMatchObject({ Digits: '4' })
  })

  test.each([
    ['1234#', '1234', ''],
    ['1#', '1', 'finishOnKey="#"'],
    ['1#2*', '1#2', 'finishOnKey="*"'],
    ['12*', '12', 'finishOnKey="*#"'],
    ['12#', '12', 'finishOnKey="*#"'],
    ['1239', '123', 'finishOnKey="9"'],
    ['#*#', '#*#', 'finishOnKey="" numDigits="3"'],
  ])('the keys %s are sent as %s to a Gather with: %s', async (keys, digits, attributes) => {
    const { app, callNow, press } = await startBoth()
    app.responses['/open'] = gather(app.url, attributes)
    const { sid } = await callNow()
    await press(sid, keys)
    expect(app.received[1]?.fields['Digits']).toBe(digits)
  })

  test('the finishing key alone is no input', async () => {
    const { app, callNow, press } = await startBoth()
    const { sid } = await callNow()
    const call = await press(sid, '#')
    expect(app.received).toHaveLength(1)
    expect(call.heard).toContain('Nothing came')
  })

  test('actionOnEmptyResult asks the app although no key was pressed, with empty Digits', async () => {
    const { simulator, app, callNow } = await startBoth()
    app.responses['/open'] = gather(app.url, 'numDigits="2" actionOnEmptyResult="true"')
    const { sid } = await callNow()
    await simulator.advance(5000)
    expect(app.received[1]).toMatchObject({ path: '/keys', fields: { Digits: '' } })
    expect(simulator.call(sid)?.heard).toEqual(['Two digits', 'Thank you'])
  })

  test('a Gather without an action sends the keys to the URL of its document', async () => {
    const { app, callNow, press } = await startBoth()
    app.responses['/open'] = ({ fields }, res) => {
      const digits = fields['Digits']
      res
        .writeHead(200, { 'Content-Type': 'text/xml' })
        .end(
          `<Response>${digits === undefined ? '<Gather numDigits="1"/>' : `<Say>${digits}</Say>`}</Response>`,
        )
    }
    const { sid } = await callNow({ Method: 'GET' })
    expect(await press(sid, '7')).toMatchObject({ heard: ['7'], error: null })
    expect(app.received.map(({ method, path }) => [method, path])).toEqual([
      ['GET', '/open'],
      ['GET', '/open'],
    ])
  })

  test.each(['', 'a', '12 3', '+1', '1'.repeat(33), '１'])('%j are not keys', async keys => {
    const { simulator, callNow } = await startBoth()
    const { sid } = await callNow()
    await expect(simulator.press(sid, keys)).rejects.toMatchObject({
      name: 'SimulatorError',
      status: 400,
    })
  })

  test('a Gather asks the app by GET if its method says so', async () => {
    const { app, callNow, press } = await startBoth()
    app.responses['/open'] = `<Gather action="${app.url}/keys?a=1" method="GET" numDigits="1"/>`
    const { sid } = await callNow({ Method: 'GET' })
    await press(sid, '5')
    expect(app.received.map(({ method }) => method)).toEqual(['GET', 'GET'])
    expect(app.received[1]?.fields).toMatchObject({ a: '1', Digits: '5', CallSid: sid })
  })
})

describe('what the app responds', () => {
  test('a Redirect verb leads to the next document', async () => {
    const { app, callNow } = await startBoth()
    app.responses['/open'] = `<Say>One</Say><Redirect>${app.url}/next</Redirect><Say>never</Say>`
    app.responses['/next'] = '<Say>Two</Say>'
    expect(await callNow()).toMatchObject({ heard: ['One', 'Two'], error: null })
    expect(app.received[1]?.fields['Digits']).toBeUndefined()
  })

  test('a document that redirects to itself ends after 100 webhooks', async () => {
    const { app, callNow } = await startBoth()
    app.responses['/open'] = `<Redirect>${app.url}/open</Redirect>`
    expect(await callNow()).toMatchObject({
      status: 'completed',
      error: 'over 100 webhooks in one call',
    })
    expect(app.received).toHaveLength(100)
  })

  test('an empty Response ends the call without an error', async () => {
    const { app, callNow } = await startBoth()
    app.responses['/open'] = ''
    expect(await callNow()).toMatchObject({ status: 'completed', heard: [], error: null })
  })

  test('a text with loop 0 repeats until the person hangs up', async () => {
    const { simulator, app, callNow } = await startBoth()
    app.responses['/open'] = '<Say loop="0">Hello</Say>'
    const { sid } = await callNow()
    const once = 300 + 65 * 5
    await simulator.advance(2 * once)
    expect(simulator.call(sid)?.heard).toEqual(['Hello', 'Hello', 'Hello'])
    await simulator.hangUp(sid)
    expect(simulator.call(sid)).toMatchObject({ status: 'completed', durationMs: 2 * once })
  })

  test.each([
    [403, 'the response is HTTP 403 (error 11217)'],
    [500, 'the response is HTTP 500 (error 11217)'],
    [201, 'the response is HTTP 201'],
    [204, 'the response is HTTP 204'],
  ])('the HTTP status %i ends the call with an error', async (status, reason) => {
    const { app, callNow } = await startBoth()
    app.responses['/open'] = (_, res) => {
      res
        .writeHead(status, { 'Content-Type': 'text/xml' })
        .end(status === 204 ? undefined : '<Response><Hangup/></Response>')
    }
    const call = await callNow()
    expect(call.error).toContain(reason)
    expect(call.heard).toEqual(['An application error has occurred.'])
    expect(app.received).toHaveLength(1)
  })

  test('no server, and a cut connection, end the call, and the webhook is not sent again', async () => {
    const { simulator, app, order } = await startBoth()
    app.responses['/open'] = (_, res) => res.destroy()
    const cut = await order()
    const nobody = await place(simulator, 'http://127.0.0.1:1/open')
    for (const sid of [cut, nobody]) await simulator.answer(sid)
    await simulator.idle()
    expect(simulator.call(cut)?.error).toContain('no response (ECONNRESET) (error 11200)')
    expect(simulator.call(nobody)?.error).toContain('no response (ECONNREFUSED) (error 11200)')
    expect(simulator.call(nobody)?.webhooks).toMatchObject([{ status: 0, body: '' }])
    expect(app.received).toHaveLength(1)
  })
})

describe('the app updates a call', () => {
  test('a queued or ringing call can be canceled, and one in progress can be completed', async () => {
    const { simulator, order, callNow } = await startBoth()
    const ringing = await order()
    simulator.setQueueDelay({ delayMs: 5000 })
    const queued = await order()
    simulator.setQueueDelay({ delayMs: 0 })
    for (const sid of [ringing, queued])
      expect(await post(simulator, `Calls/${sid}`, { Status: 'canceled' })).toMatchObject({
        status: 200,
        body: { sid, status: 'canceled' },
      })
    const { sid } = await callNow()
    expect((await post(simulator, `Calls/${sid}`, { Status: 'completed' })).body).toMatchObject({
      status: 'completed',
    })
    expect(simulator.call(sid)?.transcript.at(-1)).toEqual({ kind: 'hangup', by: 'caller' })
    await simulator.advance(60_000)
    expect(simulator.calls.map(({ status }) => status)).toEqual([
      'completed',
      'canceled',
      'canceled',
    ])
  })

  test('a new Url interrupts what the call says, and its Method and FallbackUrl hold from then on', async () => {
    const { simulator, app, callNow } = await startBoth()
    app.responses['/new'] = '<Say>Something else</Say><Redirect>http://127.0.0.1:1/gone</Redirect>'
    app.responses['/fallback'] = '<Say>Sorry</Say>'
    const { sid } = await callNow()
    const { status } = await post(simulator, `Calls/${sid}`, {
      Url: `${app.url}/new`,
      Method: 'GET',
      FallbackUrl: `${app.url}/fallback`,
    })
    expect(status).toBe(200)
    await simulator.idle(sid)
    expect(simulator.call(sid)).toMatchObject({
      status: 'completed',
      heard: ['Two digits', 'Something else', 'Sorry'],
      error: null,
    })
    expect(app.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /open',
      'GET /new',
      'POST /fallback',
    ])
  })

  test('a new Url during a webhook wins over its response, even over an error', async () => {
    const { simulator, app, order } = await startBoth()
    app.responses['/new'] = '<Say>Something else</Say>'
    let sid = ''
    app.responses['/open'] = (_, res) => {
      void post(simulator, `Calls/${sid}`, { Url: `${app.url}/new` }).then(() => res.destroy())
    }
    sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    expect(simulator.call(sid)).toMatchObject({ heard: ['Something else'], error: null })
  })

  test('a Twiml document is performed at once, and its Gather needs an action of its own', async () => {
    const { simulator, app, callNow } = await startBoth()
    app.responses['/keys'] = '<Say>Thank you</Say>'
    const { sid } = await callNow()
    await post(simulator, `Calls/${sid}`, {
      Twiml: `<Response><Say>Now</Say>${gather(app.url, 'numDigits="1"', '')}</Response>`,
    })
    await simulator.idle(sid)
    await simulator.press(sid, '1')
    await simulator.idle(sid)
    expect(simulator.call(sid)?.heard).toEqual(['Two digits', 'Now', 'Thank you'])
  })

  test('a StatusCallback that is set later reports the end', async () => {
    const { simulator, app, callNow } = await startBoth()
    const { sid } = await callNow()
    await post(simulator, `Calls/${sid}`, { StatusCallback: `${app.url}/status` })
    await simulator.hangUp(sid)
    await simulator.idle(sid)
    expect(app.received.at(-1)).toMatchObject({
      path: '/status',
      fields: { CallStatus: 'completed' },
    })
  })

  test('a Gather of a Twiml document sends its keys to the URL of the document before it', async () => {
    const { simulator, app, callNow, press } = await startBoth()
    const { sid } = await callNow()
    await post(simulator, `Calls/${sid}`, {
      Twiml: '<Response><Gather numDigits="1"/></Response>',
    })
    await simulator.idle(sid)
    await press(sid, '1')
    expect(app.received.at(-1)).toMatchObject({ path: '/open', fields: { Digits: '1' } })
  })
})
