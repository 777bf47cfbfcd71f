// A login as a person does it, without JavaScript.
import { hash } from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import { createUsers, demoPeople } from '../../example/stores/users.js'
import { demoPassword, openSite, passBoth, says, upTo, wrongCode } from '../support/site.js'

describe('a login', () => {
  test('a user logs in with password, call, two digits and code', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.open('/account')
    expect(alice.page.path).toBe('/login')
    await alice.submit('/login', { username: 'alice', password: demoPassword })
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
    expect(alice.text).toContain('••• ••• ••23')
    expect(site.simulator.calls).toHaveLength(0)

    await alice.submit('/otp/call')
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
    expect(alice.matchingDigits).toMatch(/^[1-9]\d$/)
    expect(alice.text).toContain('+1 202 555 0100')
    await site.simulator.waitFor(call => call.status === 'ringing')
    site.clock.offset += 1000 // the state of a call is asked for once a second
    await alice.open('/otp')
    expect(alice.text).toContain('Your phone is ringing. Answer it.')
    expect(alice.text).toMatch(/Valid for another (5:00|4:5\d)/)

    const code = await site.answer(alice.matchingDigits)
    await alice.submit('/otp', { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })
    expect(alice.page).toMatchObject({ status: 200, path: '/account' })
    expect(alice.text).toContain('You are logged in')

    await alice.submit('/logout')
    expect(alice.page.path).toBe('/login')
    expect((await alice.open('/account')).path).toBe('/login')
  })

  test('a login leads to the page of this site that was asked for first', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.open('/transfer')
    await alice.submit('/login', { username: 'alice', password: demoPassword })
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(alice.page.path).toBe('/transfer')
  })

  test('a wrong password, an unknown name and an empty form say so on the page', async () => {
    const site = await openSite()
    const visitor = site.visitor()
    for (const [fields, status, words] of [
      [{ username: 'alice', password: 'wrong' }, 401, 'The user name or the password is wrong.'],
      [
        { username: 'nobody', password: demoPassword },
        401,
        'The user name or the password is wrong.',
      ],
      [{ username: 'alice', password: '' }, 400, 'Enter your user name and your password.'],
    ] as const) {
      await visitor.open('/login')
      expect(await visitor.submit('/login', fields)).toMatchObject({ status })
      expect(visitor.alert).toBe(words)
      expect(visitor.page.html).toContain(`value="${fields.username}"`)
    }
  })

  test('the password hashes of the demo have a salt each and the recommended cost', async () => {
    const users = createUsers(demoPeople)
    const found = await Promise.all(
      demoPeople.map(({ username }) => users.byPassword(username, demoPassword)),
    )
    expect(found.map(user => user?.username)).toEqual(['alice', 'bob', 'mallory', 'dave', 'sam'])
    expect(found.every(user => user !== undefined && !('passwordHash' in user))).toBe(true)
    // The OWASP password storage cheat sheet recommends these parameters of argon2.
    const hashes = demoPeople.map(({ passwordHash }) =>
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$(?<salt>[^$]{22})\$[^$]{43}$/.exec(passwordHash),
    )
    expect(new Set(hashes.map(each => each?.groups?.['salt'])).size).toBe(demoPeople.length)
    expect(hashes).not.toContain(null)
  })

  test('a name that does not exist costs as much processor time as one that exists', async () => {
    const users = createUsers(demoPeople)
    const costs = { alice: Infinity, nobody: Infinity }
    for (const username of ['alice', 'nobody', 'alice', 'nobody', 'alice', 'nobody'] as const) {
      const before = process.cpuUsage()
      expect(await users.byPassword(username, 'wrong')).toBeUndefined()
      const { user, system } = process.cpuUsage(before)
      costs[username] = Math.min(costs[username], user + system)
    }
    expect(costs.nobody).toBeGreaterThan(costs.alice / 3)
    expect(costs.alice).toBeGreaterThan(costs.nobody / 3)
  })

  test('a password is right in each way in which Unicode can write it', async () => {
    const passwordHash = await hash('Zo\u00eb\u2019s passphrase')
    const users = createUsers(demoPeople.map(each => ({ ...each, passwordHash })))
    for (const password of ['Zo\u00eb\u2019s passphrase', 'Zoe\u0308\u2019s passphrase'])
      expect(await users.byPassword('alice', password)).toMatchObject({ id: 'alice' })
    expect(await users.byPassword('alice', 'Zoe\u2019s passphrase')).toBeUndefined()
  })

  test('a pending user is redirected from the login page and every other page to the page of the code', async () => {
    const site = await openSite()
    const [alice, dave] = [site.visitor(), site.visitor()]
    await alice.logIn('alice')
    for (const path of ['/login', '/account', '/transfer', '/phone', '/'])
      expect((await alice.open(path)).path).toBe('/otp')
    await dave.logIn('dave')
    for (const path of ['/login', '/account', '/transfer', '/otp', '/'])
      expect((await dave.open(path)).path).toBe('/phone')
  })

  test('a user who is logged in is redirected from the login page and the code page to the account', async () => {
    const site = await openSite()
    const alice = await passBoth(site)
    for (const path of ['/login', '/otp', '/otp/call', '/'])
      expect((await alice.open(path)).path).toBe('/account')
  })

  test('the session id changes at the password and at the code, and the old ids are worthless', async () => {
    const site = await openSite()
    const alice = site.visitor()
    const before: string[] = []
    const keep = () => {
      before.push(alice.cookies.get('acme') ?? '')
    }
    await alice.open('/login')
    keep()
    await alice.submit('/login', { username: 'alice', password: demoPassword })
    keep()
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    keep()
    expect(new Set(before).size).toBe(3)
    const thief = site.visitor()
    for (const cookie of before.slice(0, 2)) {
      thief.cookies.set('acme', cookie)
      expect((await thief.open('/account')).path).toBe('/login')
    }
  })
})

