// A code is good for one user, one session, one purpose, one number.
import { afterEach, expect, test } from 'vitest'
import {
  callsUnlimited,
  openSite,
  type Person,
  quick,
  failureIn,
  type Site,
  wrongCode,
} from '../support/watched-site.js'

let site: Site
afterEach(() => site.close())

const newNumber = '+12025550189'
const verify = async (person: Person, code: string): Promise<string> =>
  failureIn(await person.api('/otp', { code }))

test('A-07 a code for one purpose is worthless for another: login, step-up and enroll, each way', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const alice = site.person('alice')
  await alice.logIn()
  const loginCode = await alice.hearCode()
  expect((await alice.submitForm('/otp', '/phone/verify', { code: loginCode })).location).not.toBe(
    '/account',
  )
  expect(await alice.isIn()).toBe(false)
  await alice.submit(loginCode)
  expect(await alice.isIn()).toBe(true)

  await alice.api('/otp/call')
  const stepUpCode = await alice.answerCall()
  expect((await alice.submitForm('/account', '/phone/verify', { code: stepUpCode })).location).toBe(
    '/account',
  )
  await alice.submitForm('/account', '/login', { username: 'alice', password: alice.password })
  expect(await verify(alice, stepUpCode)).toBe('no-challenge')
  expect(await alice.isIn()).toBe(false)

  const mallory = site.person('mallory')
  await mallory.passBoth()
  site.clock.pass(200)
  await mallory.enroll(newNumber)
  const enrollCode = await mallory.answerCall(undefined, newNumber)
  expect(await verify(mallory, enrollCode)).toBe('no-challenge')
  site.clock.pass(150)
  expect((await mallory.get('/transfer')).location).toBe('/otp') // the mark is as old as before

  const dave = site.person('dave')
  await dave.logIn()
  await dave.enroll(newNumber)
  const daveCode = await dave.answerCall(undefined, newNumber)
  expect(await verify(dave, daveCode)).toBe('no-challenge')
  site.directory.setPhone('dave', '+12025550190')
  expect(await verify(dave, daveCode)).toBe('no-challenge')
  expect(await dave.isIn()).toBe(false)
  expect(site.comparisons()).toBe(0)
  expect(site.named('code.accepted').map(({ userId }) => userId)).toEqual(['alice', 'mallory'])
  expect(site.named('phone.changed')).toEqual([])
})

test('A-13 a user who is disabled, or loses the number, between call and code: refused, and the code stays dead', async () => {
  site = await openSite(quick)
  const [alice, bob] = [site.person('alice'), site.person('bob')]
  for (const person of [alice, bob]) await person.logIn()
  const codes = [await alice.hearCode(), await bob.hearCode()] as const

  site.directory.remove('alice')
  site.directory.setPhone('bob', null)
  expect((await alice.api('/otp', { code: codes[0] })).status).toBe(401)
  expect(await verify(bob, codes[1])).toBe('code-expired')
  for (const person of [alice, bob]) expect(await person.isIn()).toBe(false)
  // Nor does either call read the code once more.
  for (const { sid, heard } of site.simulator.calls) {
    await site.simulator.press(sid, '1')
    await site.simulator.idle(sid)
    expect(site.simulator.call(sid)!.heard.slice(heard.length).join()).not.toMatch(/\d/)
  }

  site.directory.restore('alice')
  site.directory.setPhone('bob', bob.phone)
  expect((await alice.api('/otp', { code: codes[0] })).status).toBe(401)
  expect(await verify(bob, codes[1])).toBe('no-challenge')
  for (const person of [alice, bob]) expect(await person.isIn()).toBe(false)
  expect(site.named('code.accepted')).toEqual([])
})

test('A-14 the number changes between call and code: refused, and the old challenge never calls the new number', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  site.capture.phones.add(newNumber)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  site.directory.setPhone('alice', newNumber)
  expect(await verify(alice, code)).toBe('code-expired')
  site.directory.setPhone('alice', alice.phone)
  expect(await verify(alice, code)).toBe('no-challenge')

  // The same by the app's own page, from another browser.
  const other = site.person('alice')
  await other.passBoth()
  const thief = site.person('alice')
  await thief.logIn()
  const stolen = await thief.hearCode()
  await other.enroll(newNumber)
  expect(
    (
      await other.submitForm('/phone', '/phone/verify', {
        code: await other.answerCall(undefined, newNumber),
      })
    ).location,
  ).toBe('/account')
  expect(site.named('phone.changed')).toEqual([{ userId: 'alice' }])
  expect(await verify(thief, stolen)).toBe('code-expired')
  for (const each of [alice, thief]) expect(await each.isIn()).toBe(false)
  expect(site.simulator.calls.filter(({ to }) => to === newNumber)).toHaveLength(1)
  expect(site.named('code.accepted')).toHaveLength(2)
})

test('A-18 the code of Alice from the session of Bob: refused, and still good in hers', async () => {
  site = await openSite(quick)
  const [alice, bob] = [site.person('alice'), site.person('bob')]
  await alice.logIn()
  await bob.logIn()
  const code = await alice.hearCode()
  expect(await verify(bob, code)).toBe('no-challenge')
  const own = await bob.hearCode()
  if (own !== code) expect(await verify(bob, code)).toBe('code-wrong')
  for (const sessionId of [undefined, sessionIdOf(bob)]) {
    moveChallenge(alice, bob, sessionId)
    expect(await verify(bob, code)).toBe('no-challenge')
  }
  expect(await bob.isIn()).toBe(false)
  await alice.submit(code)
  expect(await alice.isIn()).toBe(true)
})

test('A-19 the code of Alice from another session of hers, also when the challenge is copied into it: refused', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const [alice, thief] = [site.person('alice'), site.person('alice')]
  await alice.logIn()
  await thief.logIn()
  const code = await alice.hearCode()
  expect(await verify(thief, code)).toBe('no-challenge')
  moveChallenge(alice, thief)
  expect(await verify(thief, code)).toBe('no-challenge')
  moveChallenge(alice, thief, sessionIdOf(thief))
  expect(await verify(thief, code)).toBe('code-wrong')
  expect(await thief.isIn()).toBe(false)
  expect(await verify(alice, wrongCode(code))).toBe('code-wrong')
  await alice.submit(code)
  expect(await alice.isIn()).toBe(true)
})

/** The id in the session cookie. */
const sessionIdOf = (person: Person): string =>
  /^s%3A([^.]+)/.exec(person.cookies.get('acme') ?? '')?.[1] ?? ''

/** What a careless app, or whoever can write the store, does: copies our part of one session into another, with another session id in it if given. */
function moveChallenge(from: Person, to: Person, sessionId?: string): void {
  const { atRest } = site.sessions
  const read = (person: Person) =>
    JSON.parse(atRest[sessionIdOf(person)] ?? '') as { voiceOtp?: { challenge?: object } }
  const { challenge } = read(from).voiceOtp ?? {}
  atRest[sessionIdOf(to)] = JSON.stringify({
    ...read(to),
    voiceOtp: { challenge: { ...challenge, ...(sessionId === undefined ? {} : { sessionId }) } },
  })
}
