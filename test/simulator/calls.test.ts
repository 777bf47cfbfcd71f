import { describe, expect, test } from 'vitest'
import { alice, place, post, startApp, startSimulator } from './support.js'

const keysAt = (
  url: string,
  more = 'numDigits="2" timeout="5"',
  inside = '<Say>Two digits</Say>',
) => `<Gather action="${url}/keys" ${more}>${inside}</Gather><Say>Nothing came</Say>`

async function start() {
  const [simulator, app] = [await startSimulator(), await startApp()]
  app.answers['/open'] = keysAt(app.url)
  app.answers['/keys'] = '<Say>Thank you</Say>'
  return {
    simulator,
    app,
    order: (more?: Readonly<Record<string, string>>) => place(simulator, `${app.url}/open`, more),
  }
}

describe('the life of a call', () => {
  test('queued, ringing, in progress, keys, completed', async () => {
    const { simulator, app, order } = await start()
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
      sendDigits: null,
      speaking: null,
    })
    await simulator.advance(1999)
    expect(simulator.call(sid)?.status).toBe('queued')
    await simulator.advance(1)
    expect(simulator.call(sid)?.status).toBe('ringing')
    expect(app.asked).toHaveLength(0)

    await simulator.answer(sid)
    await simulator.idle(sid)
    expect(app.asked.map(({ method, path, fields }) => ({ method, path, fields }))).toEqual([
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
    expect(app.asked[1]).toMatchObject({
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
      fields: app.asked[0]!.fields,
    })
    expect(first!.body).toContain('<Gather')
    expect(second!.headers['X-SignalWire-Signature']).toBe(
      app.asked[1]!.req.headers['x-signalwire-signature'],
    )
  })

  test('a snapshot stays what it was', async () => {
    const { simulator, order } = await start()
    const sid = await order()
    const before = simulator.call(sid)!
    await simulator.answer(sid)
    await simulator.idle()
    expect(before).toMatchObject({ status: 'ringing', heard: [] })
  })

  test('nobody answers: over when the ringing time is, and not a millisecond before', async () => {
    const { simulator, app, order } = await start()
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
    expect(app.asked).toHaveLength(0)
    await expect(simulator.answer(long)).rejects.toMatchObject({ status: 409 })
  })

  test('each event comes at its moment, whatever the step of the clock', async () => {
    const { simulator, order } = await start()
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

  test('the person declines, or hangs up', async () => {
    const { simulator, app, order } = await start()
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
    expect(app.asked).toHaveLength(1)
    for (const act of [
      simulator.hangUp(ended),
      simulator.answer(ended),
      simulator.press(ended, '1'),
    ])
      await expect(act).rejects.toMatchObject({ status: 409 })
  })

  test('a person who hangs up while the app is asked hears nothing of its answer', async () => {
    const { simulator, app, order } = await start()
    let sid = ''
    app.answers['/open'] = (_, res) => {
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

  test('the caller cancels, or ends', async () => {
    const { simulator, order } = await start()
    const [first, second, third] = [await order(), await order(), await order()]
    expect((await post(simulator, `Calls/${first}`, { Status: 'canceled' })).body).toMatchObject({
      sid: first,
      status: 'canceled',
    })
    await simulator.answer(second)
    await simulator.answer(third)
    await simulator.idle()
    expect(
      (await post(simulator, `Calls/${second}.json`, { Status: 'canceled' })).body,
    ).toMatchObject({ status: 'in-progress' })
    expect((await post(simulator, `Calls/${third}`, { Status: 'completed' })).body).toMatchObject({
      status: 'completed',
    })
    expect(simulator.call(third)?.transcript.at(-1)).toEqual({ kind: 'hangup', by: 'caller' })
    expect((await post(simulator, `Calls/${third}`, { Status: 'completed' })).body).toMatchObject({
      errors: [{ code: '21220' }],
    })
    expect(simulator.call(second)?.status).toBe('in-progress')
  })

  test('waitFor tells how the calls stand when it gives up, and ends with the simulator', async () => {
    const { simulator, order } = await start()
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
    const never = simulator.waitFor(call => call.status === 'failed')
    await expect(never).rejects.toThrow(
      /No call got there within 5 seconds\. The calls are: \+12025550123 in-progress, waits for keys\./,
    )
    const stopped = expect(simulator.waitFor(call => call.status === 'failed')).rejects.toThrow(
      'stopped',
    )
    await simulator.stop()
    await stopped
  })
})

describe('a Gather', () => {
  test('runs out: what follows it is said', async () => {
    const { simulator, app, order } = await start()
    const sid = await order()
    await simulator.answer(sid)
    await simulator.advance(4999)
    expect(simulator.call(sid)?.status).toBe('in-progress')
    await simulator.advance(1)
    expect(simulator.call(sid)).toMatchObject({
      status: 'completed',
      heard: ['Two digits', 'Nothing came'],
      error: null,
    })
    expect(simulator.call(sid)?.durationMs).toBe(300 + 65 * 10 + 5000 + (300 + 65 * 12))
    expect(app.asked).toHaveLength(1)
  })

  test('each key starts the time anew, and too few keys are sent when it is over', async () => {
    const { simulator, app, order } = await start()
    const sid = await order()
    await simulator.answer(sid)
    await simulator.advance(4000)
    await simulator.press(sid, '4')
    await simulator.advance(4999)
    expect(app.asked).toHaveLength(1)
    await simulator.advance(1)
    expect(app.asked[1]?.fields).toMatchObject({ Digits: '4' })
  })

  test.each([
    ['#', '', '1234#', '1234'],
    ['#', 'finishOnKey="#"', '1#', '1'],
    ['*', 'finishOnKey="*"', '1#2*', '1#2'],
    ['no key', 'finishOnKey="" numDigits="3"', '#*#', '#*#'],
  ])('%s ends it', async (_, attributes, keys, digits) => {
    const { simulator, app, order } = await start()
    app.answers['/open'] = keysAt(app.url, attributes)
    const sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    await simulator.press(sid, keys)
    await simulator.idle()
    expect(app.asked[1]?.fields['Digits']).toBe(digits)
  })

  test('the finishing key alone is no input', async () => {
    const { simulator, app, order } = await start()
    const sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    await simulator.press(sid, '#')
    await simulator.idle()
    expect(app.asked).toHaveLength(1)
    expect(simulator.call(sid)?.heard).toContain('Nothing came')
  })

  test('keys that nobody asked for are lost', async () => {
    const { simulator, app, order } = await start()
    app.answers['/keys'] = keysAt(app.url, 'numDigits="1"', '')
    const sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    await simulator.press(sid, '4299')
    await simulator.press(sid, '7')
    await simulator.idle()
    expect(app.asked).toHaveLength(2)
    expect(app.asked[1]?.fields['Digits']).toBe('42')
    expect(simulator.call(sid)?.transcript.filter(({ kind }) => kind === 'keys')).toEqual([
      { kind: 'keys', digits: '42' },
      { kind: 'keys', digits: '99', lost: true },
      { kind: 'keys', digits: '7', lost: true },
    ])
    expect(simulator.call(sid)?.waitingFor).toMatchObject({ numDigits: 1 })
  })

  test.each(['', 'a', '12 3', '+1', '1'.repeat(33), '１'])('%j are no keys', async keys => {
    const { simulator, order } = await start()
    const sid = await order()
    await simulator.answer(sid)
    await expect(simulator.press(sid, keys)).rejects.toMatchObject({
      name: 'SimulatorError',
      status: 400,
    })
  })

  test('asks by GET if told so', async () => {
    const { simulator, app, order } = await start()
    app.answers['/open'] = `<Gather action="${app.url}/keys?a=1" method="GET" numDigits="1"/>`
    const sid = await order({ Method: 'GET' })
    await simulator.answer(sid)
    await simulator.idle()
    await simulator.press(sid, '5')
    await simulator.idle()
    expect(app.asked.map(({ method }) => method)).toEqual(['GET', 'GET'])
    expect(app.asked[1]?.fields).toMatchObject({ a: '1', Digits: '5', CallSid: sid })
  })
})

describe('what the app answers', () => {
  test('a Redirect of LaML is followed', async () => {
    const { simulator, app, order } = await start()
    app.answers['/open'] = `<Say>One</Say><Redirect>${app.url}/next</Redirect><Say>never</Say>`
    app.answers['/next'] = '<Say>Two</Say>'
    const sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    expect(simulator.call(sid)).toMatchObject({ heard: ['One', 'Two'], error: null })
    expect(app.asked[1]?.fields['Digits']).toBeUndefined()
  })

  test('a Redirect to itself ends after 100 webhooks', async () => {
    const { simulator, app, order } = await start()
    app.answers['/open'] = `<Redirect>${app.url}/open</Redirect>`
    const sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    expect(app.asked).toHaveLength(100)
    expect(simulator.call(sid)).toMatchObject({
      status: 'completed',
      error: 'over 100 webhooks in one call',
    })
  })

  test.each([
    [301, 'redirect'],
    [307, 'redirect'],
    [403, 'HTTP 403'],
    [500, 'HTTP 500'],
    [201, 'HTTP 201'],
    [204, 'HTTP 204'],
  ])('HTTP %i breaks the call', async (status, reason) => {
    const { simulator, app, order } = await start()
    app.answers['/open'] = (_, res) => {
      res
        .writeHead(status, { 'Content-Type': 'text/xml', Location: `${app.url}/next` })
        .end(status === 204 ? undefined : '<Response><Hangup/></Response>')
    }
    const sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    expect(simulator.call(sid)?.error).toContain(reason)
    expect(simulator.call(sid)?.heard).toEqual(['An application error has occurred.'])
    expect(app.asked).toHaveLength(1)
  })

  test('nobody listens, or the line is cut: the call breaks, and nothing is tried again', async () => {
    const { simulator, app, order } = await start()
    app.answers['/open'] = (_, res) => res.destroy()
    const cut = await order()
    const nobody = await place(simulator, 'http://127.0.0.1:1/open')
    for (const sid of [cut, nobody]) await simulator.answer(sid)
    await simulator.idle()
    expect(simulator.call(cut)?.error).toContain('no answer (ECONNRESET)')
    expect(simulator.call(nobody)?.error).toContain('no answer (ECONNREFUSED)')
    expect(simulator.call(nobody)?.webhooks).toMatchObject([{ status: 0, body: '' }])
    expect(app.asked).toHaveLength(1)
  })
})
