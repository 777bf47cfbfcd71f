// What SignalWire does not document: the simulator's choice, and the other one.
import { expect, test } from 'vitest'
import { alice, gather, place, startApp, startBoth, startSimulator } from './support.js'

test.each([
  [undefined, 'busy'],
  ['no-answer', 'no-answer'],
  ['failed', 'failed'],
] as const)(
  'with declinedCall %s, a call that the person declines is %s',
  async (declinedCall, status) => {
    const { simulator, order } = await startBoth({
      undocumented: declinedCall === undefined ? {} : { declinedCall },
    })
    const sid = await order()
    await simulator.hangUp(sid)
    expect(simulator.call(sid)?.status).toBe(status)
  },
)

test('by default, keys that nobody asked for are lost', async () => {
  const { app, callNow, press } = await startBoth()
  app.responses['/keys'] = gather(app.url, 'numDigits="1"', '')
  const { sid } = await callNow()
  await press(sid, '4299')
  const call = await press(sid, '7')
  expect(app.received.map(({ fields }) => fields['Digits'])).toEqual([undefined, '42', '7'])
  expect(call.transcript.filter(({ kind }) => kind === 'keys')).toEqual([
    { kind: 'keys', digits: '42' },
    { kind: 'keys', digits: '99', lost: true },
    { kind: 'keys', digits: '7' },
  ])
})

test("with keysBeforeGather 'kept', the next Gather gets them", async () => {
  const { app, callNow, press } = await startBoth({ undocumented: { keysBeforeGather: 'kept' } })
  app.responses['/keys'] = gather(app.url, 'numDigits="1"', '<Say>never said</Say>')
  const { sid } = await callNow()
  const call = await press(sid, '4299')
  expect(app.received.map(({ fields }) => fields['Digits'])).toEqual([undefined, '42', '9', '9'])
  expect(call).toMatchObject({ heard: ['Two digits', 'never said'], status: 'in-progress' })
})

test.each([
  [false, '12'],
  [true, '12#'],
])('with finishKeyInDigits %s, the keys 12# are sent as %s', async (finishKeyInDigits, digits) => {
  const { app, callNow, press } = await startBoth({ undocumented: { finishKeyInDigits } })
  app.responses['/open'] = gather(app.url, '')
  const { sid } = await callNow()
  await press(sid, '12#')
  expect(app.received.at(-1)?.fields['Digits']).toBe(digits)
})

test.each([
  [undefined, 'machine_start'],
  ['machine', 'machine'],
])('with answeredByMachine %s, AnsweredBy is %s for a voicemail', async (given, value) => {
  const { simulator, app, order } = await startBoth({
    undocumented: given === undefined ? {} : { answeredByMachine: given },
  })
  simulator.setPhone(alice, 'voicemail')
  await order({ MachineDetection: 'Enable' })
  await simulator.idle()
  expect(app.received[0]?.fields['AnsweredBy']).toBe(value)
})

test('with keyStopsSpeech false, a Gather says all its texts although a key was pressed', async () => {
  const [simulator, app] = [
    await startSimulator({ clock: 'real', undocumented: { keyStopsSpeech: false } }),
    await startApp(),
  ]
  app.responses['/open'] = gather(app.url, 'numDigits="1"', '<Say>One</Say><Say>Two</Say>')
  const sid = await place(simulator, `${app.url}/open`)
  await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  await simulator.waitFor(({ speaking }) => speaking === 'One')
  await simulator.press(sid, '7')
  expect(simulator.call(sid)?.speaking).toBe('One')
  const { heard } = await simulator.waitFor(({ status }) => status === 'completed')
  expect(heard).toEqual(['One', 'Two'])
  expect(app.received.at(-1)?.fields['Digits']).toBe('7')
})