describe('a code that is refused', () => {
  test('a wrong code gets 401 and the attempts that are left, on the same page', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const code = await site.answer(alice.matchingDigits)
    const alerts: string[] = []
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await alice.submit('/otp', { code: wrongCode(code) })).status).toBe(401)
      expect(alice.matchingDigits !== '').toBe(attempt < 4)
      alerts.push(alice.alert)
    }
    expect(alice.page.html).not.toContain('name="code"')
    expect(alerts[0]).toBe(`${says('code-wrong')} You have 4 attempts left.`)
    expect(alerts[3]).toMatch(/You have one attempt left\.$/)
    expect(alerts[4]).toMatch(/You have no attempts left for this code\. Ask for a new code\.$/)
    await alice.follow(await alice.post('/otp', alice.fill('/otp/call', { code })), '/otp')
    expect(alice.page.status).toBe(429)
    expect(alice.alert).toBe(says('too-many-attempts'))
  })

  test('a malformed code gets 400, and a code without a call gets 401', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    expect(
      (
        await alice.follow(
          await alice.post('/otp', { ...alice.fill('/otp/call'), code: '123456' }),
          '/otp',
        )
      ).status,
    ).toBe(401)
    expect(alice.alert).toBe(says('no-challenge'))
    await alice.submit('/otp/call')
    expect((await alice.submit('/otp', { code: '12345' })).status).toBe(400)
    expect(alice.alert).toBe(says('code-malformed'))
  })

  test('after a code has expired, the page says so and offers a new one', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const code = await site.answer(alice.matchingDigits)
    site.clock.offset = 300_000
    expect((await alice.submit('/otp', { code })).status).toBe(401)
    expect(alice.alert).toBe(says('code-expired'))
    expect(alice.page.headers.has('refresh')).toBe(false)
    await alice.open('/otp')
    expect(alice.text).toContain('This code is no longer valid. Ask for a new one below.')
    expect(alice.matchingDigits).toBe('')
    expect(alice.page.html).toContain('action="/otp/call"')
  })

  test('after a call was reported, the page says what that means and how long no call is placed', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    await expect(site.answer('00')).rejects.toThrow('No code was heard')
    await alice.open('/otp')
    expect(alice.text).toContain('The person who answered reported this call.')
    expect(alice.text).toContain('somebody knows your password. Change it now.')
    site.clock.offset = 61_000
    expect((await alice.submit('/otp/call')).status).toBe(429)
    expect(alice.alert).toBe(`${says('reported')} You can try again in 10 minutes.`)
    expect(alice.page.headers.get('retry-after')).toEqual(upTo(600))
  })

  test('after too many wrong codes over many calls, every code gets 429 and the time to wait', async () => {
    const site = await openSite({ limits: { attemptsPerUser: 3, lockoutSeconds: 900 } })
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const code = await site.answer(alice.matchingDigits)
    for (let attempt = 0; attempt < 3; attempt++)
      await alice.submit('/otp', { code: wrongCode(code) })
    for (const each of [wrongCode(code), code]) {
      await alice.follow(await alice.post('/otp', alice.fill('/otp/call', { code: each })), '/otp')
      expect(alice.page.status).toBe(429)
      expect(alice.alert).toBe(`${says('locked')} You can try again in 15 minutes.`)
      expect(alice.text).toContain('no code is accepted, not even a right one')
      expect(alice.page.headers.get('retry-after')).toEqual(upTo(900))
    }
    expect(site.logged('user.locked')).toMatchObject([
      { userId: 'alice', limit: 'attemptsPerUser' },
    ])
  })

  test('a user who is locked until unlock is told to contact support', async () => {
    const site = await openSite({ limits: { maxConsecutiveFailures: 2 } })
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const code = await site.answer(alice.matchingDigits)
    for (let attempt = 0; attempt < 2; attempt++)
      await alice.submit('/otp', { code: wrongCode(code) })
    // The lock ends the code, so its form is gone.
    await alice.follow(await alice.post('/otp', alice.fill('/otp/call', { code })), '/otp')
    expect(alice.page.status).toBe(429)
    // No wait ends this lock, so the page neither asks for patience nor offers another call.
    expect(alice.text).toContain('Too many wrong codes')
    expect(alice.alert).toBe('Contact support to unlock your account.')
    expect(alice.page.html).not.toMatch(/action="\/otp\/call"|href="\/recover"/)
  })
})
