import { MemoryStore } from 'express-session'
import { expect, onTestFinished, test } from 'vitest'
import { CounterStore } from '../support/stores.js'
import { codeIn, Phone, wrongCode } from '../support/phone.js'
import { createWorld } from '../support/world.js'
import { plain, table } from './pages.js'

/** Records the operations of express-session. */
class CountingStore extends MemoryStore {
  readonly operations: string[] = []

  constructor() {
    super()
    for (const name of ['get', 'set', 'destroy', 'touch'] as const) {
      const original = (this[name] as (...given: unknown[]) => unknown).bind(this)
      Object.assign(this, {
        [name]: (...given: unknown[]) => {
          this.operations.push(name)
          return original(...given)
        },
      })
    }
  }
}

test('docs/scale.md states how many operations each request takes', async () => {
  const counters = new CounterStore(0, 0)
  const store = new CountingStore()
  const world = await createWorld({ store, options: { limiter: counters.factory } })
  onTestFinished(() => world.close())
  const measured: string[][] = []
  const take = (request: string): void => {
    const operations = store.operations.splice(0)
    measured.push([
      request,
      ['get', 'set', 'destroy', 'touch']
        .filter(name => operations.includes(name))
        .map(name => `${operations.filter(each => each === name).length} ${name}`)
        .join(', ') || '0',
      String(counters.operations.splice(0).length),
    ])
  }

  const alice = await world.logIn('alice')
  take('the password')
  const { body } = (await alice.post('/otp/call').expect(202)) as {
    body: { matchingDigits: string }
  }
  take('a call')
  await alice.get('/otp/status').expect(200)
  take('status()')
  const phone = await Phone.ringing(world)
  await phone.answer()
  take('the first webhook')
  await phone.press(body.matchingDigits)
  take('each further webhook')
  const code = codeIn(phone.call.heard)
  await alice
    .post('/otp')
    .send({ code: wrongCode(code) })
    .expect(401)
  take('a wrong code')
  await alice.post('/otp/call').expect(429)
  take('a call that is refused for its interval')
  await alice.post('/otp').send({ code }).expect(200)
  take('the right code')
  await alice.get('/account').expect(200)
  take('any page of a logged-in user')
  await alice.get('/transfer').expect(200)
  take('requireSecondFactor()')

  const bob = await world.logIn('bob')
  await bob.post('/otp/call').expect(202)
  const unwanted = await Phone.ringing(world)
  await unwanted.answer()
  store.operations.splice(0)
  counters.operations.splice(0)
  await unwanted.press('00')
  take('the webhook that reports "this was not me"')

  world.people['carol'] = { id: 'carol', phone: '+12025550167' }
  const carol = await world.logIn('carol')
  await carol.post('/otp/call').expect(202)
  store.operations.splice(0)
  counters.operations.splice(0)
  await carol.post('/logout').expect(200)
  take('a logout while a code waits')

  expect(
    table('docs/scale.md', 'request', 'session store', 'limiter').map(row => row.map(plain)),
  ).toEqual(measured)
})
