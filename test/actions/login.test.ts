import type express from 'express'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type World, wrongCode } from '../support/world.js'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.close())

describe('a login with a call', () => {
  test('the password, a call, two digits and the code log the user in', async () => {
    world.clock.now = () => Date.UTC(2026, 10, 1)
    const alice = await world.logIn('alice')
    await alice.get('/account').expect(401, { pendingUser: 'alice' })

    const { body: placed } = await alice.post('/otp/call').expect(202)
    expect(placed).toEqual({
      phone: '••• ••• ••23',
      from: '+12025550100',
      matchingDigits: expect.stringMatching(/^[1-9]\d$/),
      purpose: 'login',
      channel: 'call',
      expiresIn: 300,
      nextCallIn: 60,
      startsIn: 0,
      callsBefore: 0,
    })
    const code = await world.answerAndListen((placed as { matchingDigits: string }).matchingDigits)
    expect(code).toMatch(/^\d{6}$/)

    const { body } = await alice.post('/otp').send({ code }).expect(200)
    expect(body).toEqual({ user: 'alice', info: { amr: ['otp', 'tel'] } })
    await alice.get('/account').expect(200, { user: 'alice' })
    expect(world.events.map(({ name }) => name)).toEqual(['code.sent', 'code.accepted'])
  })

  test('the code may be typed with spaces and hyphens, and in a form', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice
      .post('/otp')
      .type('form')
      .send({ code: ` ${code.slice(0, 3)}-${code.slice(3)} ` })
      .expect(200)
  })

  test('status() follows the call, and refuses a visitor without a first factor', async () => {
    await world
      .browser()
      .get('/otp/status')
      .expect(401, { code: 'first-factor-required', message: 'Log in first.' })
    const alice = await world.logIn('alice')
    expect((await alice.get('/otp/status').expect(200)).body).toEqual({
      call: 'none',
      expiresIn: 0,
      nextCallIn: 0,
      startsIn: 0,
      callsBefore: 0,
      otherChannels: [],
      attemptsLeft: 0,
      pollAfter: 10,
    })
    const code = await world.hearCode(alice)
    const { body, headers } = await alice.get('/otp/status').expect(200)
    expect(body).toEqual({
      call: 'answered',
      expiresIn: 300,
      nextCallIn: 60,
      startsIn: 0,
      callsBefore: 0,
      otherChannels: [],
      attemptsLeft: 5,
      pollAfter: 3,
    })
    expect(headers['cache-control']).toBe('no-store')
    await alice
      .post('/otp')
      .send({ code: wrongCode(code) })
      .expect(401)
    expect((await alice.get('/otp/status')).body).toMatchObject({ attemptsLeft: 4 })
  })

  test('status() asks SignalWire at most once a second, and does not write the session', async () => {
    const alice = await world.logIn('alice')
    await alice.post('/otp/call').expect(202)
    const now = world.clock.now()
    world.clock.now = () => now // however long the requests take here
    const responses = await Promise.all(Array.from({ length: 20 }, () => alice.get('/otp/status')))
    expect(new Set(responses.map(({ body }) => (body as { call: string }).call)).size).toBe(1)
    expect(responses.every(({ headers }) => headers['set-cookie'] === undefined)).toBe(true)
    expect(world.simulator.requests.filter(({ method }) => method === 'GET')).toHaveLength(1)
  })
})

