// sendText(): a text message of the app that is no code.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, ring, type World } from './support/world.js'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.close())

const text = 'Acme: we now call another number for your account.'

test('a text goes from the number of the app to the number in its one form', async () => {
  await world.strategy.sendText('+1 (202) 555-0123', text)
  expect(world.simulator.messages).toMatchObject([
    { from: '+12025550100', to: '+12025550123', body: text },
  ])
})

test('a text counts in no limit', async () => {
  for (let count = 0; count < 12; count++) await world.strategy.sendText('+12025550123', text)
  const { phone } = await ring(world, await world.logIn('alice'))
  expect(phone.call.to).toBe('+12025550123')
})

test.each([
  ['nobody', 'phone-invalid'],
  ['202 555 0123', 'phone-invalid'],
  [null, 'phone-invalid'],
  ['+4930123456', 'destination-blocked'],
  ['+19005550123', 'destination-blocked'],
])('a text to %s is refused with %s, and nothing is sent', async (phone, code) => {
  await expect(world.strategy.sendText(phone as string, text)).rejects.toMatchObject({ code })
  expect(world.simulator.requests).toEqual([])
})

test('stopSends() stops texts of the app too', async () => {
  await world.strategy.stopSends('fraud')
  await expect(world.strategy.sendText('+12025550123', text)).rejects.toMatchObject({
    code: 'sends-stopped',
    status: 503,
  })
  expect(world.simulator.messages).toEqual([])
  await world.strategy.resumeSends()
  await world.strategy.sendText('+12025550123', text)
  expect(world.simulator.messages).toHaveLength(1)
})

test("a number that SignalWire refuses gives the failure phone-refused, and SignalWire's own errors give signalwire-unavailable, without the number or a credential", async () => {
  const errorOf = (): Promise<Error> =>
    world.strategy.sendText('+12025550123', text).then(
      () => expect.unreachable(),
      (error: unknown) => error as Error,
    )
  world.simulator.setFaults({ messages: { status: 400, body: { code: '21610' } } })
  expect(await errorOf()).toMatchObject({ code: 'phone-refused', status: 403 })
  world.simulator.setFaults({ messages: { drop: true } })
  const error = await errorOf()
  expect(error).toMatchObject({ code: 'signalwire-unavailable', cause: { code: 'network' } })
  const { token } = world.simulator.signalwire
  for (const hidden of ['2025550123', token])
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(hidden)
})
