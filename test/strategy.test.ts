// The strategy by itself, as Passport runs it: one copy for each request, with verbs of its own.
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { VoiceOtpStrategy } from 'passport-voice-otp'
import type { Context } from '../lib/context.js'
import { createLoginState, loginStateKey } from '../lib/session/login-state.js'
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

/** Runs one request whose user is over a limit, with the verbs that Passport would have put there. */
async function authenticate(
  verbs: { readonly fail?: () => void; readonly error?: () => void },
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
    session: { regenerate: () => undefined },
    res,
  }
  Object.assign(req, {
    [loginStateKey]: createLoginState(context, req as never, { id: 'alice' }),
  })
  const calls = {
    success: vi.fn(),
    pass: vi.fn(),
    fail: vi.fn(verbs.fail),
    error: vi.fn(verbs.error),
  }
  const run = Object.assign(Object.create(strategy) as typeof strategy, calls)
  run.authenticate(req as never, { action: 'recover' })
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  return calls
}

const explode = (): never => {
  throw new Error('theirs')
}
function warnings() {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  onTestFinished(() => {
    warn.mockRestore()
  })
  return warn.mock.calls as readonly (readonly unknown[])[]
}

describe('a refusal', () => {
  test('says when to try again, in the answer and to the app', async () => {
    const setHeader = vi.fn()
    const { fail, error } = await authenticate({}, { setHeader })
    expect(setHeader).toHaveBeenCalledExactlyOnceWith('Retry-After', 9)
    expect(fail).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'locked', retryAfter: 9 }),
      429,
    )
    expect(error).not.toHaveBeenCalled()
  })

  test('needs no response: who runs a strategy without Express gets it all the same', async () => {
    const { fail, error } = await authenticate({})
    expect(fail).toHaveBeenCalledTimes(1)
    expect(error).not.toHaveBeenCalled()
  })
})

describe("an app's callback that throws", () => {
  test.each([
    ['none was begun', { setHeader: () => undefined, headersSent: false }],
    ['there is none', undefined],
  ])('is told to the app as an error where of an answer %s', async (_name, res) => {
    const { error } = await authenticate({ fail: explode }, res)
    expect(error).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'theirs' }))
  })

  test('is left alone where an answer was begun', async () => {
    const warned = warnings()
    const { error } = await authenticate(
      { fail: explode },
      { setHeader: () => undefined, headersSent: true },
    )
    expect(error).not.toHaveBeenCalled()
    expect(warned).toEqual([])
  })

  test('at being told too: the request is answered, and a warning says so', async () => {
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
      ["The callback of passport.authenticate('voice-otp') threw.", 'VoiceOtpWarning'],
    ])
  })

  test('at being told too, with its answer begun, or with none to give: nothing more is written, and the process goes on', async () => {
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

describe('recovery codes', () => {
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

  test('are drawn for a code that is five minutes old, and not for one that is older', async () => {
    expect(await ask(300)).toHaveLength(10)
    await expect(ask(300.001)).rejects.toMatchObject({ code: 'second-factor-required' })
  })
})

describe('warmUp()', () => {
  test('loads the client of the vendor, and rejects if it cannot be loaded', async () => {
    const { strategy, context } = create()
    const connect = vi.spyOn(context, 'connect').mockRejectedValue(new Error('no module'))
    await expect(strategy.warmUp()).rejects.toThrow('no module')
    expect(connect).toHaveBeenCalledTimes(1)
  })
})
