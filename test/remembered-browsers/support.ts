// Browsers that are remembered after a call: what the tests of this folder share.
import { MemoryRememberStore, type RememberedEntry, type RememberStore } from 'passport-voice-otp'
import supertest from 'supertest'
import type { SessionStore } from '../support/stores.js'
import { createWorld, password, type World, type WorldOptions } from '../support/world.js'

export const cookieIn = (response: { headers: Record<string, unknown> }): string | undefined =>
  /voice-otp-browser=([\w.-]+)/.exec(String(response.headers['set-cookie']))?.[1]
export const sessionIn = (response: { headers: Record<string, unknown> }): string =>
  /connect\.sid=[^;]+/.exec(String(response.headers['set-cookie']))?.[0] ?? ''
export const withCookie = (value: string | undefined) => ({
  Cookie: `voice-otp-browser=${value ?? ''}`,
})

/**
 * A world in which `POST /remember` remembers the browser, and `GET /how` shows our part of the
 * session.
 */
export function createRememberingWorld(
  options: WorldOptions['options'] = {},
  store: RememberStore = new MemoryRememberStore(),
  sessions?: SessionStore,
): Promise<World> {
  return createWorld({
    store: sessions,
    options: { remember: { days: 30, store }, ...options },
    routes: (app, _passport, strategy) => {
      app.post('/remember', (req, res, next) => {
        strategy.remembered.add(req, 'Firefox on Linux').then(() => {
          res.json({})
        }, next)
      })
      app.get('/how', strategy.requireSecondFactor(), (req, res) => {
        res.json((req.session as unknown as { voiceOtp: unknown }).voiceOtp)
      })
    },
  })
}

export const browsersOf = (world: World, name: string): Promise<readonly RememberedEntry[]> =>
  world.strategy.remembered.list(name)

/**
 * Logs in with a call and has the browser remembered; returns the agent and the value of its
 * cookie.
 */
export async function rememberBrowser(world: World, name = 'alice') {
  const agent = await world.logIn(name)
  await agent
    .post('/otp')
    .send({ code: await world.hearCode(agent) })
    .expect(200)
  const cookie = cookieIn(await agent.post('/remember').expect(200))
  return { agent, cookie }
}

/**
 * Sends the password in a new browser that holds this cookie; returns the cookie of the pending
 * session.
 */
export async function startLogin(world: World, cookie: string | undefined, name = 'alice') {
  return sessionIn(
    await supertest(world.url)
      .post('/login')
      .set(withCookie(cookie))
      .send({ username: name, password })
      .expect(200),
  )
}

/** Asks for a page with the cookie of a session and the cookie of a remembered browser. */
export const getWith = (world: World, path: string, session: string, cookie: string | undefined) =>
  supertest(world.url)
    .get(path)
    .set({ Cookie: `${session}; voice-otp-browser=${cookie ?? ''}` })

/**
 * Sends the password in a new browser that holds this cookie; returns whether that was enough, and
 * the cookie that came back.
 */
export async function logInWith(world: World, cookie: string | undefined, name = 'alice') {
  const session = await startLogin(world, cookie, name)
  const response = await getWith(world, '/account', session, cookie)
  return {
    session,
    isIn: response.status === 200,
    cookie: cookieIn(response),
    inSession: response.headers['set-cookie'] === undefined ? session : sessionIn(response),
  }
}
