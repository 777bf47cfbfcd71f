// People who do not know the password of a user cannot lock this user out.
import { afterEach, expect, test } from 'vitest'
import { openSite, quick, type Site } from '../support/watched-site.js'

let site: Site
afterEach(() => site.close())

test('A-51 Alice logs in normally during a flood of codes, calls and passwords for her account and of enrollment calls to her number from other accounts', async () => {
  site = await openSite(quick)
  const { simulator } = site
  const alice = site.person('alice')

  const nobody = site.browser()
  for (let index = 0; index < 100; index++) {
    await nobody.api('/login', { username: 'alice', password: `wrong ${index}` })
    await nobody.api('/otp', { code: '123456', username: 'alice', userId: 'alice' })
    await nobody.api('/otp/call', { username: 'alice', userId: 'alice', phone: alice.phone })
  }
  expect(await nobody.isIn()).toBe(false)
  expect(simulator.calls).toHaveLength(0)

  const enrolled: number[] = []
  for (const person of [site.person('mallory'), site.person('bob')]) {
    await person.passBoth()
    for (let index = 0; index < 5; index++) enrolled.push((await person.enroll(alice.phone)).status)
  }
  const dave = site.person('dave')
  await dave.logIn()
  const token = await dave.csrf('/phone')
  for (let index = 0; index < 30; index++)
    await dave.send('POST', '/phone/verify', {
      form: { _csrf: token, code: String(index).padStart(6, '0') },
    })
  for (const each of await Promise.all(
    Array.from({ length: 20 }, () =>
      dave.send('POST', '/phone', { form: { _csrf: token, phone: alice.phone } }),
    ),
  ))
    enrolled.push(each.status)
  // Some calls must be placed, and most must be refused. Otherwise this would not be a flood.
  expect(enrolled.filter(status => status === 303).length).toBeGreaterThan(0)
  expect(enrolled.filter(status => status === 429).length).toBeGreaterThan(20)

  await alice.logIn()
  await alice.enterCode(await alice.hearCode())
  expect(await alice.isIn()).toBe(true)
  expect(await alice.verify('123456')).toBe('no-challenge')
  expect(site.named('user.locked')).toEqual([])
  expect(site.named('code.rejected').filter(({ userId }) => userId === 'alice')).toHaveLength(1)
})
