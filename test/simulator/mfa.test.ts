import { expect, test } from 'vitest'
import { alice, mfa, startSimulator } from './support.js'

test('a hosted call rings and reads the message and the code to everybody who answers', async () => {
  const simulator = await startSimulator()
  const { status, body } = await mfa(simulator, 'call', {
    to: alice,
    from: '+12025550100',
    message: 'Your Acme code is',
    token_length: 8,
    valid_for: 300,
    max_attempts: 5,
  })
  expect(status).toBe(200)
  const [request] = simulator.mfaRequests
  expect(body).toEqual({ id: request?.id, success: true, to: alice, channel: 'call' })
  expect(request).toMatchObject({
    to: alice,
    from: '+12025550100',
    channel: 'call',
    code: expect.stringMatching(/^\d{8}$/),
    message: 'Your Acme code is',
    attemptsLeft: 5,
    verified: false,
  })
  const [call] = simulator.calls
  expect(call).toMatchObject({ to: alice, status: 'ringing', webhooks: [] })
  await simulator.answer(call!.sid)
  await simulator.idle()
  expect(simulator.call(call!.sid)).toMatchObject({
    status: 'completed',
    heard: ['Your Acme code is', Array.from(request!.code).join(', ')],
    error: null,
  })
})

test('a hosted text message rings no phone', async () => {
  const simulator = await startSimulator()
  const { body } = await mfa(simulator, 'sms', { to: alice })
  expect(body).toMatchObject({ channel: 'sms' })
  expect(simulator.mfaRequests).toMatchObject([
    { channel: 'sms', code: expect.stringMatching(/^\d{6}$/), attemptsLeft: 3 },
  ])
  expect(simulator.calls).toHaveLength(0)
  expect(simulator.messages).toHaveLength(0)
})

test('a hosted code has letters if the app allows them', async () => {
  const simulator = await startSimulator()
  for (let index = 0; index < 20; index++)
    await mfa(simulator, 'sms', { to: alice, token_length: 20, allow_alphas: true })
  expect(simulator.mfaRequests.map(({ code }) => code).join('')).toMatch(/^[\dA-Z]*[A-Z][\dA-Z]*$/)
})

test('a hosted code is accepted once, a wrong one counts as an attempt, and then the Space responds with 404', async () => {
  const simulator = await startSimulator()
  const {
    body: { id },
  } = await mfa(simulator, 'sms', { to: alice, max_attempts: 3 })
  const { code } = simulator.mfaRequests[0]!
  expect(await mfa(simulator, `${id}/verify`, { token: `${code}0` })).toEqual({
    status: 200,
    body: { success: false },
  })
  expect(simulator.mfaRequests[0]).toMatchObject({ attemptsLeft: 2, verified: false })
  expect(await mfa(simulator, `${id}/verify`, { token: code })).toEqual({
    status: 200,
    body: { success: true },
  })
  expect(simulator.mfaRequests[0]).toMatchObject({ attemptsLeft: 1, verified: true })
  expect(await mfa(simulator, `${id}/verify`, { token: code })).toMatchObject({ status: 404 })
})

test('a hosted code without attempts left, an expired one and an unknown one get 404, even for the right code', async () => {
  const simulator = await startSimulator()
  const {
    body: { id: usedUp },
  } = await mfa(simulator, 'sms', { to: alice, max_attempts: 1 })
  await mfa(simulator, `${usedUp}/verify`, { token: 'x' })
  expect(
    (await mfa(simulator, `${usedUp}/verify`, { token: simulator.mfaRequests[0]!.code })).status,
  ).toBe(404)

  const {
    body: { id: old },
  } = await mfa(simulator, 'sms', { to: alice, valid_for: 60 })
  await simulator.advance(59_999)
  expect((await mfa(simulator, `${old}/verify`, { token: 'x' })).status).toBe(200)
  await simulator.advance(1)
  expect(
    (await mfa(simulator, `${old}/verify`, { token: simulator.mfaRequests[0]!.code })).status,
  ).toBe(404)
  expect((await mfa(simulator, 'nothing/verify', { token: 'x' })).status).toBe(404)
})

test.each([
  [{ to: undefined }, 'to'],
  [{ to: '911' }, 'to'],
  [{ to: 12025550123 }, 'to'],
  [{ from: '+12025550199' }, 'from'],
  [{ message: '' }, 'message'],
  [{ message: 5 }, 'message'],
  [{ token_length: 3 }, 'token_length'],
  [{ token_length: 21 }, 'token_length'],
  [{ token_length: '6' }, 'token_length'],
  [{ valid_for: 0 }, 'valid_for'],
  [{ valid_for: 604_801 }, 'valid_for'],
  [{ max_attempts: 0 }, 'max_attempts'],
  [{ max_attempts: 21 }, 'max_attempts'],
  [{ allow_alphas: 'yes' }, 'allow_alphas'],
  [{ language: 'de-DE' }, 'language'],
  [{ message: 'x'.repeat(154) }, 'message'],
  [{ message: '码'.repeat(64) }, 'message'],
])('the fields %j are refused with 422 in the documented shape', async (fields, parameter) => {
  const simulator = await startSimulator()
  expect(await mfa(simulator, 'call', { to: alice, ...fields })).toEqual({
    status: 422,
    body: {
      errors: [
        {
          detail: expect.stringMatching(`^${parameter} `),
          status: '422',
          title: 'Invalid Attribute',
          code: '422',
        },
      ],
    },
  })
  expect(simulator.mfaRequests).toHaveLength(0)
  expect(simulator.calls).toHaveLength(0)
})

test.each([[{}], [{ token: 123456 }], [{ token: '' }], [{ token: '1', code: '1' }]])(
  'verifying %j is refused with 422 and uses no attempt',
  async body => {
    const simulator = await startSimulator()
    const {
      body: { id },
    } = await mfa(simulator, 'sms', { to: alice })
    expect((await mfa(simulator, `${id}/verify`, body)).status).toBe(422)
    expect(simulator.mfaRequests[0]?.attemptsLeft).toBe(3)
  },
)

test.each([
  ['{', 'application/json'],
  ['[]', 'application/json'],
  ['null', 'application/json'],
  ['to=%2B12025550123', 'application/x-www-form-urlencoded'],
])('the body %s is not a JSON object: 400', async (body, contentType) => {
  const simulator = await startSimulator()
  expect((await mfa(simulator, 'call', body, contentType)).status).toBe(400)
  expect(simulator.mfaRequests).toHaveLength(0)
})

test.each(['x'.repeat(153), '码'.repeat(63)])(
  'a message that fits into one segment with the code is accepted: %s',
  async message => {
    const simulator = await startSimulator()
    expect((await mfa(simulator, 'sms', { to: alice, message })).status).toBe(200)
  },
)

test('a channel that SignalWire does not have is 404', async () => {
  const simulator = await startSimulator()
  expect((await mfa(simulator, 'fax', { to: alice })).status).toBe(404)
})
