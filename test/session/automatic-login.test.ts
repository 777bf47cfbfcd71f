// A first factor that needs no form: a header of a reverse proxy, a client certificate, a
// remember-me cookie.
import type { Express, RequestHandler } from 'express'
import { Passport, type Authenticator } from 'passport'
import { afterEach, expect, test } from 'vitest'
import { SessionStore } from '../support/stores.js'
import {
  createWorld,
  type Person,
  type World,
  type WorldOptions,
  wrongCode,
} from '../support/world.js'

let world: World
afterEach(() => world.close())

const sessionOf = (response: { headers: Record<string, unknown> }) =>
  /connect\.sid=([^;]+)/.exec(String(response.headers['set-cookie']))?.[1]

/** The app logs the user of the header in wherever `isAuthenticated()` is false. */
const open = async (options: WorldOptions = {}) => {
  world = await createWorld({
    ...options,
    routes: (app, passport, strategy) => {
      app.use((req, _res, next) => {
        const person = world.people[String(req.headers['x-user'])]
        if (person === undefined || req.isAuthenticated()) next()
        else req.logIn({ ...person }, next)
      })
      addEnrollRoutes(app, passport)
      options.routes?.(app, passport, strategy)
    },
  })
}

/** A browser behind the proxy, which names this user in a header. */
const browserOf = (name: string) => world.browser().set({ 'X-User': name })

function addEnrollRoutes(app: Express, passport: Authenticator): void {
  app.post(
    '/enroll/call',
    passport.authenticate('voice-otp', {
      action: 'call',
      purpose: 'enroll',
      phone: () => '+12025550188',
    }) as RequestHandler,
    (req, res) => {
      res.status(202).json(req.voiceOtp)
    },
  )
  app.post(
    '/enroll',
    passport.authenticate('voice-otp', { purpose: 'enroll' }) as RequestHandler,
    (_req, res) => {
      res.json({})
    },
  )
}

/** Asks for a call to the new number and listens to the code. */
async function hearEnrollCode(agent: ReturnType<typeof browserOf>): Promise<string> {
  const { body } = await agent.post('/enroll/call').expect(202)
  return world.answerAndListen((body as { matchingDigits: string }).matchingDigits)
}

test('an automatic login keeps the session id and the challenge, also under ten parallel requests', async () => {
  await open({ store: new SessionStore(2, 25) })
  const alice = browserOf('alice')
  const first = sessionOf(await alice.get('/account').expect(401))
  expect(first).toBeDefined()
  const code = await world.hearCode(alice)
  const responses = await Promise.all(
    Array.from({ length: 10 }, () => alice.get('/account').expect(401)),
  )
  expect(responses.map(sessionOf).filter(id => id !== undefined && id !== first)).toEqual([])
  const wrong = await alice.post('/otp').send({ code: wrongCode(code) })
  expect(wrong.body).toMatchObject({ code: 'code-wrong', attemptsLeft: 4 })
  const success = await alice.post('/otp').send({ code }).expect(200)
  expect(sessionOf(success)).toBeDefined()
  expect(sessionOf(success)).not.toBe(first)
  await alice.get('/account').expect(200, { user: 'alice' })
  await world
    .browser()
    .get('/account')
    .set({ Cookie: `connect.sid=${first ?? ''}` })
    .expect(401)
  expect(world.simulator.calls).toHaveLength(1)
})

test('an automatic login while the call is asked for does not erase the challenge', async () => {
  await open({ store: new SessionStore(2, 25) })
  const alice = browserOf('alice')
  await alice.get('/account').expect(401)
  const [call] = await Promise.all([
    alice.post('/otp/call').expect(202),
    ...Array.from({ length: 10 }, () => alice.get('/account').expect(401)),
  ])
  const { matchingDigits } = call.body as { matchingDigits: string }
  await alice
    .post('/otp')
    .send({ code: await world.answerAndListen(matchingDigits) })
    .expect(200)
})

