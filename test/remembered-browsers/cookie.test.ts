import { afterEach, expect, test } from 'vitest'
import { sealedIn } from '../support/webhooks.js'
import { ring } from '../support/world.js'
import type { World } from '../support/world.js'
import { browsersOf, createRememberingWorld } from './support.js'

let world: World
afterEach(() => world.close())

test('over https the cookie is bound to this host and to https', async () => {
  world = await createRememberingWorld({ webhookUrl: 'https://acme.example/voice-otp' })
  const alice = await world.logIn('alice')
  // The Space cannot reach that address, so the test reads the code from the sealed token.
  const { phone } = await ring(world, alice)
  const { headers } = await alice
    .post('/otp')
    .send({ code: sealedIn(phone).code })
    .expect(200)
    .then(() => alice.post('/remember').expect(200))
  expect(String(headers['set-cookie'])).toMatch(
    /^__Host-voice-otp-browser=[\w-]{22}\.[\w-]{43}; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Lax; Secure$/,
  )
  expect(await browsersOf(world, 'alice')).toHaveLength(1)
})