describe('every failure has its status, code and sentence', () => {
  test('a call or a code before the password is refused, and nobody is called', async () => {
    const nobody = world.browser()
    await nobody
      .post('/otp/call')
      .send({ user: 'alice', userId: 'alice' })
      .expect(401, { code: 'first-factor-required', message: 'Log in first.' })
    await nobody
      .post('/otp')
      .send({ code: '123456', user: 'alice' })
      .expect(401, { code: 'first-factor-required', message: 'Log in first.' })
    expect(world.simulator.calls).toHaveLength(0)
  })

  test('a code without a call is refused', async () => {
    const alice = await world.logIn('alice')
    await alice.post('/otp').send({ code: '123456' }).expect(401, {
      code: 'no-challenge',
      message: 'There is no code to check. Ask for a new code.',
    })
  })

  test.each([
    [{}],
    [{ code: '' }],
    [{ code: null }],
    [{ code: 123456 }],
    [{ code: ['123456'] }],
    [{ code: { 0: '123456' } }],
    [{ code: true }],
    [{ code: '12345' }],
    [{ code: '1234567' }],
    [{ code: '①②③④⑤⑥' }],
    [{ code: '12345a' }],
    [{ code: '12345\n' }],
    [{ code: '123456\0' }],
    [{ code: '+12345' }],
    [{ Code: '123456' }],
    [[]],
    [{ code: `123456${' '.repeat(59)}` }],
  ])('a malformed code is not compared and does not count: %j', async body => {
    const alice = await world.logIn('alice')
    await alice.post('/otp/call').expect(202)
    const response = await alice.post('/otp').send(body).expect(400)
    expect(response.body).toEqual({
      code: 'code-malformed',
      message: 'Enter the code as digits, as you heard it.',
    })
    expect(world.named('code.rejected')).toEqual([
      { userId: 'alice', country: 'US', code: 'code-malformed', compared: false },
    ])
    expect((await alice.get('/otp/status')).body).toMatchObject({ attemptsLeft: 5 })
  })

  test('a code in the query is not read', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice.post(`/otp?code=${code}`).send({}).expect(400)
  })

  test('a wrong code is refused, and the user learns how many attempts are left', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice
      .post('/otp')
      .send({ code: wrongCode(code) })
      .expect(401, {
        code: 'code-wrong',
        message: 'This code is wrong. Check it and try again.',
        attemptsLeft: 4,
      })
    await alice.get('/account').expect(401)
    await alice.post('/otp').send({ code }).expect(200)
  })

  test.each(['attemptsPerUser', 'maxConsecutiveFailures'] as const)(
    'a wrong code that reaches %s leaves no attempt, because the lock ends the code',
    async limit => {
      const locking = await createWorld({ options: { limits: { [limit]: 2 } } })
      const alice = await locking.logIn('alice')
      const code = await locking.hearCode(alice)
      for (const attemptsLeft of [4, 0])
        await alice
          .post('/otp')
          .send({ code: wrongCode(code) })
          .expect(401, {
            code: 'code-wrong',
            message: 'This code is wrong. Check it and try again.',
            attemptsLeft,
          })
      expect((await alice.post('/otp').send({ code }).expect(429)).body).toMatchObject({
        code: 'locked',
      })
    },
  )

  test('after five wrong codes, the right code gets the same response as a wrong one', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    for (let index = 0; index < 5; index++)
      await alice
        .post('/otp')
        .send({ code: wrongCode(code) })
        .expect(401)
    const right = await alice.post('/otp').send({ code }).expect(429)
    const wrong = await alice
      .post('/otp')
      .send({ code: wrongCode(code) })
      .expect(429)
    expect(right.body).toEqual({
      code: 'too-many-attempts',
      message: 'Too many wrong codes. Ask for a new code.',
    })
    expect(wrong.body).toEqual(right.body)
    await alice.get('/account').expect(401)
  })

  test('a code is accepted until one second before its expiry, and refused at its expiry', async () => {
    for (const [name, seconds, status] of [
      ['alice', 299, 200],
      ['bob', 300, 401],
    ] as const) {
      const agent = await world.logIn(name)
      const code = await world.hearCode(agent)
      world.clock.offset += seconds * 1000
      const { body } = await agent.post('/otp').send({ code }).expect(status)
      if (status === 401)
        expect(body).toEqual({
          code: 'code-expired',
          message: 'This code is no longer valid. Ask for a new code.',
        })
    }
  })

  test('a code is refused at its second use', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice.post('/otp').send({ code }).expect(200)
    await alice
      .post('/otp')
      .send({ code })
      .expect(401)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'no-challenge' })
      })
  })

  test('a call too soon is refused with Retry-After, and the code of the first call stays valid', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    const { body, headers } = await alice.post('/otp/call').expect(429)
    expect(body).toMatchObject({
      code: 'too-many-calls',
      message: 'Too many calls. Wait before you ask for another.',
    })
    expect(Number(headers['retry-after'])).toBe((body as { retryAfter: number }).retryAfter)
    expect(Number(headers['retry-after'])).toBeGreaterThan(50)
    expect(world.named('code.blocked')).toEqual([
      {
        userId: 'alice',
        purpose: 'login',
        country: 'US',
        code: 'too-many-calls',
        limit: 'callIntervalSeconds',
        retryAfter: expect.any(Number),
      },
    ])
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('without a number on record, with an invalid one, and with a premium or foreign number, nobody is called', async () => {
    const dave = await world.logIn('dave')
    await dave
      .post('/otp/call')
      .expect(403)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'phone-missing' })
      })
    for (const [number, code] of [
      ['555', 'phone-invalid'],
      ['+19005551234', 'destination-blocked'],
      ['+18765551234', 'destination-blocked'],
      ['+870773111632', 'destination-blocked'],
      ['+442079460000', 'destination-blocked'],
    ]) {
      world.people['alice']!.phone = number
      const alice = await world.logIn('alice')
      await alice
        .post('/otp/call')
        .expect(403)
        .expect(({ body }) => {
          expect(body).toMatchObject({ code })
        })
    }
    expect(world.simulator.calls).toHaveLength(0)
    expect(world.named('code.blocked')).toHaveLength(6)
  })

  test.each([undefined, '', 5, {}, false])(
    'a getPhone that returns %j is an error, and does not permit an enrollment',
    async phone => {
      await world.close()
      world = await createWorld({ getPhone: async () => phone })
      const alice = await world.logIn('alice')
      await alice
        .post('/otp/call')
        .expect(503)
        .expect(({ body }) => {
          expect(body).toMatchObject({ code: 'phone-lookup-failed' })
        })
    },
  )

  test('the code of an older call is refused after a newer call', async () => {
    const alice = await world.logIn('alice')
    const older = await world.hearCode(alice)
    await world.strategy.unlock('alice')
    const again = await createWorld({ options: { limits: { callIntervalSeconds: false } } })
    try {
      const agent = await again.logIn('alice')
      const first = await again.hearCode(agent)
      const second = await again.hearCode(agent)
      await agent
        .post('/otp')
        .send({ code: first === second ? wrongCode(second) : first })
        .expect(401)
      await agent.post('/otp').send({ code: second }).expect(200)
    } finally {
      await again.close()
    }
    await alice.post('/otp').send({ code: older }).expect(200)
  })

  test('a user has one active challenge: a newer call from another session ends the challenge of this session', async () => {
    await world.close()
    world = await createWorld({ options: { limits: { callIntervalSeconds: false } } })
    const [here, there] = [await world.logIn('alice'), await world.logIn('alice')]
    const code = await world.hearCode(here)
    await world.hearCode(there)
    await here
      .post('/otp')
      .send({ code })
      .expect(401)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'code-expired' })
      })
  })

  test('the code of one session is refused in the session of another user, and in another session of the same user', async () => {
    const [alice, elsewhere, bob] = [
      await world.logIn('alice'),
      await world.logIn('alice'),
      await world.logIn('bob'),
    ]
    const code = await world.hearCode(alice)
    await elsewhere
      .post('/otp')
      .send({ code })
      .expect(401)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'no-challenge' })
      })
    const bobs = await world.hearCode(bob)
    if (bobs !== code) await bob.post('/otp').send({ code }).expect(401)
  })

  test('a code is refused if the number or the user has changed since the call', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    world.people['alice']!.phone = '+12025550199'
    await alice
      .post('/otp')
      .send({ code })
      .expect(401)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'code-expired' })
      })
    world.people['alice']!.phone = '+12025550123'
    await alice.post('/otp').send({ code }).expect(401)
    expect(world.simulator.calls.map(({ to }) => to)).toEqual(['+12025550123'])

    const bob = await world.logIn('bob')
    const bobs = await world.hearCode(bob)
    delete world.people['bob']
    await bob
      .post('/otp')
      .send({ code: bobs })
      .expect(401)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'first-factor-required' })
      })
  })

  test('only POST places a call, even on a route that the app mounted for all methods', async () => {
    await world.close()
    world = await createWorld({
      routes: (app, passport) => {
        app.use(
          '/anyhow',
          passport.authenticate('voice-otp', {
            action: 'call',
          } as object) as express.RequestHandler,
          (_req, res) => {
            res.json({})
          },
        )
      },
    })
    const alice = await world.logIn('alice')
    await alice.get('/anyhow').expect(503)
    await alice.head('/anyhow').expect(503)
    for (const method of ['put', 'patch', 'delete', 'options'] as const)
      await alice[method]('/anyhow').expect(503)
    expect(world.simulator.calls).toHaveLength(0)
    await alice.post('/anyhow').expect(200)
    expect(world.simulator.calls).toHaveLength(1)
  })

  test('GET on the routes of the app does nothing', async () => {
    const alice = await world.logIn('alice')
    await alice.get('/otp/call').expect(404)
    await alice.head('/otp/call').expect(404)
    expect(world.simulator.calls).toHaveLength(0)
  })
})

