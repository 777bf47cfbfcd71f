import { expect, test } from 'vitest'
import { createLimits } from '../support/applied-limits.js'
import { CounterStore } from '../support/stores.js'

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
