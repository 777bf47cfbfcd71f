import { describe, expect, test } from 'vitest'
import { alice, bob, gather, get, place, startBoth, startSimulator } from './support.js'

describe('the behaviour of a phone', () => {
  test.each(['busy', 'failed'] as const)('a phone that is %s never rings', async behaviour => {
    const { simulator, app, order } = await startBoth()
    simulator.setPhone(alice, behaviour)
    const sid = await order()
    await simulator.idle()
    expect(simulator.call(sid)).toMatchObject({ status: behaviour, durationMs: 0 })
    expect(app.received).toHaveLength(0)
  })

  test('a no-answer phone rings and cannot be answered', async () => {
    const { simulator, order } = await startBoth()
    simulator.setPhone(alice, 'no-answer')
    const sid = await order()
    await expect(simulator.answer(sid)).rejects.toMatchObject({ status: 409 })
    await simulator.advance(60_000)
    expect(simulator.call(sid)?.status).toBe('no-answer')
  })

  test('an answers phone answers at once, and its call waits for keys', async () => {
    const { simulator, order } = await startBoth()
    simulator.setPhone(alice, 'answers')
    const sid = await order()
    await simulator.idle(sid)
    expect(simulator.call(sid)).toMatchObject({
      status: 'in-progress',
      waitingFor: { numDigits: 2 },
    })
  })

  test('a voicemail answers and presses no key, and no test has to wait for it', async () => {
    const { simulator, app, order } = await startBoth()
    simulator.setPhone(alice, 'voicemail')
    const sid = await order()
    await simulator.idle()
    expect(simulator.call(sid)).toMatchObject({
      status: 'completed',
      heard: ['Two digits', 'Nothing came'],
    })
    expect(simulator.call(sid)?.durationMs).toBeGreaterThanOrEqual(5000)
    expect(app.received).toHaveLength(1)
  })

  test('the greeting of a voicemail plays its keys once', async () => {
    const { simulator, app, order } = await startBoth()
    simulator.setPhone(alice, 'voicemail', { keys: '11' })
    app.responses['/keys'] = gather(app.url)
    const sid = await order()
    await simulator.idle()
    expect(app.received.map(({ fields }) => fields['Digits'])).toEqual([undefined, '11'])
    expect(simulator.call(sid)?.heard).toEqual(['Two digits', 'Two digits', 'Nothing came'])
  })

  test('the behaviour of one phone has no effect on another', async () => {
    const { simulator, order } = await startBoth()
    simulator.setPhone(bob, 'busy')
    expect(simulator.call(await order())?.status).toBe('ringing')
  })

  test.each([
    ['12025550123', 'busy'],
    ['', 'busy'],
    [alice, 'sleeps'],
    [alice, 'constructor'],
  ])('setPhone refuses %j with the behaviour %s', async (number, behaviour) => {
    const simulator = await startSimulator()
    expect(() => {
      simulator.setPhone(number, behaviour as 'busy')
    }).toThrow(expect.objectContaining({ status: 400 }))
  })
})

test.each([
  ['manual', undefined, undefined, null],
  ['manual', 'none', undefined, null],
  ['manual', 'Enable', 'human', 'human'],
  ['voicemail', 'Enable', 'machine_start', 'machine'],
  ['voicemail', 'DetectMessageEnd', 'machine_start', 'machine'],
] as const)(
  'for a %s phone and MachineDetection %s, AnsweredBy is %s in webhooks and %s in the REST API',
  async (behaviour, detection, inWebhooks, inApi) => {
    const { simulator, app, order } = await startBoth()
    simulator.setPhone(alice, behaviour)
    const sid = await order(detection === undefined ? {} : { MachineDetection: detection })
    if (behaviour === 'manual') await simulator.answer(sid)
    await simulator.idle()
    expect(app.received[0]?.fields['AnsweredBy']).toBe(inWebhooks)
    expect((await get(simulator, `Calls/${sid}`)).body).toMatchObject({ answered_by: inApi })
  },
)

test('refetch sends the same bytes again and changes nothing', async () => {
  const { simulator, app, callNow } = await startBoth()
  const before = await callNow()
  expect(await simulator.refetch(before.sid, 0)).toEqual({
    status: 200,
    body: before.webhooks[0]!.body,
  })
  const [first, again] = app.received
  expect(again!.fields).toEqual(first!.fields)
  expect(again!.req.headers).toEqual(first!.req.headers)
  expect(simulator.call(before.sid)).toEqual(before)
  await expect(simulator.refetch(before.sid, 1)).rejects.toThrow('there is no index 1')
  await expect(simulator.refetch('nobody', 0)).rejects.toThrow('there is no call nobody')
})

test('a number in any country rings by default', async () => {
  const simulator = await startSimulator()
  await place(simulator, 'https://acme.example/', { To: '+491511234567' })
  expect(simulator.calls).toMatchObject([{ to: '+491511234567', status: 'ringing' }])
})