describe('beforeCall', () => {
  const results: [() => boolean | Promise<boolean>, number, string][] = [
    [() => false, 403, 'call-vetoed'],
    [() => undefined as never, 403, 'call-vetoed'],
    [async () => false, 403, 'call-vetoed'],
    [
      () => {
        throw new Error('+12025550123 secret')
      },
      503,
      'callback-failed',
    ],
    [
      async () => {
        throw new Error('x')
      },
      503,
      'callback-failed',
    ],
  ]
  test.each(results)(
    'beforeCall %s: no call is placed, and the status is %i',
    async (beforeCall, status, code) => {
      await world.close()
      world = await createWorld({ options: { beforeCall } })
      const alice = await world.logIn('alice')
      const { body } = await alice.post('/otp/call').expect(status)
      expect(body).toMatchObject({ code })
      expect(JSON.stringify(body)).not.toContain('secret')
      expect(world.simulator.calls).toHaveLength(0)
    },
  )

  test('beforeCall receives the user and the number, and may allow the call', async () => {
    const seen: unknown[] = []
    await world.close()
    world = await createWorld({
      options: {
        beforeCall: ({ user, phone }) => {
          seen.push([user.id, phone])
          return true
        },
      },
    })
    await world.hearCode(await world.logIn('alice'))
    expect(seen).toEqual([['alice', '+12025550123']])
  })
})

describe('getPhone', () => {
  test.each([
    ['a value', () => '+1 (202) 555-0123'],
    ['a promise', async () => '+12025550123'],
  ])('getPhone may return %s', async (_, getPhone) => {
    await world.close()
    world = await createWorld({ getPhone })
    const alice = await world.logIn('alice')
    await alice.post('/otp').send({ code: '000000' }).expect(401)
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
  })

  test.each([
    [
      () => {
        throw new Error('secret')
      },
    ],
    [
      async () => {
        throw new Error('secret')
      },
    ],
  ])('an error of getPhone returns 503, and its message is not quoted', async getPhone => {
    await world.close()
    world = await createWorld({ getPhone: getPhone })
    const { body } = await (await world.logIn('alice')).post('/otp/call').expect(503)
    expect(body).toMatchObject({ code: 'phone-lookup-failed' })
    expect(JSON.stringify(body)).not.toContain('secret')
  })
})
