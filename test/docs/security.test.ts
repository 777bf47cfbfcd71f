import { expect, onTestFinished, test, vi } from 'vitest'
import { MemoryRememberStore } from 'passport-voice-otp'
import { TimelessLimiter } from '../support/stores.js'
import { createWorld, wrongCode } from '../support/world.js'
import { read, table } from './pages.js'

test('SECURITY.md names a test for every requirement, and the file of each attack holds its id', () => {
  const requirements = table('SECURITY.md', 'id', 'requirement')
  const first30 = Array.from(
    { length: 30 },
    (_, index) => `R-${String(index + 1).padStart(2, '0')}`,
  )
  expect(requirements.map(([id]) => id)).toEqual([
    ...first30,
    'R-31',
    'R-32',
    'R-33',
    'R-34',
    'R-35',
  ])
  for (const [id, , , proofs = ''] of requirements) {
    const found = [...proofs.matchAll(/`(test\/[^`]+)`(?: \(([^)]*)\))?/g)]
    expect([id, found.length]).not.toEqual([id, 0])
    for (const [, file = '', attacks] of found)
      for (const attack of attacks?.split(', ') ?? [''])
        expect([file, read(file).includes(attack)]).toEqual([file, true])
  }
})

test('a lockout refuses right codes, calls and remembered browsers, and ends the code that waits, as SECURITY.md says', async () => {
  const world = await createWorld({
    options: {
      limiter: options => new TimelessLimiter(options),
      limits: { attemptsPerUser: 3, callIntervalSeconds: false, lockoutSeconds: 60 },
      remember: { days: 30, store: new MemoryRememberStore() },
    },
    routes: (app, _passport, strategy) => {
      app.post('/remember', (req, res, next) => {
        strategy.remembered.add(req, 'A browser').then(() => res.json({}), next)
      })
    },
  })
  onTestFinished(() => world.close())
  const owner = await world.logIn('alice')
  await owner
    .post('/otp')
    .send({ code: await world.hearCode(owner) })
    .expect(200)
  await owner.post('/remember').expect(200)
  await owner.post('/logout').expect(200)

  const attacker = await world.logIn('alice')
  const code = await world.hearCode(attacker)
  for (let attempt = 0; attempt < 3; attempt++)
    await attacker
      .post('/otp')
      .send({ code: wrongCode(code) })
      .expect(401)
  await attacker.post('/otp').send({ code }).expect(429)
  await attacker.post('/otp/call').expect(429)
  await attacker.get('/account').expect(401)

  await world.logIn('alice', owner)
  await owner.get('/account').expect(401)

  vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const { body } = await attacker.post('/otp').send({ code }).expect(401)
  expect(body).toMatchObject({ code: 'code-expired' })
  await world.logIn('alice', owner)
  await owner.get('/account').expect(200, { user: 'alice' })
})
