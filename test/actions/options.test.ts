// The options of passport.authenticate('voice-otp', options) that the app may have mistyped.
import { afterEach, expect, test } from 'vitest'
import type { RequestHandler } from 'express'
import { createWorld, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())

test.each([
  ['action', { action: 'ring' }],
  ['purpose', { action: 'call', purpose: 'login' }],
])(
  'an unknown value of the option %s is a configuration error, and nobody is called',
  async (name, options) => {
    world = await createWorld({
      routes: (app, passport) => {
        app.post(
          '/mistyped',
          passport.authenticate('voice-otp', options as object) as RequestHandler,
        )
      },
    })
    const alice = await world.logIn('alice')
    await alice
      .post('/mistyped')
      .expect(503)
      .expect(({ body }) => {
        expect(body).toMatchObject({
          code: 'configuration',
          message: expect.stringContaining(`${name}: '`),
        })
      })
    expect(world.simulator.calls).toEqual([])
  },
)
