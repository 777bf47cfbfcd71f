// The code of docs/factors.md, pasted into an app that has Passport and the strategy.
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import express, { type RequestHandler } from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { acceptRight, Probe, totpCode, totpKey } from '../support/factors.js'
import { createWorld, wrongCode } from '../support/world.js'
import { blocks } from './pages.js'

const code = (part: string): string => {
  const found = blocks('docs/factors.md').filter(({ text }) => text.includes(part))
  expect(found).toHaveLength(1)
  return found[0]!.text
}

const pins = {
  has: (id: string) => id === 'alice',
  isRight: (id: string, pin: unknown) => Promise.resolve(id === 'alice' && pin === '4711'),
}

/** The app of world.ts with the code for an app code, and the code for a single-page app. */
async function openPage() {
  const world = await createWorld({
    options: { phoneFallback: true },
    routes: (app, passport, voiceOtp) => {
      const paste = (text: string) => {
        const require = createRequire(import.meta.url)
        const given = { require, app, passport, voiceOtp, express, pins }
        const run = compileFunction(text, Object.keys(given)) as (...names: unknown[]) => void
        run(...Object.values(given))
      }
      paste(code("require('passport-totp')"))
      const passkey = { name: 'passkey', amr: ['pop'], phishingResistant: true, has: () => true }
      passport.use(voiceOtp.secondFactor(new Probe(acceptRight), passkey) as never)
      paste(code('pins.isRight'))
      app.post('/otp/pin', passport.authenticate('pin') as RequestHandler, (_req, res) => {
        res.json({})
      })
      paste(code("app.get('/api/otp/factors'"))
    },
  })
  onTestFinished(() => world.close())
  Object.assign(world.people['alice']!, { totpKey })
  const isIn = async (agent: ReturnType<typeof world.browser>) =>
    (await agent.get('/account')).status === 200
  return { ...world, isIn }
}

test('the app code of docs/factors.md logs in once, and a user without a key has none', async () => {
  const world = await openPage()
  const alice = await world.logIn('alice')
  const send = async (agent: typeof alice, given: string) => {
    const { status, headers } = await agent.post('/otp/app-code').type('form').send({ code: given })
    return [status, headers['location']]
  }
  const right = totpCode()
  expect(await send(alice, wrongCode(right))).toEqual([302, '/otp'])
  expect(await world.isIn(alice)).toBe(false)
  expect(await send(alice, right)).toEqual([302, '/'])
  expect(await world.isIn(alice)).toBe(true)

  const thief = await world.logIn('alice')
  expect(await send(thief, right)).toEqual([302, '/otp'])
  const bob = await world.logIn('bob')
  expect(await send(bob, totpCode(''))).toEqual([302, '/otp'])
  for (const agent of [thief, bob]) expect(await world.isIn(agent)).toBe(false)
})

test('the function of docs/factors.md logs in a user with the right PIN', async () => {
  const world = await openPage()
  const [alice, bob] = [await world.logIn('alice'), await world.logIn('bob')]
  const send = async (agent: typeof alice, pin: string) =>
    (await agent.post('/otp/pin').send({ pin })).status
  expect(await send(alice, '4712')).toBe(401)
  expect(await send(bob, '4711')).toBe(403)
  for (const agent of [alice, bob]) expect(await world.isIn(agent)).toBe(false)
  expect(await send(alice, '4711')).toBe(200)
  expect(await world.isIn(alice)).toBe(true)
})

test('the routes of docs/factors.md for a single-page app respond with JSON to each result', async () => {
  const world = await openPage()
  const alice = await world.logIn('alice')
  const { body } = await alice.get('/api/otp/factors').expect(200)
  expect((body as { factors: { name: string }[] }).factors.map(({ name }) => name)).toEqual([
    'passkey',
    'app-code',
    'pin',
    'phone',
  ])
  const post = async (path: string, given = {}, answer = 'right') => {
    const response = await alice.post(`/api/otp/${path}`).set('x-answer', answer).send(given)
    return [response.status, (response.body as { code?: unknown; message?: unknown }).code]
  }
  expect(await post('app-code', { code: 7 })).toEqual([400, 'code-malformed'])
  expect(await post('passkey')).toEqual([401, 'factor-expired'])
  await post('passkey/begin')
  expect(await post('passkey', {}, 'wrong')).toEqual([401, 'factor-wrong'])
  expect(await post('app-code', { code: totpCode() })).toEqual([200, 'logged-in'])
  expect(await world.isIn(alice)).toBe(true)
  await post('passkey/begin')
  expect(await post('passkey')).toEqual([200, 'logged-in'])
  await world.browser().post('/api/otp/app-code').send({ code: '123456' }).expect(401)
})
