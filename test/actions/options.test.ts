// Wrong options of passport.authenticate('voice-otp', options).
import { afterEach, expect, test } from 'vitest'
import type { RequestHandler } from 'express'
import { createWorld, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())

test.each([
  ['action', { action: 'ring' }],
  ['purpose', { action: 'call', purpose: 'login' }],
])(
  'an unknown value of the option %s is the error configuration, and nobody is called',
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
          message: expect.stringContaining(`${name}: give '`),
        })
      })
    expect(world.simulator.calls).toEqual([])
  },
)

test.each([
  ['enrol', true, "purpose: 'enroll'"],
  ['way', 'sms', 'channel'],
  ['number', () => '', 'phone'],
])(
  'the old option %s is the error configuration, which names the new option',
  async (name, value, newName) => {
    world = await createWorld({
      routes: (app, passport) => {
        const options: object = { action: 'call', [name]: value }
        app.post('/old', passport.authenticate('voice-otp', options) as RequestHandler)
      },
    })
    const alice = await world.logIn('alice')
    await alice
      .post('/old')
      .expect(503)
      .expect(({ body }) => {
        expect(body).toMatchObject({
          code: 'configuration',
          message: expect.stringContaining(`${name}: there is no such option. Use ${newName}.`),
        })
      })
    expect(world.simulator.calls).toEqual([])
  },
)

test('an option that only Object.prototype has changes nothing', async () => {
  world = await createWorld({
    routes: (app, passport) => {
      app.post(
        '/plain',
        passport.authenticate('voice-otp', { action: 'call' }) as RequestHandler,
        (_req, res) => {
          res.json({})
        },
      )
    },
  })
  const alice = await world.logIn('alice')
  Object.defineProperty(Object.prototype, 'purpose', {
    value: 'enroll',
    configurable: true,
    writable: true,
  })
  try {
    await alice.post('/plain').expect(200)
  } finally {
    Reflect.deleteProperty(Object.prototype, 'purpose')
  }
  expect(world.simulator.calls).toHaveLength(1)
})
