import { expect, test } from 'vitest'
import { place, startApp, startSimulator } from './support.js'

async function start() {
  const [simulator, app] = [await startSimulator({ clock: 'real' }), await startApp()]
  return { simulator, app, order: () => place(simulator, `${app.url}/open`) }
}

test('a call rings after a moment, and speaks for as long as it takes', async () => {
  const { simulator, app, order } = await start()
  app.answers['/open'] = '<Say>Hi</Say><Say>Bye</Say>'
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

test('a key stops what a Gather says, not what is said outside of one', async () => {
  const { simulator, app, order } = await start()
  const long = 'a sentence of half a minute '.repeat(16)
  app.answers['/open'] =
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
  expect(app.asked.at(-1)?.fields['Digits']).toBe('42')
})

test('a person who hangs up stops the speech', async () => {
  const { simulator, app, order } = await start()
  app.answers['/open'] = `<Say>${'a sentence of half a minute '.repeat(16)}</Say>`
  const sid = await order()
  await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  await simulator.waitFor(({ speaking }) => speaking !== null)
  await simulator.hangUp(sid)
  expect(simulator.call(sid)).toMatchObject({ status: 'completed', speaking: null })
  await simulator.idle()
})

test('a Gather runs out by itself', async () => {
  const { simulator, app, order } = await start()
  app.answers['/open'] = `<Gather action="${app.url}/keys" timeout="1"/><Say>Bye</Say>`
  await order()
  const { sid } = await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  expect(await simulator.waitFor(({ status }) => status === 'completed')).toMatchObject({
    heard: ['Bye'],
  })
})

test('an app that never answers has five seconds', async () => {
  const { simulator, app, order } = await start()
  app.answers['/open'] = () => undefined
  await order()
  const { sid } = await simulator.waitFor(({ status }) => status === 'ringing')
  await simulator.answer(sid)
  await simulator.idle(sid)
  expect(simulator.call(sid)).toMatchObject({
    status: 'completed',
    error: expect.stringContaining('no answer within 5 seconds'),
  })
})
