// Somebody who knows the password, and hosted strategies that misbehave.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CounterStore, SessionStore } from '../support/stores.js'
import {
  type Act,
  acceptRight,
  createFactorWorld,
  type FactorWorld,
  type FactorWorldOptions,
  type Hosted,
  Probe,
  totpCode,
  totpStrategy,
} from '../support/factors.js'
import { callsUnlimited } from '../support/limits.js'
import { letPassAt } from '../support/deadline.js'
import { wrongCode } from '../support/world.js'

let world: FactorWorld
afterEach(() => world.close())
const open = async (options: FactorWorldOptions) => (world = await createFactorWorld(options))
/** A world with one factor that does what `act` says. */
const openProbe = async (act: Act, options: FactorWorldOptions = {}) => {
  const probe = new Probe(act)
  await open({ factors: [[probe, { name: 'probe', amr: ['sc'] }]], ...options })
  return probe
}
const appCode: FactorWorldOptions['factors'] = [
  [totpStrategy(), { name: 'app-code', amr: ['otp'], codeField: 'code' }],
]
/** How many attempts were compared. */
const compared = () =>
  world.named('code.rejected').filter(details => (details as { compared: boolean }).compared).length

describe('only success() of the same user logs in', () => {
  const others: [string, (hosted: Hosted, bob: object) => void][] = [
    ['another user', (hosted, bob) => hosted.success(bob)],
    ['no user', hosted => hosted.success()],
    ['true in place of the user', hosted => hosted.success(true)],
    ['a user without an id', hosted => hosted.success({})],
    ['a user whose id only looks the same', hosted => hosted.success({ id: ['alice'] })],
  ]
  test.each(others)('success() with %s is refused and counted', async (_name, act) => {
    await openProbe(hosted => {
      act(hosted, world.people['bob']!)
    })
    const alice = await world.logIn('alice')
    expect(await world.answer(alice, 'probe')).toEqual({ status: 401, code: 'factor-wrong' })
    expect(await world.isIn(alice)).toBe(false)
    expect(compared()).toBe(1)
  })

  test('two requests at the same time get results of their own, although the strategy is one object', async () => {
    const waiting: (() => void)[] = []
    await openProbe((hosted, req) => {
      waiting.push(() => {
        acceptRight(hosted, req, {})
      })
      if (waiting.length === 2) for (const act of waiting) act()
    })
    const [alice, thief] = [await world.logIn('alice'), await world.logIn('alice')]
    const answers = await Promise.all([
      world.answer(alice, 'probe'),
      world.answer(thief, 'probe', { answer: 'wrong' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 401])
    expect([await world.isIn(alice), await world.isIn(thief)]).toEqual([true, false])
  })

  test('a copy of the user from the strategy verifies, but the app gets its own user', async () => {
    await openProbe(hosted => {
      hosted.success({ id: 'alice', isAdmin: true })
    })
    const alice = await world.logIn('alice')
    expect(await world.answer(alice, 'probe')).toEqual({ status: 200, code: '' })
    expect((await alice.get('/account')).body).toEqual({ user: 'alice' })
  })

  test.each([
    ['fail() before success()', 401],
    ['success() before fail()', 200],
  ])('of two results the first decides: %s', async (name, status) => {
    await openProbe((hosted, req) => {
      const both = [() => hosted.fail(), () => hosted.success(req.user)]
      for (const act of name.startsWith('fail') ? both : both.reverse()) act()
    })
    const alice = await world.logIn('alice')
    expect((await world.answer(alice, 'probe')).status).toBe(status)
    expect(await world.isIn(alice)).toBe(status === 200)
  })

  const mistakes: [string, Act][] = [
    [
      'throws',
      () => {
        throw new Error('code 123456')
      },
    ],
    ['rejects', () => Promise.reject(new Error('code 123456'))],
    ['calls error()', hosted => hosted.error(new Error('code 123456'))],
    ['calls pass()', hosted => hosted.pass()],
    ['calls redirect()', hosted => hosted.redirect('/account')],
  ]
  test.each(mistakes)(
    'A-82 a strategy that %s lets nobody in, at login and at step-up, and the attempt counts',
    async (_name, act) => {
      let isHonest = true
      const probe = await openProbe((hosted, req, options) =>
        isHonest ? hosted.success(req.user) : act(hosted, req, options),
      )
      const alice = await world.logIn('alice')
      expect((await world.answer(alice, 'probe')).status).toBe(200)
      world.clock.offset += 301_000
      isHonest = false
      expect(await world.answer(alice, 'probe')).toEqual({ status: 503, code: 'factor-failed' })
      await alice.get('/transfer').expect(401)
      const thief = await world.logIn('alice')
      for (let i = 1; i < 10; i++)
        expect((await world.answer(thief, 'probe')).code).toBe('factor-failed')
      expect(await world.answer(thief, 'probe')).toEqual({ status: 429, code: 'locked' })
      expect(await world.isIn(thief)).toBe(false)
      expect(probe.runs).toBe(11)
      expect(JSON.stringify(world.events)).not.toContain('123456')
    },
  )

  test('A-36 a strategy that throws for a wrong code is compared ten times in 200 attempts in a row', async () => {
    const probe = new Probe(() => {
      throw new Error('wrong')
    })
    await open({ factors: [[probe, { name: 'probe', amr: ['otp'], codeField: 'code' }]] })
    const alice = await world.logIn('alice')
    for (let i = 0; i < 200; i++) await world.answer(alice, 'probe', { code: '123456' })
    expect(probe.runs).toBe(10)
    expect(await world.answer(alice, 'probe', { code: '1' })).toMatchObject({ code: 'locked' })
  })

  test('A-82 a strategy that never answers is an error after ten seconds, and a late success() logs nobody in', async () => {
    let late: () => void = () => undefined
    let noteStart: () => void = () => undefined
    const started = new Promise<void>(resolve => (noteStart = resolve))
    await openProbe((hosted, req) => {
      late = () => hosted.success(req.user)
      noteStart()
    })
    const alice = await world.logIn('alice')
    const answer = await letPassAt(() => started, 10_000, world.answer(alice, 'probe'))
    expect(answer).toEqual({ status: 503, code: 'factor-failed' })
    late()
    expect(await world.isIn(alice)).toBe(false)
  })

  test('a right answer of a browser that has hung up logs nobody in', async () => {
    let noteStart: () => void = () => undefined
    let noteEnd: () => void = () => undefined
    const [started, ended] = [
      new Promise<void>(resolve => (noteStart = resolve)),
      new Promise<void>(resolve => (noteEnd = resolve)),
    ]
    await openProbe((hosted, req) => {
      req.res!.once('close', () => {
        hosted.success(req.user)
        noteEnd()
      })
      noteStart()
    })
    const alice = await world.logIn('alice')
    const request = alice.post('/otp/probe')
    const result = request.then(
      () => 'answered',
      () => 'aborted',
    )
    await started
    request.abort()
    await ended
    expect(await result).toBe('aborted')
    // The next request is served after the work of the first one.
    expect(await world.isIn(alice)).toBe(false)
    expect(world.named('factor.accepted')).toEqual([])
  })

  test('a strategy that responds itself logs nobody in, not even with success() afterwards', async () => {
    await openProbe((hosted, req) => {
      req.res!.status(200).json({ code: 'its own' })
      hosted.success(req.user)
    })
    const alice = await world.logIn('alice')
    for (let i = 0; i < 10; i++)
      expect(await world.answer(alice, 'probe')).toEqual({ status: 200, code: 'its own' })
    expect(await world.isIn(alice)).toBe(false)
    expect(await world.answer(alice, 'probe')).toMatchObject({ code: 'locked' })
  })
})

describe('the request that a hosted strategy sees', () => {
  test('the request of the app never shows the pending user, also while the strategy runs', async () => {
    const seen: unknown[] = []
    await openProbe(async (hosted, req) => {
      const real = req.res!.req
      seen.push(req.user, real.user, real.isAuthenticated())
      await new Promise(setImmediate)
      seen.push(real.user)
      hosted.fail()
    })
    const alice = await world.logIn('alice')
    await world.answer(alice, 'probe')
    expect(seen).toEqual([world.people['alice'], undefined, false, undefined])
  })

  const attacks: [string, Act][] = [
    [
      'sets req.user',
      (hosted, req) => {
        req.user = { id: 'bob' }
        hosted.fail()
      },
    ],
    [
      'sets the user of req.res.req',
      (hosted, req) => {
        req.res!.req.user = { id: 'bob' }
        hosted.success({ id: 'bob' })
      },
    ],
    [
      'logs in another user',
      (hosted, req) => {
        req.logIn({ id: 'bob' }, () => hosted.success({ id: 'bob' }))
      },
    ],
    [
      'logs in the user of the request',
      (hosted, req) => {
        req.login(req.user!, { session: true }, () => hosted.fail())
      },
    ],
    [
      'logs in another user through req.res.req',
      (hosted, req) => {
        req.res!.req.logIn({ id: 'bob' }, () => hosted.success({ id: 'bob' }))
      },
    ],
    [
      'logs in without a callback',
      (_hosted, req) => {
        ;(req.logIn as (user: unknown) => void)({ id: 'bob' })
      },
    ],
    [
      'regenerates the session',
      (hosted, req) => {
        req.session.regenerate(() => hosted.success({ id: 'alice' }))
      },
    ],
    [
      'changes the user property',
      (hosted, req) => {
        ;(req as unknown as { _userProperty: string })._userProperty = 'account'
        hosted.fail()
      },
    ],
  ]
  test.each(attacks)('a strategy that %s lets nobody in', async (_name, act) => {
    await openProbe(act)
    const alice = await world.logIn('alice')
    expect((await world.answer(alice, 'probe')).status).toBeGreaterThanOrEqual(400)
    expect(await world.isIn(alice)).toBe(false)
    expect((await alice.get('/account')).body).not.toHaveProperty('user')
  })

  test.each(['logIn', 'login'] as const)(
    'a strategy that calls req.%s() with another user does not change who is pending in the session',
    async name => {
      await openProbe((hosted, req) => {
        req[name]({ id: 'bob' }, error => {
          if (error) hosted.fail()
          else hosted.success(req.user)
        })
      })
      const alice = await world.logIn('alice')
      expect((await world.answer(alice, 'probe')).status).toBe(401)
      expect((await alice.get('/account')).body).toEqual({ pendingUser: 'alice' })
    },
  )

  test.each(['logOut', 'logout'] as const)(
    'a strategy that calls req.%s() does not end the login',
    async name => {
      await openProbe((hosted, req) => {
        ;(req as unknown as Pick<typeof req, 'logout'> & Record<string, typeof req.logout>)[name]!(
          error => {
            if (error) hosted.success(req.user)
          },
        )
      })
      const alice = await world.logIn('alice')
      expect((await world.answer(alice, 'probe')).status).toBe(200)
    },
  )

  test('the strategy finds the user under req.user and under the user property of the app, and the app finds nobody', async () => {
    const seen: unknown[] = []
    await openProbe(
      (hosted, req) => {
        const { account } = req as unknown as { readonly account?: unknown }
        seen.push(req.user, account, (req.res!.req as unknown as { account?: unknown }).account)
        hosted.success(account)
      },
      { userProperty: 'account' },
    )
    const alice = await world.logIn('alice')
    expect((await world.answer(alice, 'probe')).status).toBe(200)
    expect(seen).toEqual([world.people['alice'], world.people['alice'], undefined])
    expect(await world.isIn(alice)).toBe(true)
  })

  test('what the strategy writes to the session stays, and what it writes to the request is lost', async () => {
    await openProbe(
      (hosted, req) => {
        req.session.cart = 'from the strategy'
        ;(req as { secret?: string }).secret = 'lost'
        hosted.success(req.user)
      },
      {
        routes: app => {
          app.get('/secret', (req, res) => {
            res.json({ secret: (req as { secret?: string }).secret ?? null })
          })
        },
      },
    )
    const alice = await world.logIn('alice')
    await world.answer(alice, 'probe')
    expect((await alice.get('/account')).body).toEqual({ user: 'alice', cart: 'from the strategy' })
  })

  test('a user without the factor is refused before the strategy runs: passport-totp would compare with an empty key', async () => {
    await open({ factors: appCode, has: () => false })
    const bob = await world.logIn('bob')
    const code = totpCode('')
    expect(await world.answer(bob, 'app-code', { code })).toEqual({
      status: 403,
      code: 'factor-missing',
    })
  })
})

describe('codes', () => {
  test('A-26, A-27 anything but one code as a string is refused without a comparison and without a 5xx, also without a password', async () => {
    const store = new CounterStore(0, 0)
    const probe = new Probe(acceptRight)
    await open({
      factors: [[probe, { name: 'probe', amr: ['otp'], codeField: 'code' }]],
      options: { limiter: store.factory },
    })
    const [alice, visitor] = [await world.logIn('alice'), world.browser()]
    store.operations.length = 0
    const codes = [
      ...[undefined, null, '', 'null;', [], {}, true, 123456, ['123456'], { code: '123456' }],
      Array.from({ length: 100 }, (_, index) => String(900_000 + index)),
      ...['①23456', '12 345;6', '123456\u0000', '1'.repeat(65)],
    ]
    for (const code of codes) {
      expect([code, await world.answer(alice, 'probe', { code })]).toEqual([
        code,
        { status: 400, code: 'code-malformed' },
      ])
      expect((await world.answer(visitor, 'probe', { code })).status).toBe(401)
    }
    for (const body of ['null', '[]', '"123456"', '{"__proto__":{"code":"123456"}}']) {
      const { status } = await alice.post('/otp/probe').type('json').send(body)
      expect([body, status]).toEqual([body, 400])
    }
    expect(probe.runs).toBe(0)
    expect(store.operations).toEqual([])
    expect(compared()).toBe(0)
  })

  test('the strategy gets the code without spaces, an empty query and no other field', async () => {
    const seen: unknown[] = []
    const probe = new Probe((hosted, req) => {
      seen.push(req.body, req.query)
      hosted.fail()
    })
    await open({ factors: [[probe, { name: 'probe', amr: ['otp'], codeField: 'code' }]] })
    const alice = await world.logIn('alice')
    await alice
      .post('/otp/probe?code=999999&token=1')
      .send({ code: ' 12３-456 ', token: '999999' })
      .expect(401)
    expect(seen).toEqual([{ code: '123456' }, {}])
  })

  test('A-16, A-17 a right code of 20 browsers at once logs in one of them, and locks nobody', async () => {
    const store = new CounterStore()
    await open({
      factors: appCode,
      options: { limiter: store.factory },
      store: new SessionStore(2, 25),
    })
    const browsers = await Promise.all(Array.from({ length: 20 }, () => world.logIn('alice')))
    const code = totpCode()
    const answers = await Promise.all(
      browsers.map(browser => world.answer(browser, 'app-code', { code })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(new Set(answers.map(each => each.code))).toEqual(new Set(['', 'code-wrong']))
    const ins = await Promise.all(browsers.map(browser => world.isIn(browser)))
    expect(ins.filter(Boolean)).toHaveLength(1)
    const again = await world.logIn('alice')
    // Replayed: in another session, with other separators, in another case.
    expect(await world.answer(again, 'app-code', { code })).toMatchObject({ code: 'code-wrong' })
    expect(await world.answer(again, 'app-code', { code: `${code} ` })).toMatchObject({
      code: 'code-wrong',
    })
    expect(await world.answer(again, 'app-code', { code: totpCode(undefined, 1) })).toMatchObject({
      status: 200,
    })
  })

  test('a code is accepted again after a failure of the strategy, and after 15 minutes', async () => {
    let isDown = true
    const probe = new Probe((hosted, req) =>
      isDown ? hosted.error(new Error('down')) : hosted.success(req.user),
    )
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const limiter = new CounterStore(0, 0).factory
      await open({
        factors: [[probe, { name: 'probe', amr: ['otp'], codeField: 'code' }]],
        options: { limiter },
      })
      const alice = await world.logIn('alice')
      await world.answer(alice, 'probe', { code: 'abc' })
      isDown = false
      expect((await world.answer(alice, 'probe', { code: 'abc' })).status).toBe(200)
      expect((await world.answer(alice, 'probe', { code: 'ABC' })).status).toBe(401)
      vi.setSystemTime(Date.now() + 899_000)
      expect((await world.answer(alice, 'probe', { code: 'abc' })).status).toBe(401)
      vi.setSystemTime(Date.now() + 2000)
      expect((await world.answer(alice, 'probe', { code: 'abc' })).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })

  test('the limiter and the session hold no code', async () => {
    const limiter = new CounterStore(0, 0)
    const store = new SessionStore()
    await open({ factors: appCode, options: { limiter: limiter.factory }, store })
    const alice = await world.logIn('alice')
    const code = totpCode()
    await world.answer(alice, 'app-code', { code: wrongCode(code) })
    await world.answer(alice, 'app-code', { code })
    for (const text of [...limiter.written, ...store.written, JSON.stringify(world.events)])
      expect(text).not.toContain(code)
  })
})

describe('what happens at the same time', () => {
  test('a logout while the strategy runs wins: a right answer logs nobody in', async () => {
    let answer: () => void = () => undefined
    let noteStart: () => void = () => undefined
    const started = new Promise<void>(resolve => (noteStart = resolve))
    await openProbe((hosted, req) => {
      answer = () => hosted.success(req.user)
      noteStart()
    })
    const alice = await world.logIn('alice')
    const cookies = alice.jar
    const other = world.browser()
    other.jar = cookies
    const pending = world.answer(alice, 'probe')
    await started
    await other.post('/logout').expect(200)
    answer()
    expect((await pending).status).toBe(401)
    expect(await world.isIn(alice)).toBe(false)
    expect(await world.isIn(other)).toBe(false)
  })

  test('a right code of a call and a right app code that arrive together make one session', async () => {
    const store = new SessionStore(2, 25)
    await open({
      factors: appCode,
      store,
      options: { limiter: new CounterStore().factory, limits: callsUnlimited },
    })
    for (let round = 0; round < 3; round++) {
      const alice = await world.logIn('alice')
      const code = await world.hearCode(alice)
      const [call, app] = await Promise.all([
        alice.post('/otp').send({ code }),
        world.answer(alice, 'app-code', { code: totpCode(undefined, round - 1) }),
      ])
      expect([call.status, app.status].filter(status => status === 200)).toHaveLength(1)
      const verified = Object.values(store.atRest).filter(text => text.includes('verification'))
      expect(verified).toHaveLength(round + 1)
    }
  })

  test('A-17 twenty right answers of one session at once make one session and lock nobody', async () => {
    const store = new SessionStore(2, 25)
    await openProbe(acceptRight, { store, options: { limiter: new CounterStore().factory } })
    const alice = await world.logIn('alice')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.answer(alice, 'probe')),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(Object.values(store.atRest).filter(text => text.includes('verification'))).toHaveLength(
      1,
    )
    const again = await world.logIn('alice')
    expect((await world.answer(again, 'probe')).status).toBe(200)
  })
})

describe('two steps', () => {
  const openPasskey = async (act: Act = acceptRight) => {
    const probe = new Probe(act)
    await open({
      factors: [[probe, { name: 'passkey', amr: ['pop'], phishingResistant: true }]],
      // Without delays, the first answer is done before the second one arrives.
      options: { phoneFallback: true, limiter: new CounterStore().factory },
      store: new SessionStore(2, 25),
    })
    return probe
  }

  test('the second step needs the first one, in the same session, and uses it up', async () => {
    const probe = await openPasskey()
    const [alice, other] = [await world.logIn('alice'), await world.logIn('alice')]
    const expired = { status: 401, code: 'factor-expired' }
    expect(await world.answer(alice, 'passkey')).toEqual(expired)
    await world.begin(alice, 'passkey')
    expect(await world.answer(other, 'passkey')).toEqual(expired)
    expect(probe.runs).toBe(1)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.answer(alice, 'passkey')),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(probe.runs).toBe(2)
    expect(await world.answer(alice, 'passkey')).toEqual(expired)
  })

  test('a wrong answer uses up the first step: a right one after it needs a new first step', async () => {
    const probe = await openPasskey()
    const alice = await world.logIn('alice')
    await world.begin(alice, 'passkey')
    expect((await world.answer(alice, 'passkey', { answer: 'wrong' })).code).toBe('factor-wrong')
    expect((await world.answer(alice, 'passkey')).code).toBe('factor-expired')
    expect(probe.runs).toBe(2)
    expect(await world.isIn(alice)).toBe(false)
  })

  test('the first step counts nothing and can never log in', async () => {
    await openPasskey((hosted, req) => hosted.success(req.user))
    const alice = await world.logIn('alice')
    for (let i = 0; i < 20; i++) expect(await world.begin(alice, 'passkey')).toBe(503)
    expect(await world.isIn(alice)).toBe(false)
    expect((await world.answer(alice, 'passkey')).status).toBe(200)
  })

  test('the first step may redirect, respond or fail, and an exception in it is an error', async () => {
    const acts: Act[] = [
      hosted => hosted.redirect('https://idp.example/', 303),
      (_hosted, req) => req.res!.status(202).json({ challenge: 'c' }),
      hosted => hosted.fail(),
      () => {
        throw new Error('down')
      },
    ]
    await openPasskey((...given) => acts.shift()!(...given))
    const alice = await world.logIn('alice')
    expect(await world.begin(alice, 'passkey')).toBe(303)
    expect(await world.begin(alice, 'passkey')).toBe(202)
    expect(await world.begin(alice, 'passkey')).toBe(401)
    expect(await world.begin(alice, 'passkey')).toBe(503)
    expect(await world.isIn(alice)).toBe(false)
  })

  test('a GET is refused, unless callback: GET allows it for the second step', async () => {
    const closed = new Probe(acceptRight)
    const opened = new Probe(acceptRight)
    await open({
      factors: [
        [closed, { name: 'closed', amr: ['sc'] }],
        [opened, { name: 'oauth', amr: ['sc'], callback: 'GET' }],
      ],
    })
    const alice = await world.logIn('alice')
    await alice.get('/otp/closed/callback').set('x-answer', 'right').expect(503)
    await alice.head('/otp/oauth/callback').set('x-answer', 'right').expect(503)
    await alice.get('/otp/oauth/callback').set('x-answer', 'right').expect(401)
    await world.begin(alice, 'oauth')
    await alice.get('/otp/oauth/callback').set('x-answer', 'right').expect(200)
    expect(closed.runs).toBe(0)
    expect(await world.isIn(alice)).toBe(true)
  })
})
