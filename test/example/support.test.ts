import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Account, cheapHash, cheapPeople } from '../support/people.js'
import { Phone } from '../support/phone.js'
import { openSite, type Person, quick, type Site, wrongCode } from '../support/watched-site.js'

const names = [
  'locked out',
  'locked',
  'over a limit',
  'abroad',
  'reported',
  'refused',
  'space down',
  'expired',
  'unheard',
  'suspected',
] as const
const phones: Readonly<Record<string, string>> = {
  abroad: '+442079460123',
  suspected: '+12125550130',
}
const people: readonly Account[] = [
  ...cheapPeople,
  ...names.map((name, index) => ({
    id: name,
    username: name,
    name,
    phone: phones[name] ?? `+1202555011${index}`,
    mayEnroll: true,
    passwordHash: cheapHash,
  })),
]

let site: Site
beforeEach(async () => {
  site = await openSite({
    ...quick,
    people,
    fraud: { unusedPerPrefixDay: prefix => (prefix === '+1212555' ? 0 : 50) },
    limits: {
      attemptsPerUser: 3,
      maxConsecutiveFailures: 4,
      callIntervalSeconds: false,
      callsPerUserHour: 2,
    },
  })
})
afterEach(() => site.close())

/** Somebody at support, with both factors. */
async function openDesk(): Promise<Person> {
  const sam = site.person('sam')
  await sam.passBoth()
  return sam
}

/** The sentences on the page of a user: why the user cannot get in. */
async function reasons(sam: Person, user: string): Promise<readonly string[]> {
  const { status, text } = await sam.get(`/support?user=${encodeURIComponent(user)}`)
  expect(status).toBe(200)
  return [...text.matchAll(/data-reason><strong>([^<]*)/g)].map(([, sentence = '']) => sentence)
}

async function enterWrongCodes(name: string, count: number): Promise<void> {
  const person = site.person(name)
  await person.logIn()
  const code = await person.hearCode()
  for (let attempt = 0; attempt < count; attempt++) await person.enterCode(wrongCode(code))
}

async function ask(name: string): Promise<Person> {
  const person = site.person(name)
  await person.logIn()
  await person.askForCall()
  return person
}

test('the page for support says in words why each of these users cannot get in', async () => {
  await enterWrongCodes('locked', 3)
  site.clock.pass(901)
  await enterWrongCodes('locked', 1)
  await ask('expired')
  const unheard = site.person('unheard')
  await unheard.logIn()
  await unheard.hearCode()
  site.clock.pass(301)

  await enterWrongCodes('locked out', 3)
  for (let call = 0; call < 3; call++) await ask('over a limit')
  await ask('abroad')
  await ask('suspected')
  await site.person('dave').logIn()
  await ask('reported')
  const phone = await Phone.ringing(site, people.find(({ id }) => id === 'reported')?.phone ?? '')
  await phone.answer()
  await phone.press('00')
  site.simulator.setFaults({ calls: { status: 400, body: { code: 21217, message: 'no' } } })
  await ask('refused')
  site.simulator.setFaults({ calls: { status: 503 } })
  await ask('space down')
  site.simulator.setFaults({})

  const sam = await openDesk()
  const found: Record<string, readonly string[]> = {}
  for (const name of [...names, 'dave', 'bob']) found[name] = await reasons(sam, name)
  expect(found).toEqual({
    'locked out': ['Too many wrong codes: the user is locked out until 12:35 UTC (in 15 minutes).'],
    locked: ['The account is locked until somebody unlocks it: 4 wrong codes without a right one.'],
    'over a limit': [
      'The user has had all calls of this hour: no call until 13:20 UTC (in 60 minutes).',
    ],
    abroad: [
      'We do not call this number (United Kingdom): its country is not permitted, or a call to it costs extra.',
    ],
    reported: [
      'Somebody answered a call and pressed “this was not me”. We place no calls until 12:30 UTC (in 10 minutes).',
    ],
    suspected: [
      'The guard against fraud has blocked numbers like this one: too many codes to them were never entered. No call until 2026-11-02 00:00 UTC (in 12 hours).',
    ],
    refused: ['The phone network refused the number: it cannot be reached (21217).'],
    'space down': [
      'SignalWire did not send the code at 12:20 UTC (http-503). This is not the user’s fault.',
    ],
    expired: ['The last code, asked for at 12:15 UTC, has expired. Nobody answered the call.'],
    unheard: [
      'The last code, asked for at 12:15 UTC, has expired. The call was answered, and the code was not entered in time.',
    ],
    dave: ['The user has no phone number on record, so we have nothing to call.'],
    bob: ['Nothing here keeps the user out, and no code was asked for recently.'],
  })
})

