import { afterEach, describe, expect, test } from 'vitest'
import type { FailureInfo } from 'passport-voice-otp'
import { recoverRoute } from './support/recover-route.js'
import {
  createWorld,
  type Person,
  type World,
  type WorldOptions,
  wrongCode,
} from './support/world.js'

let world: World
let stored: Record<string, string[]>
afterEach(() => world.close())

/** Keeps the hashes in memory, where removing one is a single atomic step. */
const recovery = {
  save: (person: Person, hashes: readonly string[]) => {
    stored[person.id] = [...hashes]
  },
  use: (person: Person, hashes: readonly string[]) => {
    const mine = stored[person.id] ?? []
    const rest = mine.filter(hash => !hashes.includes(hash))
    stored[person.id] = rest
    return rest.length < mine.length ? rest.length : undefined
  },
}

async function open(options: WorldOptions['options'] = {}) {
  stored = {}
  world = await createWorld({
    options: { recovery, ...options },
    routes: (app, passport, strategy) => {
      app.post('/codes', (req, res, next) => {
        strategy.createRecoveryCodes(req).then(
          codes => {
            res.json(codes)
          },
          (error: unknown) => {
            if ((error as FailureInfo).code === 'second-factor-required') res.status(401).json({})
            else next(error)
          },
        )
      })
      app.post('/recover', recoverRoute(passport))
    },
  })
}

/** Logs in with a call and creates ten codes for the user. */
async function createCodes(name = 'alice'): Promise<string[]> {
  const agent = await world.logIn(name)
  await agent
    .post('/otp')
    .send({ code: await world.hearCode(agent) })
    .expect(200)
  return (await agent.post('/codes').expect(200)).body as string[]
}

describe('recovery codes', () => {
  test('ten different codes of 50 bits are created, and the app stores only their hashes', async () => {
    await open()
    const codes = await createCodes()
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
    const dump = JSON.stringify(stored)
    for (const code of codes) expect(dump).not.toContain(code.replace('-', ''))
  })

  test('a recovery code logs in and reports how many codes are left', async () => {
    await open()
    const [code] = await createCodes()
    const alice = await world.logIn('alice')
    await alice
      .post('/recover')
      .send({ code })
      .expect(200, { amr: ['otp'], recoveryCodesLeft: 9 })
    await alice.get('/account').expect(200)
    await alice.get('/transfer').expect(200)
    expect(world.named('recovery.used')).toEqual([{ userId: 'alice', left: 9 }])
  })

  test('a recovery code is accepted in lower case, with spaces, and with the letters O and L for 0 and 1', async () => {
    await open()
    const [code = ''] = await createCodes()
    const alice = await world.logIn('alice')
    await alice
      .post('/recover')
      .send({
        code: ` ${code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replace('-', ' ')} `,
      })
      .expect(200)
  })

  test('a new set of codes replaces the old set', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const [old] = await createCodes()
    await createCodes()
    await (await world.logIn('alice')).post('/recover').send({ code: old }).expect(401)
  })

  test('a recovery code counts as a fresh second factor, so that the user can change a lost number and create new codes', async () => {
    await open()
    const [code] = await createCodes()
    const alice = await world.logIn('alice')
    await alice.post('/recover').send({ code }).expect(200)
    await alice.post('/codes').expect(200)
  })

  test('a recovery code is still valid after the secret was rotated', async () => {
    const old = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
    await open()
    const [code] = await createCodes()
    const kept = stored
    await world.close()
    await open({ secret: ['m7Jq2WvT9xLc4RbZ8sKf1YhN6pDg3EaU', old] })
    stored = kept
    await (await world.logIn('alice')).post('/recover').send({ code }).expect(200)
  })
})

