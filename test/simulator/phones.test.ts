import { describe, expect, test } from 'vitest'
import { alice, get, place, post, startApp, startSimulator } from './support.js'

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

describe('telephones', () => {
  test.each(['busy', 'failed'] as const)('%s never rings', async behaviour => {
    const { simulator, app, order } = await start()
    simulator.setPhone(alice, behaviour)
    const sid = await order()
    await simulator.idle()
    expect(simulator.call(sid)).toMatchObject({ status: behaviour, durationMs: 0 })
    expect(app.asked).toHaveLength(0)
  })

  test('no-answer rings and cannot be answered', async () => {
    const { simulator, order } = await start()
    simulator.setPhone(alice, 'no-answer')
    const sid = await order()
    await expect(simulator.answer(sid)).rejects.toMatchObject({ status: 409 })
    await simulator.advance(60_000)
    expect(simulator.call(sid)?.status).toBe('no-answer')
  })

  test('answers answers at once, and waits for keys', async () => {
    const { simulator, order } = await start()
    simulator.setPhone(alice, 'answers')
    const sid = await order()
    await simulator.idle(sid)
    expect(simulator.call(sid)).toMatchObject({
      status: 'in-progress',
      waitingFor: { numDigits: 2 },
    })
  })

  test('voicemail answers, presses nothing and is not waited for', async () => {
    const { simulator, app, order } = await start()
    simulator.setPhone(alice, 'voicemail')
    const sid = await order()
    await simulator.idle()
    expect(simulator.call(sid)).toMatchObject({
      status: 'completed',
      heard: ['Two digits', 'Nothing came'],
    })
    expect(simulator.call(sid)?.durationMs).toBeGreaterThanOrEqual(5000)
    expect(app.asked).toHaveLength(1)
  })

  test('the greeting of a voicemail plays its tones once', async () => {
    const { simulator, app, order } = await start()
    simulator.setPhone(alice, 'voicemail', { keys: '11' })
    app.answers['/keys'] = keysAt(app.url)
    const sid = await order()
    await simulator.idle()
    expect(app.asked.map(({ fields }) => fields['Digits'])).toEqual([undefined, '11'])
    expect(simulator.call(sid)?.heard).toEqual(['Two digits', 'Two digits', 'Nothing came'])
  })

  test('other numbers are other telephones', async () => {
    const { simulator, order } = await start()
    simulator.setPhone('+12025550145', 'busy')
    expect(simulator.call(await order())?.status).toBe('ringing')
  })

  test.each([
    ['12025550123', 'busy'],
    ['', 'busy'],
    [alice, 'sleeps'],
    [alice, 'constructor'],
  ])('%s %s is refused', async (number, behaviour) => {
    const simulator = await startSimulator()
    expect(() => {
      simulator.setPhone(number, behaviour as 'busy')
    }).toThrow(expect.objectContaining({ status: 400 }))
  })
})

describe('machine detection', () => {
  test.each([
    ['manual', undefined, undefined],
    ['manual', 'none', undefined],
    ['manual', 'Enable', 'human'],
    ['voicemail', 'Enable', 'machine_start'],
    ['voicemail', 'DetectMessageEnd', 'machine_start'],
  ] as const)('%s, %s: %s', async (behaviour, detection, answeredBy) => {
    const { simulator, app, order } = await start()
    simulator.setPhone(alice, behaviour)
    const sid = await order(detection === undefined ? {} : { MachineDetection: detection })
    if (behaviour === 'manual') await simulator.answer(sid)
    await simulator.idle()
    expect(app.asked[0]?.fields['AnsweredBy']).toBe(answeredBy)
    expect((await get(simulator, `Calls/${sid}`)).body).toMatchObject({
      answered_by: answeredBy ?? null,
    })
  })
})

describe('status callbacks', () => {
  const statuses = (app: Awaited<ReturnType<typeof startApp>>) =>
    app.asked.filter(({ path }) => path === '/status').map(({ fields }) => fields['CallStatus'])

  test('the events that were asked for, in order', async () => {
    const { simulator, app, order } = await start()
    const form = {
      StatusCallback: `${app.url}/status`,
      StatusCallbackEvent: 'initiated ringing answered completed',
    }
    const sid = await order(form)
    await simulator.answer(sid)
    await simulator.idle()
    await simulator.hangUp(sid)
    await simulator.idle()
    expect(statuses(app)).toEqual(['initiated', 'ringing', 'in-progress', 'completed'])
    expect(app.asked.at(-1)?.req.headers['x-signalwire-signature']).toBeDefined()
    expect(simulator.call(sid)?.webhooks).toHaveLength(1)
  })

  test('the end alone if nothing else is said, however it ends, and a failure changes nothing', async () => {
    const { simulator, app, order } = await start()
    app.answers['/status'] = (_, res) => res.destroy()
    simulator.setPhone(alice, 'busy')
    const sid = await order({ StatusCallback: `${app.url}/status` })
    await simulator.idle()
    expect(statuses(app)).toEqual(['busy'])
    expect(simulator.call(sid)).toMatchObject({ status: 'busy', error: null })
  })

  test('an event named twice in the form is a list', async () => {
    const { simulator, app } = await start()
    const form = new URLSearchParams({
      To: alice,
      From: simulator.signalwire.from,
      Url: `${app.url}/open`,
      StatusCallback: `${app.url}/status`,
      StatusCallbackEvent: 'ringing',
    })
    form.append('StatusCallbackEvent', 'completed')
    const { body } = await post(simulator, 'Calls', form.toString())
    await simulator.hangUp((body as { sid: string }).sid)
    await simulator.idle()
    expect(statuses(app)).toEqual(['ringing', 'busy'])
  })
})

describe('replays', () => {
  test('refetch sends the same bytes once more and changes nothing', async () => {
    const { simulator, app, order } = await start()
    const sid = await order()
    await simulator.answer(sid)
    await simulator.idle()
    const before = simulator.call(sid)
    expect(await simulator.refetch(sid, 0)).toEqual({
      status: 200,
      body: before!.webhooks[0]!.body,
    })
    const [first, again] = app.asked
    expect(again!.fields).toEqual(first!.fields)
    expect(again!.req.headers).toEqual(first!.req.headers)
    expect(simulator.call(sid)).toEqual(before)
    await expect(simulator.refetch(sid, 1)).rejects.toThrow('there is no index 1')
    await expect(simulator.refetch('nobody', 0)).rejects.toThrow('there is no call nobody')
  })
})
