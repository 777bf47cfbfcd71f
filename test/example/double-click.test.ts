// A double click, a reload, a tab left open: each ends where the first click led, without
// JavaScript too.
import { describe, expect, test } from 'vitest'
import type { Answer } from '../support/browser.js'
import { CounterStore, SessionStore } from '../support/stores.js'
import { demoPassword, openSite, says, upTo, type Visitor } from '../support/site.js'

/** What browsers add to a form of the site's own page. */
const fromOurPage = { 'Sec-Fetch-Site': 'same-origin' }

const slowStores = () => ({
  sessionStore: new SessionStore(2, 25),
  limiter: new CounterStore().factory,
})

/** The page that a `Refresh` header leads to. */
const refreshOf = (response: Answer): string =>
  /^\d; url=(\S+)$/.exec(response.headers.get('refresh') ?? '')?.[1] ?? ''

async function twice(
  visitor: Visitor,
  path: string,
  fields: Record<string, string>,
): Promise<Answer[]> {
  const send = () => visitor.copy().post(path, fields, fromOurPage)
  return Promise.all([send(), send()])
}

/** Hands one of several answers to the browser, as if it were the one that it waited for. */
function take(visitor: Visitor, response: Answer): Promise<unknown> {
  visitor.cookies.keep(response)
  return visitor.follow(response, '')
}

describe('the right code, sent twice', () => {
  test('the right code sent again after it logged in leads to the same page', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.open('/transfer')
    await alice.submit('/login', { username: 'alice', password: demoPassword })
    await alice.submit('/otp/call')
    const fields = alice.fill('/otp', { code: await site.answer(alice.matchingDigits) })
    for (let click = 0; click < 2; click++) {
      await alice.follow(await alice.post('/otp', fields), '/otp')
      expect(alice.page).toMatchObject({ status: 200, path: '/transfer' })
    }
    expect(site.logged('code.accepted')).toHaveLength(1)
  })

  test('the right code of a step-up sent again leads to the same page', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    site.clock.offset = 301_000
    await alice.open('/transfer')
    await alice.submit('/otp/call')
    const fields = alice.fill('/otp', { code: await site.answer(alice.matchingDigits) })
    for (let click = 0; click < 2; click++) {
      await alice.follow(await alice.post('/otp', fields), '/otp')
      expect(alice.page).toMatchObject({ status: 200, path: '/transfer' })
    }
  })

  test('the right code sent twice at the same time logs in once, and the other page goes on by itself', async () => {
    const site = await openSite(slowStores())
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const fields = alice.fill('/otp', { code: await site.answer(alice.matchingDigits) })
    const answers = await twice(alice, '/otp', fields)
    const [winner] = answers.filter(
      ({ status, headers }) => status === 303 && headers.get('location') === '/account',
    )
    const [loser] = answers.filter(each => each !== winner)
    expect(loser!.status).toBe(401)
    expect(refreshOf(loser!)).toBe('/otp')
    expect(loser!.text).toContain('One moment.')
    expect(site.logged('code.accepted')).toHaveLength(1)

    await take(alice, winner!)
    await take(alice, loser!)
    expect((await alice.open(refreshOf(loser!))).path).toBe('/account')
  })

  test('the right code sent again with the old cookie logs nobody in and shows no error page', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const old = alice.cookies.get('acme') ?? ''
    const fields = alice.fill('/otp', { code: await site.answer(alice.matchingDigits) })
    await alice.follow(await alice.post('/otp', fields), '/otp')
    const late = site.visitor()
    late.cookies.set('acme', old)
    const answer = await late.post('/otp', fields, fromOurPage)
    expect([answer.status, answer.headers.get('location'), answer.headers.getSetCookie()]).toEqual([
      303,
      '/otp',
      [],
    ])
    expect((await late.open('/account')).path).toBe('/login')
    expect((await alice.open('/otp')).path).toBe('/account')
  })

  test('a code that a newer call replaced leads to a page that says so', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const [here, there] = [site.visitor(), site.visitor()]
    await here.logIn('alice')
    await here.submit('/otp/call')
    const code = await site.answer(here.matchingDigits)
    await there.logIn('alice')
    await there.submit('/otp/call')
    const answer = await here.post('/otp', here.fill('/otp', { code }))
    expect(answer.status).toBe(401)
    await here.open(refreshOf(answer))
    expect(here.text).toContain('This code is no longer valid. Ask for a new one below.')
  })
})

describe('a call, asked for twice', () => {
  test('a second request for a call shows the digits of the first call and no error', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    const fields = alice.fill('/otp/call')
    await alice.submit('/otp/call')
    const digits = alice.matchingDigits
    await alice.follow(await alice.post('/otp/call', fields), '/otp/call')
    expect(alice.page.status).toBe(429)
    expect(alice.page.headers.get('retry-after')).toEqual(upTo(60))
    expect(alice.matchingDigits).toBe(digits)
    expect(alice.alert).toBe('Your code is already on its way.')
    expect(alice.text).toMatch(/You can ask for another in \d\d seconds\./)
    expect(site.simulator.calls).toHaveLength(1)
    expect((await alice.open('/otp/call')).path).toBe('/otp')
  })

  test('two requests for a call at the same time place one call, and both pages lead to its digits', async () => {
    const site = await openSite(slowStores())
    const alice = site.visitor()
    await alice.logIn('alice')
    const answers = await twice(alice, '/otp/call', alice.fill('/otp/call'))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 429])
    const loser = answers.find(({ status }) => status === 429)!
    expect(refreshOf(loser)).toBe('/otp')
    await alice.open(refreshOf(loser))
    expect(alice.matchingDigits).not.toBe('')
    expect(site.simulator.calls).toHaveLength(1)
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(alice.page.path).toBe('/account')
  })

  test('a page about the limit of an hour stays and says when to try again', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false, callsPerUserHour: 1 } })
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    site.clock.offset = 301_000
    await alice.submit('/otp/call')
    expect(alice.page.status).toBe(429)
    expect(alice.page.headers.has('refresh')).toBe(false)
    expect(alice.alert).toBe(`${says('too-many-calls')} You can try again in 60 minutes.`)
  })
})

describe('other forms, sent twice', () => {
  test('a password that is sent twice logs in, although the first click ended the session of the second', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.open('/login')
    const old = alice.cookies.get('acme') ?? ''
    const fields = alice.fill('/login', { username: 'alice', password: demoPassword })
    await alice.post('/login', fields, fromOurPage)
    alice.cookies.set('acme', old)
    await alice.follow(await alice.post('/login', fields, fromOurPage), '/login')
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
  })

  test('a logout that is sent twice leads to the login page both times', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    const fields = alice.fill('/logout')
    for (let click = 0; click < 2; click++) {
      await alice.follow(await alice.post('/logout', fields, fromOurPage), '/logout')
      expect(alice.page).toMatchObject({ status: 200, path: '/login' })
    }
  })

  test('the code of a new number that is sent twice leads to the account both times', async () => {
    const site = await openSite()
    const dave = site.visitor()
    await dave.logIn('dave')
    await dave.submit('/phone', { phone: '+1 202 555 0189' })
    const fields = dave.fill('/phone/verify', { code: await site.answer(dave.matchingDigits) })
    for (let click = 0; click < 2; click++) {
      await dave.follow(await dave.post('/phone/verify', fields), '/phone/verify')
      expect(dave.page).toMatchObject({ status: 200, path: '/account' })
    }
  })
})
