import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import type { FailureInfo } from 'passport-voice-otp'
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

/** Codes as an app might keep them: here in memory, where taking one is one step. */
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
      app.post('/recover', (req, res, next) => {
        const authenticate = passport.authenticate(
          'voice-otp',
          { action: 'recover' } as object,
          (error: unknown, user: Person | false, info?: FailureInfo, status?: number) => {
            if (error) next(error)
            else if (!user) res.status(status ?? 401).json(info)
            else
              req.logIn(user, failure => {
                if (failure) next(failure)
                else res.json(info)
              })
          },
        ) as RequestHandler
        void authenticate(req, res, next)
      })
    },
  })
}

/** Ten codes of a user, drawn after a login with a call. */
async function drawCodes(name = 'alice'): Promise<string[]> {
  const agent = await world.logIn(name)
  await agent
    .post('/otp')
    .send({ code: await world.hearCode(agent) })
    .expect(200)
  return (await agent.post('/codes').expect(200)).body as string[]
}

describe('recovery codes', () => {
  test('ten of 50 bits, each different, and nothing of them is stored', async () => {
    await open()
    const codes = await drawCodes()
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
    const dump = JSON.stringify(stored)
    for (const code of codes) expect(dump).not.toContain(code.replace('-', ''))
  })

  test('one lets in, says how many are left, and marks the login as recovered', async () => {
    await open()
    const [code] = await drawCodes()
    const alice = await world.logIn('alice')
    await alice
      .post('/recover')
      .send({ code })
      .expect(200, { amr: ['otp'], recoveryCodesLeft: 9 })
    await alice.get('/account').expect(200)
    await alice.get('/transfer').expect(200)
    expect(world.named('recovery.used')).toEqual([{ userId: 'alice', left: 9 }])
  })

  test('is taken in small letters, with spaces, and with the letters that are easily confused', async () => {
    await open()
    const [code = ''] = await drawCodes()
    const alice = await world.logIn('alice')
    await alice
      .post('/recover')
      .send({
        code: ` ${code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replace('-', ' ')} `,
      })
      .expect(200)
  })

  test('a new set takes the place of the old', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const [old] = await drawCodes()
    await drawCodes()
    await (await world.logIn('alice')).post('/recover').send({ code: old }).expect(401)
  })

  test('counts as a fresh second factor, so that a lost number can be changed and new codes be drawn', async () => {
    await open()
    const [code] = await drawCodes()
    const alice = await world.logIn('alice')
    await alice.post('/recover').send({ code }).expect(200)
    await alice.post('/codes').expect(200)
  })

  test('still good after the secret was rotated', async () => {
    const old = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
    await open()
    const [code] = await drawCodes()
    const kept = stored
    await world.close()
    await open({ secret: ['m7Jq2WvT9xLc4RbZ8sKf1YhN6pDg3EaU', old] })
    stored = kept
    await (await world.logIn('alice')).post('/recover').send({ code }).expect(200)
  })
})

describe('a thief with the password', () => {
  test('uses a code twice, in the same session and in another', async () => {
    await open()
    const [code] = await drawCodes()
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

  test('uses a code in twenty parallel requests', async () => {
    await open({ limits: { attemptsPerUser: false } })
    const [code] = await drawCodes()
    const agents = await Promise.all(Array.from({ length: 20 }, () => world.logIn('alice')))
    const answers = await Promise.all(agents.map(agent => agent.post('/recover').send({ code })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test("uses Bob's code for Alice", async () => {
    await open()
    const [code] = await drawCodes('bob')
    await (await world.logIn('alice')).post('/recover').send({ code }).expect(401)
    await (await world.logIn('bob')).post('/recover').send({ code }).expect(200)
  })

  test('guesses: ten wrong codes of a call or of the list together, then the pause, for right ones too', async () => {
    await open()
    const [code] = await drawCodes()
    const thief = await world.logIn('alice')
    for (let guess = 0; guess < 10; guess++)
      await thief
        .post('/recover')
        .send({ code: `00000-0000${guess}` })
        .expect(401)
    const right = await thief.post('/recover').send({ code }).expect(429)
    const wrong = await thief.post('/recover').send({ code: '00000-00000' }).expect(429)
    expect(right.body).toEqual(wrong.body)
    await thief.post('/otp/call').expect(429)
    await thief.get('/account').expect(401)
    expect(world.named('user.locked')).toEqual([{ userId: 'alice', limit: 'attemptsPerUser' }])
  })

  test('and a burst of parallel guesses: ten are compared', async () => {
    await open()
    await drawCodes()
    const thief = await world.logIn('alice')
    await Promise.all(
      Array.from({ length: 100 }, (_, guess) =>
        thief.post('/recover').send({ code: `00000-000${String(guess).padStart(2, '0')}` }),
      ),
    )
    expect(
      (world.named('code.rejected') as { compared: boolean }[]).filter(({ compared }) => compared),
    ).toHaveLength(10)
  })

  test('a right code does not clear what was counted before it', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const [code] = await drawCodes()
    const thief = await world.logIn('alice')
    for (let guess = 0; guess < 9; guess++)
      await thief
        .post('/recover')
        .send({ code: `00000-0000${guess}` })
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
  ])('sends %j, which is compared with nothing', async code => {
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

  test('draws codes of her own with a pending session, or in a browser whose code is old', async () => {
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

  test('uses the code of a call as a recovery code, and the reverse', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const [code] = await drawCodes()
    const thief = await world.logIn('alice')
    await thief
      .post('/recover')
      .send({ code: await world.hearCode(thief) })
      .expect(400)
    await thief.post('/otp').send({ code }).expect(400)
  })

  test('keeps a challenge from before the recovery', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const [recoveryCode] = await drawCodes()
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

describe('trouble below lets nobody in', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    ['answers true', () => true as never],
    ['answers null', () => null as never],
    ['answers -1', () => -1],
    ['answers NaN', () => NaN],
  ])('a store that %s', async (_, use) => {
    await open({ recovery: { ...recovery, use } })
    const alice = await world.logIn('alice')
    const { body } = await alice.post('/recover').send({ code: '00000-00000' }).expect(503)
    expect(body).toMatchObject({ code: 'callback-failed' })
    expect(JSON.stringify(body)).not.toContain('secret')
    await alice.get('/account').expect(401)
  })

  test('an outage in which nothing was compared locks nobody out', async () => {
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
    for (let guess = 0; guess < 10; guess++)
      await alice.post('/recover').send({ code: '00000-00000' }).expect(503)
    isDown = false
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
  })

  test('the strategy without the option says how to switch it on', async () => {
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
