// A code is valid for one user, one session, one purpose and one number.
import { afterEach, expect, test } from 'vitest'
import {
  callsUnlimited,
  openSite,
  type Person,
  quick,
  type Site,
  wrongCode,
} from '../support/watched-site.js'

let site: Site
afterEach(() => site.close())

const newNumber = '+12025550189'

test('A-07 a code for a login, a step-up or an enrollment is refused for each of the other two purposes', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const alice = site.person('alice')
  await alice.logIn()
  const loginCode = await alice.hearCode()
  expect((await alice.submitForm('/otp', '/phone/verify', { code: loginCode })).location).not.toBe(
    '/account',
  )
  expect(await alice.isIn()).toBe(false)
  await alice.enterCode(loginCode)
  expect(await alice.isIn()).toBe(true)

  await alice.api('/otp/call')
  const stepUpCode = await alice.answerCall()
  expect((await alice.submitForm('/account', '/phone/verify', { code: stepUpCode })).location).toBe(
    '/account',
  )
  await alice.submitForm('/account', '/login', { username: 'alice', password: alice.password })
  expect(await alice.verify(stepUpCode)).toBe('no-challenge')
  expect(await alice.isIn()).toBe(false)

  const mallory = site.person('mallory')
  await mallory.passBoth()
  site.clock.pass(200)
  await mallory.enroll(newNumber)
  const enrollCode = await mallory.answerCall(undefined, newNumber)
  expect(await mallory.verify(enrollCode)).toBe('no-challenge')
  site.clock.pass(150)
  // The verification is as old as before.
  expect((await mallory.get('/transfer')).location).toBe('/otp')

  const dave = site.person('dave')
  await dave.logIn()
  await dave.enroll(newNumber)
  const daveCode = await dave.answerCall(undefined, newNumber)
  expect(await dave.verify(daveCode)).toBe('no-challenge')
  site.directory.setPhone('dave', '+12025550190')
  expect(await dave.verify(daveCode)).toBe('no-challenge')
  expect(await dave.isIn()).toBe(false)
  expect(site.comparisons()).toBe(0)
  expect(site.named('code.accepted').map(({ userId }) => userId)).toEqual(['alice', 'mallory'])
  expect(site.named('phone.changed')).toEqual([])
})

test('A-13 a user who is disabled or loses the number between call and code is refused, and the code stays invalid', async () => {
  site = await openSite(quick)
  const [alice, bob] = [site.person('alice'), site.person('bob')]
  for (const person of [alice, bob]) await person.logIn()
  const codes = [await alice.hearCode(), await bob.hearCode()] as const

  site.directory.remove('alice')
  site.directory.setPhone('bob', null)
  expect((await alice.api('/otp', { code: codes[0] })).status).toBe(401)
  expect(await bob.verify(codes[1])).toBe('code-expired')
  for (const person of [alice, bob]) expect(await person.isIn()).toBe(false)
  // Neither call reads the code again.
  for (const { sid, heard } of site.simulator.calls) {
    await site.simulator.press(sid, '1')
    await site.simulator.idle(sid)
    expect(site.simulator.call(sid)!.heard.slice(heard.length).join()).not.toMatch(/\d/)
  }

  site.directory.restore('alice')
  site.directory.setPhone('bob', bob.phone)
  expect((await alice.api('/otp', { code: codes[0] })).status).toBe(401)
  expect(await bob.verify(codes[1])).toBe('no-challenge')
  for (const person of [alice, bob]) expect(await person.isIn()).toBe(false)
  expect(site.named('code.accepted')).toEqual([])
})

test('A-14 a code is refused when the number changes between call and code, and the old challenge never calls the new number', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  site.capture.phones.add(newNumber)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  site.directory.setPhone('alice', newNumber)
  expect(await alice.verify(code)).toBe('code-expired')
  site.directory.setPhone('alice', alice.phone)
  expect(await alice.verify(code)).toBe('no-challenge')

  // The same when the number is changed on the app's own page, in another browser.
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
  expect(await thief.verify(stolen)).toBe('code-expired')
  for (const each of [alice, thief]) expect(await each.isIn()).toBe(false)
  expect(site.simulator.calls.filter(({ to }) => to === newNumber)).toHaveLength(1)
  expect(site.named('code.accepted')).toHaveLength(2)
})

test('A-18 the code of Alice is refused in the session of Bob and stays valid in her own', async () => {
  site = await openSite(quick)
  const [alice, bob] = [site.person('alice'), site.person('bob')]
  await alice.logIn()
  await bob.logIn()
  const code = await alice.hearCode()
  expect(await bob.verify(code)).toBe('no-challenge')
  const own = await bob.hearCode()
  if (own !== code) expect(await bob.verify(code)).toBe('code-wrong')
  for (const sessionId of [undefined, sessionIdOf(bob)]) {
    moveChallenge(alice, bob, sessionId)
    expect(await bob.verify(code)).toBe('no-challenge')
  }
  expect(await bob.isIn()).toBe(false)
  await alice.enterCode(code)
  expect(await alice.isIn()).toBe(true)
})

test('A-19 the code of Alice is refused in another session of hers, also when the challenge is copied into it', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const [alice, thief] = [site.person('alice'), site.person('alice')]
  await alice.logIn()
  await thief.logIn()
  const code = await alice.hearCode()
  expect(await thief.verify(code)).toBe('no-challenge')
  moveChallenge(alice, thief)
  expect(await thief.verify(code)).toBe('no-challenge')
  moveChallenge(alice, thief, sessionIdOf(thief))
  expect(await thief.verify(code)).toBe('code-wrong')
  expect(await thief.isIn()).toBe(false)
  expect(await alice.verify(wrongCode(code))).toBe('code-wrong')
  await alice.enterCode(code)
  expect(await alice.isIn()).toBe(true)
})

/** The id in the session cookie. */
const sessionIdOf = (person: Person): string =>
  /^s%3A([^.]+)/.exec(person.cookies.get('acme') ?? '')?.[1] ?? ''

/**
 * Copies the challenge of one session into another, as a careless app could, or an attacker who can
 * write to the store.
 * @param sessionId Takes the place of the session id inside the challenge.
 */
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
