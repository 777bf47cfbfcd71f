import { expect, test } from 'vitest'
import { alice, mfa, place, post, startApp, startSimulator } from './support.js'

async function start() {
  const [simulator, app] = [await startSimulator({ clock: 'real' }), await startApp()]
  return { simulator, app, order: () => place(simulator, `${app.url}/open`) }
}

test('with the real clock a call rings after a moment, and each text takes its time', async () => {
  const { simulator, app, order } = await start()
  app.responses['/open'] = '<Say>Hi</Say><Say>Bye</Say>'
  const sid = await order()
  expect(simulator.call(sid)?.status).toBe('queued')
  await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  expect(await simulator.waitFor(({ speaking }) => speaking === 'Hi')).toMatchObject({
    status: 'in-progress',
    heard: ['Hi'],
  })
  expect(await simulator.waitFor(({ speaking }) => speaking === 'Bye')).toMatchObject({
    heard: ['Hi', 'Bye'],
  })
  const { durationMs } = await simulator.waitFor(({ status }) => status === 'completed')
  expect(durationMs).toBeGreaterThanOrEqual(300 + 65 * 2 + 300 + 65 * 3)
})

test('a key stops the texts of a Gather, and no text outside of a Gather', async () => {
  const { simulator, app, order } = await start()
  const long = 'a sentence of half a minute '.repeat(16)
  app.responses['/open'] =
    `<Say>Hi</Say><Gather action="${app.url}/keys" numDigits="2"><Say>${long}</Say><Say>never</Say></Gather>`
  const sid = await order()
  await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  await simulator.waitFor(({ speaking }) => speaking === 'Hi')
  await simulator.press(sid, '7')
  expect(simulator.call(sid)?.speaking).toBe('Hi')
  await simulator.waitFor(
    ({ speaking, waitingFor }) => speaking === long.trim() && waitingFor !== null,
  )
  await simulator.press(sid, '4')
  await simulator.waitFor(({ speaking, waitingFor }) => speaking === null && waitingFor !== null)
  await simulator.press(sid, '2')
  const { heard } = await simulator.waitFor(({ status }) => status === 'completed')
  expect(heard).toEqual(['Hi', long.trim()])
  expect(app.received.at(-1)?.fields['Digits']).toBe('42')
})

test('a person who hangs up ends the speech', async () => {
  const { simulator, app, order } = await start()
  app.responses['/open'] = `<Say>${'a sentence of half a minute '.repeat(16)}</Say>`
  const sid = await order()
  await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  await simulator.waitFor(({ speaking }) => speaking !== null)
  await simulator.hangUp(sid)
  expect(simulator.call(sid)).toMatchObject({ status: 'completed', speaking: null })
  await simulator.idle()
})

test('a Gather ends by itself after its timeout', async () => {
  const { simulator, app, order } = await start()
  app.responses['/open'] = `<Gather action="${app.url}/keys" timeout="1"/><Say>Bye</Say>`
  await order()
  const { sid } = await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  expect(await simulator.waitFor(({ status }) => status === 'completed')).toMatchObject({
    heard: ['Bye'],
  })
})

test('a call of hosted MFA has no URL for a Gather without an action', async () => {
  const { simulator } = await start()
  await mfa(simulator, 'call', { to: alice, message: 'a message of some length '.repeat(5) })
  const { sid } = await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  await simulator.waitFor(({ speaking }) => speaking !== null)
  await post(simulator, `Calls/${sid}`, { Twiml: '<Response><Gather numDigits="1"/></Response>' })
  await simulator.waitFor(({ waitingFor }) => waitingFor !== null)
  await simulator.press(sid, '1')
  const { error } = await simulator.waitFor(({ status }) => status === 'completed')
  expect(error).toBe('<Gather> has no action, and the document has no URL')
})
