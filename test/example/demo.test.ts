// What only the demo has: looser limits, and a button that clears them.
import { describe, expect, test } from 'vitest'
import { createDemoLimits } from '../../example/support/demo-limits.js'
import { openSite, says, type SiteOptions, wrongCode } from '../support/site.js'

function demoOptions(): SiteOptions {
  return { isDemo: true, ...createDemoLimits() }
}

describe('Reset the demo', () => {
  test('after a report, a call is possible again at once after a reset of the demo', async () => {
    const site = await openSite(demoOptions())
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    await expect(site.answer('00')).rejects.toThrow('No code was heard')
    await alice.open('/otp')
    expect((await alice.submit('/otp/call')).status).toBe(429)
    expect(alice.alert).toContain(says('reported'))
    await alice.submit('/demo/reset')
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
    expect(alice.text).toContain('The limits of the demo are cleared.')
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(alice.page.path).toBe('/account')
  })

  test('a reset from the login page ends the lockout of a user', async () => {
    const options = demoOptions()
    const site = await openSite({ ...options, limits: { ...options.limits, attemptsPerUser: 3 } })
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const code = await site.answer(alice.matchingDigits)
    const fields = alice.fill('/otp', { code })
    for (let attempt = 0; attempt < 3; attempt++)
      await alice.submit('/otp', { code: wrongCode(code) })
    // The lockout ends the code, and with it the form for it. An older page still has the form.
    expect(alice.text).toContain('You have no attempts left for this code.')
    expect((await alice.post('/otp', fields)).status).toBe(429)
    await alice.submit('/logout')
    await alice.submit('/demo/reset')
    expect(alice.page).toMatchObject({ status: 200, path: '/login' })
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(alice.page.path).toBe('/account')
  })

  test('after a reset, support sees the codes of all users as canceled', async () => {
    const site = await openSite(demoOptions())
    for (const name of ['alice', 'bob']) {
      const visitor = site.visitor()
      await visitor.logIn(name)
      await visitor.submit('/otp/call')
      if (name === 'bob') await visitor.submit('/demo/reset')
    }
    for (const name of ['alice', 'bob'])
      expect((await site.voiceOtp.describeUser(name)).sends).toMatchObject([
        { outcome: 'canceled' },
      ])
  })

  test('a reset kills the code of the current call', async () => {
    const site = await openSite(demoOptions())
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const code = await site.answer(alice.matchingDigits)
    const fields = alice.fill('/otp', { code })
    await alice.submit('/demo/reset')
    expect(alice.matchingDigits).toBe('')
    expect((await alice.post('/otp', fields)).status).toBe(401)
    expect((await alice.open('/account')).path).toBe('/otp')
  })

  test('a reset needs the form token of the session', async () => {
    const site = await openSite(demoOptions())
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call')
    const { status } = await alice.post('/demo/reset', {}, { 'Sec-Fetch-Site': 'cross-site' })
    expect(status).toBe(403)
    expect((await alice.submit('/otp/call')).status).toBe(429)
  })

  test('an app that is not the demo has no reset, and keeps the limits of the strategy', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    expect(alice.page.html).not.toContain('/demo/reset')
    expect((await alice.post('/demo/reset', alice.fill('/otp/call'))).status).toBe(404)
  })
})

test('the demo allows ten calls to one user within ten minutes, where the strategy allows three', async () => {
  const countCalls = async (options: SiteOptions): Promise<number> => {
    const { limits } = options
    const site = await openSite({ ...options, limits: { ...limits, callIntervalSeconds: false } })
    const alice = site.visitor()
    await alice.logIn('alice')
    for (let call = 0; call < 10; call++) await alice.submit('/otp/call')
    return site.simulator.calls.length
  }
  expect(await countCalls(demoOptions())).toBe(10)
  expect(await countCalls({})).toBe(3)
})
