import { describe, expect, test } from 'vitest'
import { createLimits, limitsOver } from '../support/applied-limits.js'
import { CounterStore } from '../support/stores.js'
import { watchProcess } from '../support/watch.js'

watchProcess()

test('one of 20 right answers in a session logs in, and a failed login gives its place back', async () => {
  const { sessionLogins } = createLimits({}, new CounterStore())
  const taken = await Promise.all(Array.from({ length: 20 }, () => sessionLogins.take('one')))
  expect(taken.filter(Boolean)).toHaveLength(1)
  await sessionLogins.giveBack('one')
  expect(await sessionLogins.take('one')).toBe(true)
})

test('nobody logs in with a session that was logged out, and other sessions still can', async () => {
  const { sessionLogins } = createLimits()
  await sessionLogins.logOut('one')
  expect(await sessionLogins.take('one')).toBe(false)
  expect(await sessionLogins.take('other')).toBe(true)
})

describe('a code that is used up together with the login of its session', () => {
  const yes = () => Promise.resolve(true)
  const no = () => Promise.resolve(false)

  test('one of 20 requests logs in when one of them uses the code up, and a slow limiter mixes their steps', async () => {
    const { sessionLogins } = createLimits({}, new CounterStore())
    let uses = 0
    const useOnce = async () => {
      uses += 1
      return uses === 20
    }
    const results = await Promise.all(
      Array.from({ length: 20 }, () => sessionLogins.takeWith('one', useOnce)),
    )
    expect(results.filter(Boolean)).toHaveLength(1)
  })

  test('a code that is not accepted leaves the login of the session to others', async () => {
    const { sessionLogins } = createLimits()
    expect(await sessionLogins.takeWith('one', no)).toBe(false)
    await expect.poll(() => sessionLogins.takeWith('one', yes)).toBe(true)
  })

  test('if the limiter cannot give a login back, the code is refused all the same, and the process goes on', async () => {
    const { sessionLogins, store } = createLimits()
    store.faults = { 'logins.delete': 'rejects' }
    expect(await sessionLogins.takeWith('one', no)).toBe(false)
    expect(store.operations).toContain('logins.delete')
  })

  test('a code that is accepted does not log in if another right answer has, or after a logout', async () => {
    const { sessionLogins } = createLimits()
    expect(await sessionLogins.take('one')).toBe(true)
    expect(await sessionLogins.takeWith('one', yes)).toBe(false)
    await sessionLogins.logOut('other')
    expect(await sessionLogins.takeWith('other', yes)).toBe(false)
  })

  test('an error on either side is the error of both, and gives the login back', async () => {
    const { sessionLogins } = createLimits()
    const fail = () => Promise.reject(new Error('down'))
    await expect(sessionLogins.takeWith('one', fail)).rejects.toThrow('down')
    await expect.poll(() => sessionLogins.takeWith('one', yes)).toBe(true)
    const dead = limitsOver(() => ({
      consume: fail,
      reward: fail,
      get: fail,
      set: fail,
      delete: fail,
    }))
    for (const useCode of [yes, no, fail])
      await expect(dead.sessionLogins.takeWith('one', useCode)).rejects.toThrow()
  })
})
