// Right codes that meet something else at the same time: a logout, a newer call, each other.
import { afterEach, describe, expect, test } from 'vitest'
import type { FailureInfo, VoiceOtpOptions } from 'passport-voice-otp'
import { recoverRoute } from '../support/recover-route.js'
import { callsUnlimited } from '../support/limits.js'
import { CounterStore, SessionStore } from '../support/stores.js'
import { createWorld, type Person, type World, wrongCode } from '../support/world.js'

let world: World
let stored: Record<string, string[]>
/** Runs before `recovery.use` compares. */
let beforeUse: () => Promise<void>
/** Runs after `recovery.use` compared, before it returns. */
let afterUse: () => Promise<void>
afterEach(() => world.close())

type Agent = ReturnType<World['browser']>

const recovery: NonNullable<VoiceOtpOptions<Person>['recovery']> = {
  save: (person, hashes) => {
    stored[person.id] = [...hashes]
  },
  use: async (person, hashes) => {
    await beforeUse()
    const mine = stored[person.id] ?? []
    const rest = mine.filter(hash => !hashes.includes(hash))
    stored[person.id] = rest
    await afterUse()
    return rest.length < mine.length ? rest.length : undefined
  },
}

async function open(
  options: Partial<VoiceOtpOptions<Person>> = {},
  limiter = new CounterStore(0, 0),
  store = new SessionStore(),
) {
  stored = {}
  beforeUse = afterUse = () => Promise.resolve()
  world = await createWorld({
    store,
    options: { recovery, limits: callsUnlimited, limiter: limiter.factory, ...options },
    routes: (app, passport, strategy) => {
      app.post('/codes', (req, res, next) => {
        strategy.createRecoveryCodes(req).then(codes => res.json(codes), next)
      })
      app.post('/cancel', (req, res, next) => {
        strategy.cancel(req).then(() => res.json({}), next)
      })
      app.post('/recover', recoverRoute(passport))
    },
  })
  return { limiter, store }
}

/** A browser that keeps the cookie of its login, whatever later responses set. */
function withCookie(cookie: string) {
  const agent = world.browser()
  return {
    post: (path: string, body: object = {}) => agent.post(path).set('Cookie', cookie).send(body),
  }
}

/** The password, and the cookie after it. */
async function pendingAlice(): Promise<{ agent: Agent; cookie: string }> {
  const agent = world.browser()
  const login = await agent
    .post('/login')
    .send({ username: 'alice', password: 'correct horse battery staple' })
    .expect(200)
  return { agent, cookie: cookieIn(login.headers) }
}

const cookieIn = (headers: object): string =>
  /connect\.sid=[^;]+/.exec(String((headers as Record<string, unknown>)['set-cookie']))?.[0] ?? ''

async function createCodes(): Promise<string[]> {
  const { agent } = await pendingAlice()
  const code = await world.hearCode(agent)
  await agent.post('/otp').send({ code }).expect(200)
  return (await agent.post('/codes').expect(200)).body as string[]
}

/** How many of these responses set a cookie with which `/account` shows the account. */
async function countLoggedIn(responses: readonly { headers: object }[]): Promise<number> {
  const cookies = new Set(responses.map(({ headers }) => cookieIn(headers)).filter(Boolean))
  const statuses = await Promise.all(
    [...cookies].map(
      async cookie => (await world.browser().get('/account').set('Cookie', cookie)).status,
    ),
  )
  return statuses.filter(status => status === 200).length
}

/** A wrong code at a new challenge: 401, whatever happened before. */
async function sendWrongCode(): Promise<{ status: number; code: string }> {
  const { agent } = await pendingAlice()
  const code = await world.hearCode(agent)
  const { status, body } = await agent.post('/otp').send({ code: wrongCode(code) })
  return { status, code: (body as FailureInfo).code }
}

describe.each([
  ['a logout', (alice: ReturnType<typeof withCookie>) => alice.post('/logout')],
  ['cancel()', (alice: ReturnType<typeof withCookie>) => alice.post('/cancel')],
  ['a newer call', (alice: ReturnType<typeof withCookie>) => alice.post('/otp/call')],
])('a right code at the same time as %s', (_name, meanwhile) => {
  test('twelve right codes that arrive too late are refused as before, and none counts as a wrong one', async () => {
    const { limiter } = await open({ limits: { ...callsUnlimited, attemptsPerChallenge: 5 } })
    for (let round = 0; round < 12; round++) {
      const { agent, cookie } = await pendingAlice()
      const code = await world.hearCode(agent)
      const alice = withCookie(cookie)
      // the comparison waits until the other request has ended the challenge
      limiter.delayNext('failures.consume', async () => {
        await meanwhile(alice)
      })
      const { status, body } = await alice.post('/otp', { code })
      expect({ status, code: (body as FailureInfo).code }).toEqual({
        status: 401,
        code: 'code-expired',
      })
    }
    expect(limiter.countsOf('failures').filter(count => count !== 0)).toEqual([])
    expect(limiter.countsOf('consecutive-failures').filter(count => count !== 0)).toEqual([])
  })
})

