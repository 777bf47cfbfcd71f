import { describe, expect, test } from 'vitest'
import { createKeys } from '../lib/keys.js'

const older = 'an older secret of more than 32 bytes'
const newer = 'a newer secret of more than 32 bytes!'

describe('sealed tokens', () => {
  const keys = createKeys([newer], newer)

  test('open to what was sealed, step included', () => {
    expect(keys.open(keys.seal(2, { code: '123456' }))).toEqual({ step: 2, payload: { code: '123456' } })
  })

  test('tell nothing: the same content never looks the same and is not to be read', () => {
    const [one, two] = [keys.seal(1, { code: '123456' }), keys.seal(1, { code: '123456' })]
    expect(one).not.toBe(two)
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('123456')
  })

  test('a token with any bit changed does not open, the step least of all', () => {
    const bytes = Buffer.from(keys.seal(1, 'x'), 'base64url')
    for (let index = 0; index < bytes.length * 8; index++) {
      const changed = Buffer.from(bytes)
      changed[index >> 3]! ^= 1 << (index & 7)
      expect(keys.open(changed.toString('base64url')), `bit ${index}`).toBeUndefined()
    }
  })

  test.each(['', 'a', 'AQE', '%%%', 'é', 'A'.repeat(3000)])('is no token: %s', text => {
    expect(keys.open(text)).toBeUndefined()
  })

  test('one token has one spelling: padding or another last letter would give it a second fetch count', () => {
    const token = keys.seal(1, 'xy')
    expect(keys.open(`${token}=`)).toBeUndefined()
    expect(keys.open(`${token} `)).toBeUndefined()
    expect(keys.open(`${token.slice(0, 10)}\n${token.slice(10)}`)).toBeUndefined()
    expect(keys.open(token.replaceAll('-', '+').replaceAll('_', '/') === token ? `${token}.` : token.replaceAll('-', '+').replaceAll('_', '/'))).toBeUndefined()
  })

  test('a cut tag does not open', () => {
    const token = keys.seal(1, 'xyz')
    for (let length = 0; length < token.length; length++) expect(keys.open(token.slice(0, length))).toBeUndefined()
  })
})

describe('rotation of the secret', () => {
  const before = createKeys([older], older)
  const during = createKeys([newer, older], older)
  const after = createKeys([newer], newer)

  test('the first secret seals, all of them open', () => {
    expect(during.open(before.seal(1, 'x'))?.payload).toBe('x')
    expect(after.open(during.seal(1, 'x'))?.payload).toBe('x')
    expect(after.open(before.seal(1, 'x'))).toBeUndefined()
  })

  test('hashes of either secret match', () => {
    expect(during.matches(before.hash('code', '1'), 'code', '1')).toBe(true)
    expect(after.matches(before.hash('code', '1'), 'code', '1')).toBe(false)
  })

  test('names in the store stay, so that the counts do', () => {
    expect(during.storeName('user', 'alice')).toBe(before.storeName('user', 'alice'))
  })
})

describe('keyed hashes', () => {
  const keys = createKeys([newer], newer)

  test('the border between parts counts', () => {
    expect(keys.hash('a', 'bc')).not.toBe(keys.hash('ab', 'c'))
    expect(keys.hash('a', 1)).not.toBe(keys.hash('a', '1'))
  })

  test('an empty or cut hash matches nothing', () => {
    expect(keys.matches('', 'a')).toBe(false)
    expect(keys.matches(keys.hash('a').slice(0, 20), 'a')).toBe(false)
  })

  test('a name in the store is not the hash of a session', () => {
    expect(keys.hash('user', 'alice')).not.toContain(keys.storeName('user', 'alice'))
  })
})
