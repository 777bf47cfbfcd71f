import { afterEach, test } from 'vitest'
import { createWorld, type World } from './support/world.js'

let world: World
afterEach(() => world.close())

test('cancel(req) ends the challenge of this session, and does nothing without one', async () => {
  world = await createWorld({
    routes: (app, _passport, strategy) => {
      app.post('/cancel', (req, res, next) => {
        strategy.cancel(req).then(() => {
          res.json({})
        }, next)
      })
    },
  })
  const alice = await world.logIn('alice')
  await alice.post('/cancel').expect(200)
  const code = await world.hearCode(alice)
  await alice.post('/cancel').expect(200)
  await alice.post('/otp').send({ code }).expect(401)
})