describe('a slow recovery code beside the right code of the phone', () => {
  test('if the code of the phone clears the counts meanwhile, no count is below 0, and the next wrong code is 401', async () => {
    const { limiter } = await open()
    const [recoveryCode] = await createCodes()
    const { agent, cookie } = await pendingAlice()
    const code = await world.hearCode(agent)
    const alice = withCookie(cookie)
    afterUse = async () => {
      await alice.post('/otp', { code }).expect(200)
    }
    await alice.post('/recover', { code: recoveryCode })
    for (const name of ['failures', 'consecutive-failures'])
      expect(limiter.countsOf(name).every(count => count >= 0)).toBe(true)
    expect(await sendWrongCode()).toEqual({ status: 401, code: 'code-wrong' })
    expect(limiter.countsOf('failures')).toEqual([1])
  })

  test('if the counts are cleared while the attempt is given back, the next wrong code is 401 and counts once', async () => {
    const { limiter } = await open()
    const [recoveryCode] = await createCodes()
    const { agent, cookie } = await pendingAlice()
    const code = await world.hearCode(agent)
    const alice = withCookie(cookie)
    limiter.delayNext('failures.reward', async () => {
      await alice.post('/otp', { code }).expect(200)
    })
    await alice.post('/recover', { code: recoveryCode })
    expect(await sendWrongCode()).toEqual({ status: 401, code: 'code-wrong' })
    expect(limiter.countsOf('failures')).toEqual([1])
  })

  test('a wrong code between the two steps that correct a count below 0 is 401, never 503', async () => {
    const { limiter } = await open()
    const [recoveryCode] = await createCodes()
    const { agent, cookie } = await pendingAlice()
    const code = await world.hearCode(agent)
    const alice = withCookie(cookie)
    // On a slow machine, the recovery code may get its response before the wrong code is sent.
    const wrong = new Promise<unknown>(resolve => {
      limiter.delayNext('failures.reward', async () => {
        await alice.post('/otp', { code }).expect(200)
        limiter.delayNext('failures.consume', async () => {
          resolve(await sendWrongCode())
        })
      })
    })
    await alice.post('/recover', { code: recoveryCode })
    expect(await wrong).toEqual({ status: 401, code: 'code-wrong' })
    await expect.poll(() => limiter.countsOf('failures').every(count => count >= 1)).toBe(true)
  })
})

describe('several right answers of one session at the same time', () => {
  /** Sends the code of a call and recovery codes at once. Returns the responses. */
  async function sendAtOnce(
    recoveryCodes: number,
    phoneCodes: number,
    more: readonly string[] = [],
  ) {
    const codes = await createCodes()
    const { agent, cookie } = await pendingAlice()
    const code = await world.hearCode(agent)
    const alice = withCookie(cookie)
    const [responses] = await Promise.all([
      Promise.all([
        ...codes.slice(0, recoveryCodes).map(each => alice.post('/recover', { code: each })),
        ...Array.from({ length: phoneCodes }, () => alice.post('/otp', { code })),
      ]),
      ...more.map(path => alice.post(path)),
    ])
    return responses
  }

  test('four right answers at the same time make one session, and none counts as a wrong code', async () => {
    const { limiter } = await open({}, new CounterStore(), new SessionStore(2, 25))
    for (let round = 0; round < 3; round++) {
      const responses = await sendAtOnce(2, 2)
      expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(responses.every(({ status }) => status === 200 || status === 401)).toBe(true)
      expect(await countLoggedIn(responses)).toBe(1)
    }
    expect(await sendWrongCode()).toEqual({ status: 401, code: 'code-wrong' })
    expect(Math.max(...limiter.countsOf('failures'))).toBeLessThan(2 ** 29)
  })

  test('fifteen right answers at the same time make one session and lock nobody out', async () => {
    await open({}, new CounterStore(), new SessionStore(2, 25))
    for (let round = 0; round < 3; round++) {
      const responses = await sendAtOnce(10, 5)
      expect(await countLoggedIn(responses)).toBe(1)
      expect(await sendWrongCode()).toEqual({ status: 401, code: 'code-wrong' })
      await world.strategy.unlock('alice')
    }
  })

  test('a logout at the same time as right answers wins: no response is logged in afterwards', async () => {
    await open({}, new CounterStore(), new SessionStore(2, 25))
    for (let round = 0; round < 3; round++)
      expect(await countLoggedIn(await sendAtOnce(2, 2, ['/logout']))).toBe(0)
  })

  test.each(['failures.consume', 'logins.consume'])(
    'a logout that arrives before %s of the login wins',
    async operation => {
      const { limiter } = await open()
      const { agent, cookie } = await pendingAlice()
      const code = await world.hearCode(agent)
      const alice = withCookie(cookie)
      limiter.delayNext(operation, async () => {
        await alice.post('/logout').expect(200)
      })
      const response = await alice.post('/otp', { code })
      expect(response.status).toBe(401)
      expect(await countLoggedIn([response])).toBe(0)
    },
  )

  test('a logout that read the session before the login replaced it wins', async () => {
    const { limiter, store } = await open()
    const { agent, cookie } = await pendingAlice()
    const code = await world.hearCode(agent)
    const alice = withCookie(cookie)
    let goOn = (): void => undefined
    const isReplaced = new Promise<void>(resolve => {
      goOn = resolve
    })
    const isLogoutRead = new Promise<void>(resolve => {
      limiter.delayNext('logouts.set', () => {
        resolve()
        return isReplaced
      })
    })
    const logout = alice.post('/logout').then(({ status }) => status)
    await isLogoutRead
    limiter.delayNext('failures.delete', async () => {
      goOn()
      await logout
    })
    const response = await alice.post('/otp', { code })
    expect([response.status, await logout]).toEqual([401, 200])
    expect(await countLoggedIn([response])).toBe(0)
    expect(store.dump()).not.toContain('verification')
  })
})
