// Attempts to get past passkeys and app codes with one factor, over HTTP and without a browser.
import { Secret, TOTP } from 'otpauth'
import { afterEach, describe, expect, test } from 'vitest'
import { SoftKey } from '../support/soft-key.js'
import { openSite, type Person, quick, type Site } from '../support/watched-site.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const
let site: Site
afterEach(() => site.close())

async function passPassword(username = 'alice'): Promise<Person> {
  const person = site.person(username)
  await person.logIn()
  return person
}

async function passBoth(username = 'alice'): Promise<Person> {
  const person = site.person(username)
  await person.passBoth()
  return person
}

const passkeys = '/security/passkeys'
const beginRegistration = async (person: Person): Promise<string> =>
  (await person.submitForm(passkeys, `${passkeys}/begin`)).text
const beginLogin = async (person: Person): Promise<string> =>
  (await person.submitForm('/otp', '/otp/passkey/begin')).text
const register = (person: Person, answer: string) =>
  person.submitForm(passkeys, passkeys, { name: 'My key', answer })
const logInWith = (person: Person, answer: string) =>
  person.submitForm('/otp', '/otp/passkey', { answer })

async function addPasskey(person: Person): Promise<SoftKey> {
  const key = new SoftKey(site.url)
  await register(person, key.register(await beginRegistration(person)))
  expect(site.named('factor.added')).toHaveLength(1)
  return key
}

describe('a passkey', () => {
  test('logs in once, in the session that asked for it, and only its own user', async () => {
    site = await openSite({ ...quick, ...unhurried })
    const key = await addPasskey(await passBoth())
    const [alice, other, bob] = [
      await passPassword(),
      await passPassword(),
      await passPassword('bob'),
    ]
    const answer = key.use(await beginLogin(alice))
    await beginLogin(other)
    expect((await logInWith(other, answer)).status).toBe(401)
    expect((await logInWith(bob, answer)).status).toBe(403)
    const _csrf = await alice.csrf('/otp')
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => alice.copy().post('/otp/passkey', { _csrf, answer })),
    )
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    const again = await passPassword()
    await beginLogin(again)
    expect((await logInWith(again, answer)).status).toBe(401)
    for (const each of [other, bob, again]) expect(await each.isIn()).toBe(false)
  })

  test('is added neither with an old code nor by phone beside another one, and its challenge logs nobody in', async () => {
    site = await openSite({ ...quick, ...unhurried })
    const alice = await passBoth()
    const key = await addPasskey(alice)
    const second = new SoftKey(site.url)
    const byPhone = await register(alice, second.register(await beginRegistration(alice)))
    expect(byPhone.location).toBe('/otp/passkey')
    const crossed = key.use(await beginRegistration(alice))
    const _csrf = await alice.csrf(passkeys)
    expect((await alice.post('/otp/passkey', { _csrf, answer: crossed })).status).toBe(401)
    const late = second.register(await beginRegistration(alice))
    site.clock.pass(301)
    expect((await alice.post(passkeys, { _csrf, answer: late })).location).toBe(passkeys)
    expect(site.named('factor.added')).toHaveLength(1)
    expect(site.named('factor.accepted')).toEqual([])
  })
})

test('a single-page app sees the factors of the user, and logs in with a passkey by JSON', async () => {
  site = await openSite({ ...quick, ...unhurried })
  const key = await addPasskey(await passBoth())
  const alice = site.person('alice')
  expect((await alice.get('/api/otp/factors')).status).toBe(401)
  await alice.sendPassword()
  expect(JSON.parse((await alice.get('/api/otp/factors')).text)).toEqual({
    factors: [
      { name: 'passkey', phishingResistant: true },
      { name: 'phone', phishingResistant: false },
      { name: 'recovery', phishingResistant: false },
    ],
  })
  const send = async (path: string, body = {}) => {
    const { status, text } = await alice.api(path, body)
    return [status, (JSON.parse(text) as { code: string }).code]
  }
  expect(await send('/otp/app-code', { code: '123456' })).toEqual([403, 'factor-missing'])
  for (const wrong of [null, 7, {}, 'null', '{']) {
    await alice.api('/otp/passkey/begin')
    expect(await send('/otp/passkey', { answer: wrong })).toEqual([401, 'factor-wrong'])
  }
  expect(await send('/otp/passkey', {})).toEqual([401, 'factor-expired'])
  const { text } = await alice.api('/otp/passkey/begin')
  expect(await alice.isIn()).toBe(false)
  const answer = JSON.parse(key.use(text)) as object
  expect(await send('/otp/passkey', { answer })).toEqual([200, 'logged-in'])
  expect(await alice.isIn()).toBe(true)
})

