import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type Person, type World } from '../support/world.js'
import { addAdminPages, type Member, onlyAdmins } from './admins.js'

let world: World
const admins = new Set<unknown>()

beforeEach(async () => {
  admins.clear()
  admins.add('alice')
  world = await createWorld({
    options: { required: person => onlyAdmins.required(asMember(person)) },
    routes: (app, _passport, strategy) => {
      app.use((req, _res, next) => {
        if (req.user) Object.assign(req.user, asMember(req.user as Person))
        next()
      })
      addAdminPages(app, strategy as never)
    },
  })
})
afterEach(() => world.close())

const asMember = ({ id }: Person): Member => ({
  id,
  isAdmin: admins.has(id) ? true : admins.has('unloaded') ? (undefined as never) : false,
})

test('a member logs in with the password alone, and an admin does not', async () => {
  await (await world.logIn('bob')).get('/account').expect(200, { user: 'bob' })
  await (await world.logIn('alice')).get('/account').expect(401, { pendingUser: 'alice' })
})

test('a member who becomes an admin is asked for a code at the next request', async () => {
  const bob = await world.logIn('bob')
  await bob.get('/account').expect(200)
  admins.add('bob')
  await bob.get('/account').expect(401, { pendingUser: 'bob' })
  await bob
    .post('/otp')
    .send({ code: await world.hearCode(bob) })
    .expect(200)
  await bob.get('/account').expect(200)
  await bob.get('/admin').expect(200, 'The admin page.')
})

test('a user whose isAdmin field was not loaded is not exempt', async () => {
  admins.add('unloaded')
  await (await world.logIn('bob')).get('/account').expect(401, { pendingUser: 'bob' })
})

test('the admin page needs a code also from a member who was exempt at the login', async () => {
  const bob = await world.logIn('bob')
  await bob.get('/admin').expect(303).expect('Location', '/otp')
  await bob
    .post('/otp')
    .send({ code: await world.hearCode(bob) })
    .expect(200)
  await bob.get('/admin').expect(403)
  const alice = await world.logIn('alice')
  await alice.get('/admin').expect(303)
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  await alice.get('/admin').expect(200, 'The admin page.')
  expect(world.simulator.calls.map(({ to }) => to)).toEqual(['+12025550123', '+12025550145'])
})