describe('a thief who knows the password', () => {
  test('a recovery code that was used is refused in another session', async () => {
    await open()
    const [code] = await createCodes()
    const alice = await world.logIn('alice')
    await alice.post('/recover').send({ code }).expect(200)
    const thief = await world.logIn('alice')
    await thief
      .post('/recover')
      .send({ code })
      .expect(401)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'recovery-wrong' })
      })
    await thief.get('/account').expect(401)
  })

  test('a recovery code sent in twenty parallel requests logs in once', async () => {
    await open({ limits: { attemptsPerUser: false } })
    const [code] = await createCodes()
    const agents = await Promise.all(Array.from({ length: 20 }, () => world.logIn('alice')))
    const responses = await Promise.all(agents.map(agent => agent.post('/recover').send({ code })))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test("Bob's recovery code does not work for Alice", async () => {
    await open()
    const [code] = await createCodes('bob')
    await (await world.logIn('alice')).post('/recover').send({ code }).expect(401)
    await (await world.logIn('bob')).post('/recover').send({ code }).expect(200)
  })

  test('ten wrong recovery codes start the lockout, and then a right code is refused like a wrong one', async () => {
    await open()
    const [code] = await createCodes()
    const thief = await world.logIn('alice')
    for (let attempt = 0; attempt < 10; attempt++)
      await thief
        .post('/recover')
        .send({ code: `00000-0000${attempt}` })
        .expect(401)
    const right = await thief.post('/recover').send({ code }).expect(429)
    const wrong = await thief.post('/recover').send({ code: '00000-00000' }).expect(429)
    expect(right.body).toEqual(wrong.body)
    await thief.post('/otp/call').expect(429)
    await thief.get('/account').expect(401)
    expect(world.named('user.locked')).toEqual([{ userId: 'alice', limit: 'attemptsPerUser' }])
  })

  test('of a hundred parallel wrong recovery codes only ten are compared', async () => {
    await open()
    await createCodes()
    const thief = await world.logIn('alice')
    await Promise.all(
      Array.from({ length: 100 }, (_, attempt) =>
        thief.post('/recover').send({ code: `00000-000${String(attempt).padStart(2, '0')}` }),
      ),
    )
    expect(
      (world.named('code.rejected') as { compared: boolean }[]).filter(({ compared }) => compared),
    ).toHaveLength(10)
  })

  test('a right recovery code does not reset the count of wrong codes', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const [code] = await createCodes()
    const thief = await world.logIn('alice')
    for (let attempt = 0; attempt < 9; attempt++)
      await thief
        .post('/recover')
        .send({ code: `00000-0000${attempt}` })
        .expect(401)
    await (await world.logIn('alice')).post('/recover').send({ code }).expect(200)
    await thief.post('/recover').send({ code: '00000-00009' }).expect(401)
    await thief.post('/recover').send({ code: '00000-00010' }).expect(429)
  })

  test.each([
    undefined,
    null,
    5,
    [],
    ['0000000000'],
    { 0: 'x' },
    '',
    '0000',
    'UUUUUUUUUU',
    '00000000000',
    ' '.repeat(3000),
  ])('%j is refused as malformed and compared with nothing', async code => {
    await open()
    const thief = await world.logIn('alice')
    await thief
      .post('/recover')
      .send({ code })
      .expect(400)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'recovery-malformed' })
      })
    expect(world.named('code.rejected')).toEqual([
      { userId: 'alice', code: 'recovery-malformed', compared: false },
    ])
  })

  test('codes are not created for a pending user, nor in a browser whose second factor is older than five minutes', async () => {
    await open()
    const thief = await world.logIn('alice')
    await thief.post('/codes').expect(401)
    await thief
      .post('/otp')
      .send({ code: await world.hearCode(thief) })
      .expect(200)
    world.clock.offset += 301_000
    await thief.post('/codes').expect(401)
    expect(stored).toEqual({})
  })

  test('the code of a call is not accepted as a recovery code, nor a recovery code as the code of a call', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const [code] = await createCodes()
    const thief = await world.logIn('alice')
    await thief
      .post('/recover')
      .send({ code: await world.hearCode(thief) })
      .expect(400)
    await thief.post('/otp').send({ code }).expect(400)
  })

  test('a recovery kills the challenge that was live before', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const [recoveryCode] = await createCodes()
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice.post('/recover').send({ code: recoveryCode }).expect(200)
    await alice.post('/otp').send({ code }).expect(401)
    await alice
      .post('/otp')
      .send({ code: wrongCode(code) })
      .expect(401)
  })
})

describe('an error of the app lets nobody in', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    ['returns true', () => true as never],
    ['returns null', () => null as never],
    ['returns -1', () => -1],
    ['returns NaN', () => NaN],
  ])(
    'a callback recovery.use that %s lets nobody in: 503 without the text of the error',
    async (_, use) => {
      await open({ recovery: { ...recovery, use } })
      const alice = await world.logIn('alice')
      const { body } = await alice.post('/recover').send({ code: '00000-00000' }).expect(503)
      expect(body).toMatchObject({ code: 'callback-failed' })
      expect(JSON.stringify(body)).not.toContain('secret')
      await alice.get('/account').expect(401)
    },
  )

  test('an outage of recovery.use in which nothing was compared locks nobody out', async () => {
    let isDown = true
    await open({
      recovery: {
        ...recovery,
        use: () => {
          if (isDown) throw new Error('down')
          return undefined
        },
      },
    })
    const alice = await world.logIn('alice')
    for (let attempt = 0; attempt < 10; attempt++)
      await alice.post('/recover').send({ code: '00000-00000' }).expect(503)
    isDown = false
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
  })

  test('without the option recovery, the error names it', async () => {
    await open({ recovery: undefined })
    const alice = await world.logIn('alice')
    await alice
      .post('/recover')
      .send({ code: '00000-00000' })
      .expect(503)
      .expect(({ body }) => {
        expect((body as { message: string }).message).toContain('recovery: { save, use }')
      })
  })
})