test('a passkey that signs no challenge, or one that was used, is not added', async () => {
  site = await openSite({ ...quick, ...unhurried })
  const alice = await passBoth()
  const key = new SoftKey(site.url)
  expect((await register(alice, key.register('{}'))).status).toBe(401)
  const answer = key.register(await beginRegistration(alice))
  expect((await register(alice, 'null')).status).toBe(401)
  expect((await register(alice, answer)).status).toBe(401)
  expect(site.named('factor.added')).toEqual([])
  await addPasskey(alice)
})

describe('a passkey of somebody else', () => {
  test('can be neither renamed nor removed, and another key under its id does not log in', async () => {
    site = await openSite({ ...quick, ...unhurried })
    const [alice, bob] = [await passBoth(), await passBoth('bob')]
    const key = await addPasskey(alice)
    const [, id = ''] =
      /\/security\/passkeys\/([\w-]+)\/remove/.exec((await alice.get(passkeys)).text) ?? []
    expect(id).not.toBe('')
    await bob.submitForm(passkeys, `${passkeys}/${id}/rename`, { name: 'Stolen' })
    await bob.submitForm(passkeys, `${passkeys}/${id}/remove`)
    const { text } = await alice.get(passkeys)
    expect([text.includes('My key'), text.includes('Stolen')]).toEqual([true, false])

    const impostor = key.impostor()
    await register(bob, impostor.register(await beginRegistration(bob)))
    const thief = await passPassword()
    expect((await logInWith(thief, impostor.use(await beginLogin(thief)))).status).toBe(401)
    expect(await thief.isIn()).toBe(false)
  })

  test('that was made for a fake site is refused, at the set-up and at the login', async () => {
    site = await openSite({ ...quick, ...unhurried })
    const alice = await passBoth()
    const fakes = [
      'http://evil.example',
      'http://localhost:1',
      site.url.replace('127.0.0.1', 'a.localhost'),
    ]
    for (const url of fakes) {
      const answer = new SoftKey(url).register(await beginRegistration(alice))
      expect((await register(alice, answer)).status).toBe(401)
    }
    const key = await addPasskey(alice)
    const victim = await passPassword()
    for (const url of fakes) {
      const answer = key.at(url).use(await beginLogin(victim))
      expect((await logInWith(victim, answer)).status).toBe(401)
    }
    expect(await victim.isIn()).toBe(false)
    expect((await logInWith(victim, key.use(await beginLogin(victim)))).status).toBe(303)
  })
})

test('the key of an app that is not set up yet logs nobody in, and no other user of the browser gets it', async () => {
  site = await openSite({ ...quick, ...unhurried })
  const alice = await passBoth()
  const keyOf = async (person: Person): Promise<string> => {
    const { text } = await person.get('/security/app-code')
    return /<code class="nowrap">([A-Z2-7 ]+)<\/code>/.exec(text)?.[1]?.replaceAll(' ', '') ?? ''
  }
  const key = await keyOf(alice)
  const code = new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: Date.now() })
  const thief = await passPassword()
  expect((await thief.submitForm('/otp', '/otp/app-code', { code })).status).toBe(403)
  expect(await thief.isIn()).toBe(false)
  await alice.logOut()
  const bob = site.person('bob')
  bob.cookies = alice.cookies
  await bob.passBoth()
  expect(await keyOf(bob)).not.toBe(key)
})

test('call, app code and recovery code at the same time are ten comparisons together', async () => {
  site = await openSite(unhurried)
  const alice = await passBoth()
  const { text } = await alice.get('/security/app-code')
  const [, shown = ''] = /<code class="nowrap">([A-Z2-7 ]+)<\/code>/.exec(text) ?? []
  const secret = Secret.fromBase32(shown.replaceAll(' ', ''))
  const code = new TOTP({ secret }).generate({ timestamp: Date.now() })
  await alice.submitForm('/security/app-code', '/security/app-code', { code })
  const thief = await passPassword()
  await thief.api('/otp/call')
  const _csrf = await thief.csrf('/otp')
  const before = site.events.length
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => String(100_000 + index)).flatMap(wrong => [
      thief.copy().post('/otp/app-code', { _csrf, code: wrong }),
      thief.copy().api('/otp', { code: wrong }),
      thief.copy().api('/otp/recover', { code: `aaaa-aaaa-aa${wrong.slice(-2)}` }),
    ]),
  )
  const compared = site.events.slice(before).filter(({ details }) => details.compared === true)
  expect(compared).toHaveLength(10)
  expect(await thief.isIn()).toBe(false)
})
