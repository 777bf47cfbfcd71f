// Passport's option failWithError: the app's error handler gets the failure.
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { wrongCode } from '../support/phone.js'
import { createWorld, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())

/** Shows what the error handler got. Leaves the status as it is. */
const showError: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
  const { name, status, code, message, attemptsLeft, retryAfter } = error as Record<string, unknown>
  res.json({
    isError: error instanceof Error,
    name,
    status,
    code,
    message,
    attemptsLeft,
    retryAfter,
  })
}

async function open(more: object = {}): Promise<void> {
  const options = { failWithError: true, ...more }
  world = await createWorld({
    routes: (app, passport) => {
      const authenticate = (action: string) =>
        passport.authenticate('voice-otp', { action, ...options } as object) as RequestHandler
      const respond: RequestHandler = (_req, res) => {
        res.json({ code: 'ok' })
      }
      app.post('/strict', authenticate('verify'), respond)
      app.post('/strict/call', authenticate('call'), respond)
      app.use('/strict', showError)
    },
  })
}

describe('with failWithError, the error handler gets a failure as an error', () => {
  test('a wrong code is an error with status, code, message and the attempts that are left', async () => {
    await open()
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice
      .post('/strict')
      .send({ code: wrongCode(code) })
      .expect(401, {
        isError: true,
        name: 'AuthenticationError',
        status: 401,
        code: 'code-wrong',
        message: 'This code is wrong. Check it and try again.',
        attemptsLeft: 4,
      })
    await alice.post('/strict').send({ code }).expect(200, { code: 'ok' })
  })

  test('at a limit, the error says when to try again, and so does Retry-After', async () => {
    await open()
    const alice = await world.logIn('alice')
    await alice.post('/strict/call').expect(200, { code: 'ok' })
    const { body, headers } = await alice.post('/strict/call').expect(429)
    expect(body).toMatchObject({ status: 429, code: 'too-many-calls' })
    const { retryAfter } = body as { retryAfter: number }
    expect(retryAfter).toBeGreaterThan(50)
    expect(headers['retry-after']).toBe(String(retryAfter))
  })

  test('an error of the strategy reaches the error handler as without the option', async () => {
    await open({ purpose: 'unknown' })
    const alice = await world.logIn('alice')
    const { body } = await alice.post('/strict')
    expect(body).toMatchObject({ name: 'VoiceOtpError', status: 503, code: 'configuration' })
  })
})

test('failureRedirect and failureMessage come before failWithError, as in Passport', async () => {
  await open({ failureRedirect: '/otp' })
  await (await world.logIn('alice')).post('/strict').send({ code: '1' }).expect(302)
  await world.close()
  await open({ failureMessage: true })
  const { body } = await (await world.logIn('alice')).post('/strict').send({ code: '1' })
  expect(body).toEqual({
    isError: true,
    name: 'AuthenticationError',
    status: 400,
    message: 'Bad Request',
  })
})
