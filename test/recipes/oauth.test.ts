import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type World } from '../support/world.js'
import { addProviderLogin } from './oauth.js'

let provider: Server
let world: World
/** Who is logged in at the provider. */
let subject: string

beforeEach(async () => {
  subject = 'alice'
  provider = createServer((req, res) => {
    answerAsProvider(req.url ?? '', req.headers.authorization, {
      redirect: to => res.writeHead(302, { Location: to }).end(),
      json: body =>
        res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body)),
    })
  })
  await new Promise<void>(resolve => provider.listen(0, '127.0.0.1', resolve))
  const at = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  world = await createWorld({
    routes: (app, passport) => {
      const callbackURL = '/login/provider/callback'
      addProviderLogin(
        app,
        passport,
        {
          authorizationURL: `${at}/authorize`,
          tokenURL: `${at}/token`,
          userInfoURL: `${at}/userinfo`,
          clientID: 'acme',
          clientSecret: 'a secret',
          callbackURL,
        },
        found => world.people[found],
      )
    },
  })
})
afterEach(async () => {
  await new Promise(resolve => {
    provider.close(resolve)
    provider.closeAllConnections()
  })
  await world.close()
})

/** The three routes of an OAuth 2.0 provider at which everybody always agrees. */
function answerAsProvider(
  url: string,
  authorization: string | undefined,
  { redirect, json }: { redirect: (to: string) => void; json: (body: object) => void },
): void {
  const { pathname, searchParams } = new URL(url, 'http://provider')
  if (pathname === '/authorize')
    redirect(
      `${searchParams.get('redirect_uri') ?? ''}?${new URLSearchParams({ code: 'a-code', state: searchParams.get('state') ?? '' }).toString()}`,
    )
  else if (pathname === '/token') json({ access_token: 'a-token', token_type: 'Bearer' })
  else json({ sub: authorization === 'Bearer a-token' ? subject : 'nobody' })
}

/** There and back, as a browser goes. */
async function throughProvider(browser: ReturnType<World['browser']>): Promise<string> {
  const { headers } = await browser.get('/login/provider').expect(302)
  const answer = await fetch(headers['location'] as string, { redirect: 'manual' })
  const back = new URL(answer.headers.get('location') ?? '')
  return back.pathname + back.search
}

test('a login at an OAuth provider makes the user pending, and the code then opens the account', async () => {
  const alice = world.browser()
  await alice
    .get(await throughProvider(alice))
    .expect(302)
    .expect('Location', '/otp')
  await alice.get('/account').expect(401, { pendingUser: 'alice' })
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code }).expect(200)
  await alice.get('/account').expect(200, { user: 'alice' })
})

test('a user of the OAuth provider who is unknown to the app is not pending and is never called', async () => {
  subject = 'nobody-we-know'
  const stranger = world.browser()
  await stranger
    .get(await throughProvider(stranger))
    .expect(302)
    .expect('Location', '/login')
  await stranger.post('/otp/call').expect(401)
  expect(world.simulator.calls).toHaveLength(0)
})

test('a response of the OAuth provider for another browser logs nobody in', async () => {
  const [mallory, victim] = [world.browser(), world.browser()]
  const back = await throughProvider(mallory)
  await victim.get(back).expect(302).expect('Location', '/login')
  await victim.get('/account').expect(401, {})
})
