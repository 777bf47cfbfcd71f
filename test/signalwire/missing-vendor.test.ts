import { afterEach, expect, test, vi } from 'vitest'
import { createWorld, type World } from '../support/world.js'

let world: World

afterEach(async () => {
  vi.doUnmock('@signalwire/compatibility-api')
  vi.resetModules()
  await world.close()
})

test("without the vendor's client, warmUp() and the first call fail with a configuration error that names the package", async () => {
  vi.resetModules()
  vi.doMock('@signalwire/compatibility-api', () => {
    throw new Error("Cannot find module '@signalwire/compatibility-api'")
  })
  const { createWorld: create } = (await import('../support/world.js')) as {
    createWorld: typeof createWorld
  }
  world = await create()
  const reason = {
    code: 'configuration',
    message: expect.stringContaining('@signalwire/compatibility-api could not be loaded'),
  }
  await expect(world.strategy.warmUp()).rejects.toMatchObject(reason)
  const alice = await world.logIn('alice')
  expect((await alice.post('/otp/call').expect(503)).body).toMatchObject(reason)
})
