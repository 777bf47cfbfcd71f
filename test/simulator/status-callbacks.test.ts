import { RestClient } from '@signalwire/compatibility-api'
import type { ServerResponse } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import {
  alice,
  type App,
  bob,
  place,
  post,
  startApp,
  startBoth,
  startSimulator,
  stopTimers,
  until,
} from './support.js'

const allEvents = 'initiated ringing answered completed'
const statuses = (app: App, field = 'CallStatus') =>
  app.received.filter(({ path }) => path === '/status').map(({ fields }) => fields[field])

/** A call with status callbacks for all events. Returns it when it is over. */
async function completeCall(both: Awaited<ReturnType<typeof startBoth>>) {
  const { simulator, app, callNow } = both
  const { sid } = await callNow({
    StatusCallback: `${app.url}/status`,
    StatusCallbackEvent: allEvents,
  })
  await simulator.hangUp(sid)
  await simulator.idle(sid)
  return simulator.call(sid)!
}

describe('the status callbacks of a call', () => {
  test('the requested events are sent in order, and answered is sent with two statuses', async () => {
    const both = await startBoth()
    const call = await completeCall(both)
    expect(statuses(both.app)).toEqual([
      'initiated',
      'ringing',
      'answered',
      'in-progress',
      'completed',
    ])
    expect(call.webhooks).toHaveLength(1)
    expect(
      call.statusCallbacks.map(({ status, fields }) => [status, fields['CallStatus']]),
    ).toEqual([
      [200, 'initiated'],
      [200, 'ringing'],
      [200, 'answered'],
      [200, 'in-progress'],
      [200, 'completed'],
    ])
  })

  test('a status callback has the documented fields, and a signature', async () => {
    const both = await startBoth()
    const { sid } = await completeCall(both)
    const { app, simulator } = both
    const [first] = app.received
    const last = app.received.at(-1)!
    const common = {
      AccountSid: simulator.signalwire.project,
      ApiVersion: '2010-04-01',
      AudioInAveragePtime: '0',
      AudioInDtmfPacketCount: '0',
      AudioInFlushPacketCount: '0',
      AudioInJitterMaxVariance: '0',
      AudioInJitterMinVariance: '0',
      AudioInLargestJbSize: '0',
      AudioInMediaPacketCount: '0',
      AudioInMos: '4.50',
      AudioInSkipPacketCount: '0',
      AudioOutDtmfPacketCount: '0',
      AudioOutMediaPacketCount: '0',
      CallbackSource: 'call-progress-events',
      CallSid: sid,
      Direction: 'outbound-api',
      From: '+12025550100',
      Timestamp: expect.stringMatching(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} .* \+0000$/),
      To: alice,
    }
    expect(first!.fields).toEqual({ ...common, CallStatus: 'initiated', SequenceNumber: '0' })
    expect(last.fields).toEqual({
      ...common,
      CallStatus: 'completed',
      SequenceNumber: '4',
      CallDuration: '1',
      SipResultCode: '200',
    })
    expect(
      RestClient.validateRequest(
        simulator.signalwire.signingKey,
        last.req.headers['x-signalwire-signature'] as string,
        `${app.url}/status`,
        last.fields,
      ),
    ).toBe(true)
  })

  test.each([
    ['busy', 'busy', '486'],
    ['no-answer', 'no-answer', '480'],
    ['failed', 'failed', '404'],
  ] as const)(
    'without StatusCallbackEvent only the end is reported: %s',
    async (behaviour, status, sipResultCode) => {
      const { simulator, app, order } = await startBoth()
      simulator.setPhone(alice, behaviour)
      await order({ StatusCallback: `${app.url}/status` })
      await simulator.advance(60_000)
      expect(statuses(app)).toEqual([status])
      expect(app.received[0]?.fields).toMatchObject({
        CallDuration: '0',
        SequenceNumber: '0',
        SipResultCode: sipResultCode,
      })
    },
  )

  test('an event that the form has twice is a list, and StatusCallbackMethod GET sends a query', async () => {
    const { simulator, app } = await startBoth()
    const form = new URLSearchParams({
      To: alice,
      From: simulator.signalwire.from,
      Url: `${app.url}/open`,
      StatusCallback: `${app.url}/status`,
      StatusCallbackMethod: 'GET',
      StatusCallbackEvent: 'ringing',
    })
    form.append('StatusCallbackEvent', 'completed')
    const { body } = await post(simulator, 'Calls', form.toString())
    await simulator.hangUp((body as { sid: string }).sid)
    await simulator.idle()
    expect(statuses(app)).toEqual(['ringing', 'busy'])
    expect(app.received[0]?.method).toBe('GET')
  })
})