test('an automatic login does not extend the life of the code', async () => {
  await open()
  const alice = browserOf('alice')
  const code = await world.hearCode(alice)
  world.clock.offset += 299_000
  await alice.get('/account').expect(401)
  world.clock.offset += 1_000
  const { body } = await alice.post('/otp').send({ code }).expect(401)
  expect(body).toMatchObject({ code: 'code-expired' })
})

test('an automatic login of another user replaces the session and kills the challenge', async () => {
  await open()
  const agent = browserOf('alice')
  const first = sessionOf(await agent.get('/account').expect(401))
  const code = await world.hearCode(agent)
  const bob = await agent
    .get('/account')
    .set({ 'X-User': 'bob' })
    .expect(401, { pendingUser: 'bob' })
  expect(sessionOf(bob)).toBeDefined()
  expect(sessionOf(bob)).not.toBe(first)
  await agent.post('/otp').send({ code }).expect(401)
  await agent.get('/account').expect(401, { pendingUser: 'alice' })
})

test('the first automatic login replaces the id of the anonymous session', async () => {
  await open()
  const visitor = world.browser()
  const anonymous = sessionOf(await visitor.post('/cart').expect(200))
  const pending = sessionOf(await visitor.get('/account').set({ 'X-User': 'alice' }).expect(401))
  expect(pending).toBeDefined()
  expect(pending).not.toBe(anonymous)
})

test('a user who is logged in and logs in again is pending in a new session', async () => {
  await open({
    routes: app => {
      app.post('/again', (req, res, next) => {
        req.logIn(world.people['alice'] as unknown as Express.User, error => {
          if (error) next(error)
          else res.json({ user: req.user ?? null })
        })
      })
    },
  })
  const alice = browserOf('alice')
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code }).expect(200)
  const again = await alice.post('/again').expect(200, { user: null })
  expect(sessionOf(again)).toBeDefined()
})

test('an automatic login keeps a challenge to enroll the first number', async () => {
  await open()
  const dave = browserOf('dave')
  const code = await hearEnrollCode(dave)
  await dave.get('/account').expect(401)
  await dave.post('/enroll').send({ code }).expect(200)
  expect(world.people['dave']?.phone).toBe('+12025550188')
})

test('an automatic login kills a challenge to enroll when the user has a number by now', async () => {
  await open()
  const dave = browserOf('dave')
  const code = await hearEnrollCode(dave)
  world.people['dave']!.phone = '+12025550199'
  await dave.get('/account').expect(401)
  world.people['dave']!.phone = null
  await dave.post('/enroll').send({ code }).expect(401)
  expect(world.people['dave']?.phone).toBeNull()
})

test('an automatic login kills a challenge to enroll when the phone cannot be looked up', async () => {
  let isDown = false
  await open({
    getPhone: person => {
      if (isDown) throw new Error('the database is down')
      return world.people[person.id]?.phone
    },
  })
  const dave = browserOf('dave')
  const code = await hearEnrollCode(dave)
  isDown = true
  await dave.get('/account').expect(401)
  isDown = false
  await dave.post('/enroll').send({ code }).expect(401)
})

test('an automatic login stores the serialized user if it changed, and writes nothing otherwise', async () => {
  let version = 1
  const passport = new Passport() as Authenticator
  passport.serializeUser((person, done) => {
    done(null, { id: (person as Person).id, version })
  })
  passport.deserializeUser(({ id }: { id: string }, done) => {
    done(null, world.people[id])
  })
  const store = new SessionStore()
  await open({ store, passport })
  const alice = browserOf('alice')
  await alice.get('/account').expect(401)
  const { length } = store.written
  await alice.get('/account').expect(401)
  expect(store.written).toHaveLength(length)
  version = 2
  await alice.get('/account').expect(401, { pendingUser: 'alice' })
  expect(store.dump()).toContain('version\\\":2')
})

test('an automatic login whose serializer fails lets nobody in and passes the error on', async () => {
  let isDown = false
  const passport = new Passport() as Authenticator
  passport.serializeUser((person, done) => {
    done(isDown ? new Error('no serializer') : null, (person as Person).id)
  })
  await open({ passport })
  const alice = browserOf('alice')
  await alice.get('/account').expect(401)
  isDown = true
  await alice.get('/account').expect(500)
})
