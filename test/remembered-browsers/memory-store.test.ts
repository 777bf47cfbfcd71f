import { expect, test } from 'vitest'
import { MemoryRememberStore } from 'passport-voice-otp'

const browser = {
  id: 'one',
  user: 'alice',
  name: 'Firefox',
  hash: 'first',
  replacedHash: '',
  phoneHash: 'phone',
  createdAt: 1000,
  usedAt: 1000,
  usedBy: 'session',
  expiresAt: 2000,
}

test('MemoryRememberStore drops expired browsers when a browser is added', async () => {
  const memory = new MemoryRememberStore()
  await memory.add(browser)
  await memory.add({ ...browser, id: 'two', createdAt: 1999 })
  expect(await memory.get('one')).toBeDefined()
  await memory.add({ ...browser, id: 'three', createdAt: 2000, expiresAt: 3000 })
  expect((await memory.list('alice')).map(({ id }) => id)).toEqual(['three'])
})

test('MemoryRememberStore replaces a value only once when two requests do it at the same time', async () => {
  const memory = new MemoryRememberStore()
  await memory.add(browser)
  const next = { hash: 'second', replacedHash: 'first', usedAt: 1500, usedBy: 'another' }
  expect(
    await Promise.all([
      memory.rotate('one', 'first', next),
      memory.rotate('one', 'first', { ...next, hash: 'third' }),
    ]),
  ).toEqual([true, false])
  expect(await memory.get('one')).toEqual({ ...browser, ...next })
  expect(await memory.rotate('nobody', 'first', next)).toBe(false)
})
