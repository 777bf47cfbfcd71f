// res.locals.user = req.user between passport.session() and enforce(): a page would show a user who
// gave only the password.
import type { RequestHandler } from 'express'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { emittedWarnings } from '../../lib/warn-once.js'
import { createWorld, type World } from '../support/world.js'

let world: World
const warn = vi.spyOn(process, 'emitWarning')
beforeEach(() => {
  emittedWarnings.clear()
  warn.mockReset().mockImplementation(() => undefined)
})
afterEach(() => world.close())

const warnings = () =>
  warn.mock.calls.filter(
    ([, options]) => (options as { code?: string }).code === 'VOICE_OTP_LOCALS',
  )

/** An app with a middleware before `enforce()`. */
async function open(before: RequestHandler) {
  world = await createWorld({
    enforce: false,
    routes: (app, _passport, strategy) => {
      app.use(before, strategy.enforce())
    },
  })
}

test('a pending user in res.locals gets a warning, once per process', async () => {
  await open((req, res, next) => {
    res.locals['currentUser'] = req.user
    next()
  })
  const alice = await world.logIn('alice')
  await alice.get('/account').expect(401)
  await alice.get('/account').expect(401)
  expect(warnings()).toEqual([
    [expect.stringContaining('res.locals.currentUser'), expect.anything()],
  ])
  expect(String(warnings()[0]?.[0])).toContain('directly after passport.session()')
})

test.each<[string, RequestHandler]>([
  [
    'other values',
    (_req, res, next) => {
      res.locals['user'] = undefined
      res.locals['title'] = 'Acme'
      next()
    },
  ],
  [
    'a property that throws, which is not read',
    (_req, res, next) => {
      Object.defineProperty(res.locals, 'user', {
        enumerable: true,
        get() {
          throw new Error('do not read')
        },
      })
      next()
    },
  ],
  [
    'nothing at all, as outside Express',
    (_req, res, next) => {
      Object.assign(res, { locals: undefined })
      next()
    },
  ],
])('res.locals with %s gets no warning', async (_, before) => {
  await open(before)
  const alice = await world.logIn('alice')
  await alice.get('/account').expect(401)
  expect(warnings()).toEqual([])
})

test('a verified user in res.locals gets no warning', async () => {
  await open((req, res, next) => {
    if (req.url === '/account') res.locals['user'] = req.user
    next()
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  await alice.get('/account').expect(200)
  expect(warnings()).toEqual([])
})
