// The strategy alone, as Passport runs it: each request has its copy with Passport's functions.
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { VoiceOtpStrategy } from 'passport-voice-otp'
import type { Context } from '../lib/context.js'
import { loginStateKey } from '../lib/session/login-state.js'
import { createLoginState } from '../lib/session/request-login-state.js'
import { LimitReached } from '../lib/limits/limit-counter.js'

interface User {
  readonly id: string
}
const now = 1_000_000

function create() {
  const strategy = new VoiceOtpStrategy<User>(
    {
      appName: 'Acme',
      webhookUrl: 'https://acme.example/voice-otp',
      secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
      clock: { now: () => now },
      recovery: { save: () => undefined, use: () => undefined },
      signalwire: {
        project: '11111111-2222-4333-8444-555555555555',
        token: 'PTtoken',
        space: 'acme.signalwire.com',
        from: '+12025550100',
        signingKey: 'PSKsigningkey',
      },
    },
    () => null,
  )
  const { context } = strategy as unknown as { context: Context<User> }
  return { strategy, context }
}

/** Runs one request of a user over a limit, with the functions that Passport adds. */
async function authenticate(
  functions: { readonly fail?: () => void; readonly error?: () => void },
  res?: object,
) {
  const { strategy, context } = create()
  vi.spyOn(context.attempts, 'beginRecovery').mockRejectedValue(
    new LimitReached('locked', 'attemptsPerUser', 9),
  )
  const req = {
    method: 'POST',
    body: { code: '0123456789' },
    sessionID: 's1',
    session: { regenerate: () => undefined, id: 's1' },
    sessionStore: { generate: () => undefined },
    res,
  }
  Object.assign(req, {
    [loginStateKey]: createLoginState(context, req as never, { id: 'alice' }),
  })
  const calls = {
    success: vi.fn(),
    pass: vi.fn(),
    fail: vi.fn(functions.fail),
    error: vi.fn(functions.error),
  }
  const run = Object.assign(Object.create(strategy) as typeof strategy, calls)
  run.authenticate(req as never, { action: 'recover' })
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  return calls
}

const explode = (): never => {
  throw new Error('of the app')
}
function warnings() {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  onTestFinished(() => {
    warn.mockRestore()
  })
  return warn.mock.calls as readonly (readonly unknown[])[]
}

describe('a refused request', () => {
  test('the header Retry-After and the info say when the user may try again', async () => {
    const setHeader = vi.fn()
    const { fail, error } = await authenticate({}, { setHeader })
    expect(setHeader).toHaveBeenCalledExactlyOnceWith('Retry-After', 9)
    expect(fail).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'locked', retryAfter: 9 }),
      429,
    )
    expect(error).not.toHaveBeenCalled()
  })

  test('fail() is called also where a framework puts no response on the request', async () => {
    const { fail, error } = await authenticate({})
    expect(fail).toHaveBeenCalledTimes(1)
    expect(error).not.toHaveBeenCalled()
  })
})

describe('a callback of passport.authenticate() that throws', () => {
  test.each([
    ['the response has not begun', { setHeader: () => undefined, headersSent: false }],
    ['there is no response', undefined],
  ])('Express gets the error of the callback when %s', async (_name, res) => {
    const { error } = await authenticate({ fail: explode }, res)
    expect(error).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'of the app' }),
    )
  })

  test('nothing more happens when the callback threw after the response began', async () => {
    const warned = warnings()
    const { error } = await authenticate(
      { fail: explode },
      { setHeader: () => undefined, headersSent: true },
    )
    expect(error).not.toHaveBeenCalled()
    expect(warned).toEqual([])
  })

  test('the response is 500 with a warning when the error handler throws too', async () => {
    const warned = warnings()
    const end = vi.fn()
    const writeHead = vi.fn(() => ({ end }))
    await authenticate(
      { fail: explode, error: explode },
      { setHeader: () => undefined, headersSent: false, writeHead },
    )
    expect(writeHead).toHaveBeenCalledExactlyOnceWith(500)
    expect(end).toHaveBeenCalledTimes(1)
    expect(warned).toEqual([
      ["The callback of passport.authenticate('voice-otp') threw an error.", 'VoiceOtpWarning'],
    ])
  })

  test('the process goes on when the error handler throws after the response began, or without a response', async () => {
    const warned = warnings()
    const res = { setHeader: () => undefined, headersSent: false, writeHead: vi.fn() }
    await authenticate(
      {
        fail: explode,
        error: () => {
          res.headersSent = true
          explode()
        },
      },
      res,
    )
    expect(res.writeHead).not.toHaveBeenCalled()
    await authenticate({ fail: explode, error: explode })
    expect(warned).toHaveLength(2)
  })
})

describe('createRecoveryCodes()', () => {
  const ask = (secondsAgo: number) => {
    const { strategy, context } = create()
    const session = {
      voiceOtp: {
        verification: {
          userId: 'alice',
          method: 'call',
          amr: ['otp', 'tel'],
          verifiedAt: now - secondsAgo * 1000,
        },
      },
    }
    const req = { sessionID: 's1', session }
    Object.assign(req, {
      [loginStateKey]: createLoginState(context, req as never, { id: 'alice' }),
    })
    return strategy.createRecoveryCodes(req as never)
  }

  test('recovery codes need a verification of at most five minutes ago', async () => {
    expect(await ask(300)).toHaveLength(10)
    await expect(ask(300.001)).rejects.toMatchObject({ code: 'second-factor-required' })
  })
})

describe('warmUp()', () => {
  test("warmUp() loads SignalWire's client and rejects if it cannot be loaded", async () => {
    const { strategy, context } = create()
    const connect = vi.spyOn(context, 'connect').mockRejectedValue(new Error('no module'))
    await expect(strategy.warmUp()).rejects.toThrow('no module')
    expect(connect).toHaveBeenCalledTimes(1)
  })
})