describe('a status callback that fails', () => {
  test.each([
    ['a dropped connection', (_: unknown, res: ServerResponse) => res.destroy()],
    ['the status 500', (_: unknown, res: ServerResponse) => res.writeHead(500).end()],
  ])('%s: three attempts, and no effect on the call', async (_, response) => {
    const { simulator, app, order } = await startBoth()
    app.responses['/status'] = response
    simulator.setPhone(alice, 'busy')
    const sid = await order({ StatusCallback: `${app.url}/status` })
    await simulator.idle()
    expect(statuses(app)).toEqual(['busy', 'busy', 'busy'])
    expect(simulator.call(sid)).toMatchObject({ status: 'busy', error: null })
  })

  test('the third attempt is the last one if it succeeds, and redirects are followed', async () => {
    const { simulator, app, order } = await startBoth()
    let attempts = 0
    app.responses['/status'] = (_, res) =>
      ++attempts < 3 ? res.destroy() : res.writeHead(307, { Location: '/moved' }).end()
    app.responses['/moved'] = (_, res) => res.writeHead(204).end()
    simulator.setPhone(alice, 'busy')
    const sid = await order({ StatusCallback: `${app.url}/status` })
    await simulator.idle()
    expect(simulator.call(sid)?.statusCallbacks.map(({ url, status }) => [url, status])).toEqual([
      [`${app.url}/status`, 0],
      [`${app.url}/status`, 0],
      [`${app.url}/status`, 307],
      [`${app.url}/moved`, 204],
    ])
  })

  test('with the real clock the attempts are 1 and 3 seconds apart', async () => {
    const [simulator, app] = [await startSimulator({ clock: 'real' }), await startApp()]
    app.responses['/status'] = (_, res) => res.writeHead(500).end()
    simulator.setPhone(alice, 'busy')
    stopTimers()
    await place(simulator, 'https://acme.example/', { StatusCallback: `${app.url}/status` })
    for (const [milliseconds, attempts] of [
      [300, 1],
      [999, 1],
      [1, 2],
      [2999, 2],
      [1, 3],
    ] as const) {
      await vi.advanceTimersByTimeAsync(milliseconds)
      const responses = () => simulator.calls[0]!.statusCallbacks.map(({ status }) => status)
      await until(() => responses().length >= attempts && !responses().includes(0))
      // The timer of the next attempt starts after the response.
      await new Promise(resolve => setImmediate(resolve))
      expect(app.received).toHaveLength(attempts)
    }
  })
})

describe('faults of status callbacks', () => {
  test('drop: none is sent', async () => {
    const both = await startBoth()
    both.simulator.setFaults({ statusCallbacks: { drop: true } })
    expect((await completeCall(both)).statusCallbacks).toEqual([])
    expect(statuses(both.app)).toEqual([])
  })

  test('reverse: all are sent at the end, the last one first', async () => {
    const both = await startBoth()
    both.simulator.setFaults({ statusCallbacks: { reverse: true } })
    await completeCall(both)
    expect(statuses(both.app)).toEqual([
      'completed',
      'in-progress',
      'answered',
      'ringing',
      'initiated',
    ])
    expect(statuses(both.app, 'SequenceNumber')).toEqual(['4', '3', '2', '1', '0'])
  })
})

describe('the status callbacks of a message', () => {
  test('sent and delivered are reported, or undelivered with an error code', async () => {
    const [simulator, app] = [await startSimulator(), await startApp()]
    simulator.setPhone(bob, 'failed')
    for (const to of [alice, bob])
      await post(simulator, 'Messages', {
        From: '+12025550100',
        To: to,
        Body: 'Your code is 1',
        StatusCallback: `${app.url}/status`,
      })
    await simulator.idle()
    const sent = app.received.map(({ fields }) => [fields['To'], fields['MessageStatus']])
    expect(sent.filter(([to]) => to === alice)).toEqual([
      [alice, 'sent'],
      [alice, 'delivered'],
    ])
    expect(sent.filter(([to]) => to === bob)).toEqual([
      [bob, 'sent'],
      [bob, 'undelivered'],
    ])
    expect(
      app.received.find(({ fields }) => fields['MessageStatus'] === 'undelivered')?.fields,
    ).toEqual({
      MessageStatus: 'undelivered',
      MessageSid: simulator.messages[0]!.sid,
      AccountSid: simulator.signalwire.project,
      From: '+12025550100',
      To: bob,
      Body: 'Your code is 1',
      NumMedia: '0',
      NumSegments: '1',
      ErrorCode: '30003',
    })
  })
})
