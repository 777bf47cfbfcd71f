import { afterEach, expect, test, vi } from 'vitest'
import { createWorld, type World } from './support/world.js'

let world: World
afterEach(() => world.close())

test.each([
  [
    'throws',
    () => {
      throw new Error('secret')
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret'))],
] as const)(
  'a listener that %s does not change the login: a warning names the event and not the error',
  async (_, listener) => {
    world = await createWorld()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    world.strategy.events.on('code.sent', listener)
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    const warnings = JSON.stringify(warn.mock.calls)
    warn.mockRestore()
    expect(warnings).toContain("'code.sent'")
    expect(warnings).not.toContain('secret')
  },
)
