// Two versions side by side: what the other version wrote and this one cannot read refuses.
import { afterEach, expect, test } from 'vitest'
import { createWorld, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())

/** A session whose part of this package another version has written. */
async function open(change: (part: Record<string, unknown>) => unknown) {
  world = await createWorld({
    routes: app => {
      app.post('/upgrade', (req, res) => {
        const session = req.session as unknown as Record<string, unknown>
        session['voiceOtp'] = change(session['voiceOtp'] as Record<string, unknown>)
        res.json({})
      })
    },
  })
  return world.logIn('alice')
}

test.each<[string, (part: Record<string, unknown>) => unknown]>([
  [
    'a challenge without a field',
    ({ challenge }) => ({ challenge: { ...(challenge as object), codeHash: undefined } }),
  ],
  [
    'a field of another type',
    ({ challenge }) => ({ challenge: { ...(challenge as object), expiresAt: 'soon' } }),
  ],
  ['another place for the challenge', ({ challenge }) => ({ challenges: [challenge] })],
])('the right code is refused if the other version wrote %s', async (_what, change) => {
  const alice = await open(change)
  const code = await world.hearCode(alice)
  await alice.post('/upgrade').expect(200)
  const { body } = await alice.post('/otp').send({ code }).expect(401)
  expect(body).toMatchObject({ code: 'no-challenge' })
})

test.each<[string, (part: Record<string, unknown>) => unknown]>([
  [
    'without a user',
    ({ verification }) => ({ verification: { ...(verification as object), userId: undefined } }),
  ],
  ['in another place', ({ verification }) => ({ verifications: [verification] })],
])('a user with a verification %s is pending again', async (_what, change) => {
  const alice = await open(change)
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code }).expect(200)
  await alice.post('/upgrade').expect(200)
  await alice.get('/account').expect(401, { pendingUser: 'alice' })
})