test('the list of the last codes says in words what came of a call that was answered', async () => {
  await site.person('alice').passBoth()
  await ask('reported')
  const phone = await Phone.ringing(site, people.find(({ id }) => id === 'reported')?.phone ?? '')
  await phone.answer()
  await phone.press('00')
  const sam = await openDesk()
  const listOf = async (user: string) => (await sam.get(`/support?user=${user}`)).text
  expect(await listOf('alice')).toMatch(/A call to log in .*: the right code was entered\./)
  expect(await listOf('reported')).toMatch(/A call to log in .*: reported as “this was not me”\./)
})

test('support unlocks a user with a reason, and the log says who did it', async () => {
  await enterWrongCodes('locked out', 3)
  const sam = await openDesk()
  const page = '/support?user=locked%20out'
  const user = 'locked out'
  const refused = await sam.submitForm(page, '/support/unlock', { user, reason: ' ' })
  expect(refused.status).toBe(400)
  expect(refused.text).toContain('Enter a reason.')
  expect(await reasons(sam, user)).toHaveLength(1)
  const { status } = await sam.submitForm(page, '/support/unlock', {
    user,
    reason: 'identity card',
  })
  expect(status).toBe(303)
  expect(site.named('user.unlocked')).toEqual([
    { userId: user, by: 'sam', reason: 'identity card' },
  ])
  await site.person(user).passBoth()
})

test('after support reset the factors, the sessions of the user have ended, and the user proves a new number and gets in', async () => {
  const alice = site.person('alice')
  await alice.passBoth()
  const sam = await openDesk()
  const { status } = await sam.submitForm('/support?user=alice', '/support/reset', {
    user: 'alice',
    reason: 'lost phone',
  })
  expect(status).toBe(303)
  expect(site.named('factors.reset')).toEqual([
    { userId: 'alice', by: 'sam', reason: 'lost phone' },
  ])
  // A thief may have the session that is logged in.
  expect(await alice.isIn()).toBe(false)
  expect((await alice.get('/account')).location).toBe('/login')
  expect(await sam.isIn()).toBe(true)
  const again = site.person('alice')
  await again.logIn()
  expect((await again.get('/otp')).location).toBe('/phone')
  await again.enroll('+12025550188')
  const code = await again.answerCall(undefined, '+12025550188')
  await again.submitForm('/phone', '/phone/verify', { code })
  expect(await again.isIn()).toBe(true)
})

test('the page for support is not there for other users, nor for a session of one factor', async () => {
  const pending = site.person('alice')
  await pending.logIn()
  expect((await pending.get('/support?user=bob')).status).toBe(303)
  const alice = site.person('alice')
  await alice.passBoth()
  expect((await alice.get('/support?user=bob')).status).toBe(404)
  const forged = await alice.submitForm('/transfer', '/support/unlock', {
    user: 'bob',
    reason: 'x',
  })
  expect(forged.status).toBe(404)
  expect(site.named('user.unlocked')).toEqual([])
})

test('support needs a code of the last five minutes, the form token, and another account than its own', async () => {
  const sam = await openDesk()
  const fields = { user: 'bob', reason: 'x' }
  const forged = await sam.post('/support/unlock', { ...fields, _csrf: 'wrong' })
  expect(forged.status).toBe(403)
  const self = await sam.submitForm('/support?user=bob', '/support/reset', {
    user: 'sam',
    reason: 'x',
  })
  expect(self.text).toContain('nobody changes their own account here')
  site.clock.pass(301)
  const late = await sam.get('/support?user=bob')
  expect([late.status, late.location]).toEqual([303, '/otp'])
  expect([...site.named('user.unlocked'), ...site.named('factors.reset')]).toEqual([])
})

test('a search for a part of a name lists the users, and one for nobody says so', async () => {
  const sam = await openDesk()
  const { text } = await sam.get('/support?user=locked')
  expect(text).toContain('data-reason') // the exact user name
  const several = await sam.get('/support?user=AR')
  expect(several.text).toMatch(/Which one\?[^]*Alice Archer[^]*Mallory Marsh/)
  expect((await sam.get('/support?user=zzz')).text).toContain('No user has this name.')
})
