import { createCipheriv, createHmac, hkdfSync } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { createKeys, type Keys } from '../lib/crypto.js'

const older = 'an older secret of more than 32 bytes'
const newer = 'a newer secret of more than 32 bytes!'

describe('sealed tokens', () => {
  const keys = createKeys([newer], newer)

  test('open to what was sealed, step included', () => {
    expect(keys.open(keys.seal(2, { code: '123456' }))).toEqual({
      step: 2,
      payload: { code: '123456' },
    })
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
    expect(
      keys.open(
        token.replaceAll('-', '+').replaceAll('_', '/') === token
          ? `${token}.`
          : token.replaceAll('-', '+').replaceAll('_', '/'),
      ),
    ).toBeUndefined()
  })

  test('a cut tag does not open', () => {
    const token = keys.seal(1, 'xyz')
    for (let length = 0; length < token.length; length++)
      expect(keys.open(token.slice(0, length))).toBeUndefined()
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
  let keys: Keys
  beforeEach(() => {
    keys = createKeys([newer], newer)
  })

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

describe('what outlives a release: sessions, counts and tokens of the one before', () => {
  let keys: Keys
  beforeEach(() => {
    keys = createKeys([newer], older)
  })
  const derived = (secret: string, purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `passport-voice-otp/${purpose}/1`, 32))
  const hashed = (key: Buffer, parts: unknown) =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url')
  const sealed = (key: Buffer, version: number, payload: string) => {
    const header = Buffer.from([version, 3])
    const nonce = Buffer.alloc(12, 7)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header)
    return Buffer.concat([
      header,
      nonce,
      cipher.update(payload),
      cipher.final(),
      cipher.getAuthTag(),
    ]).toString('base64url')
  }

  test('hashes and names are made as they always were, under a key for each purpose', () => {
    expect(keys.hash('code', 1)).toBe(hashed(derived(newer, 'hash'), ['code', 1]))
    expect(keys.storeName('user', 'alice')).toBe(
      hashed(derived(older, 'counters'), ['user', 'alice']).slice(0, 32),
    )
  })

  test('a token of this version opens; one of another, one under another key and one without JSON do not', () => {
    expect(keys.open(sealed(derived(newer, 'seal'), 1, '"ü"'))).toEqual({ step: 3, payload: 'ü' })
    expect(keys.open(sealed(derived(newer, 'seal'), 2, '"ü"'))).toBeUndefined()
    expect(keys.open(sealed(derived(newer, 'hash'), 1, '"ü"'))).toBeUndefined()
    expect(keys.open(sealed(derived(newer, 'seal'), 1, ''))).toBeUndefined()
  })

  test('without a secret there are no keys', () => {
    expect(() => createKeys([], newer)).toThrow('At least one secret is needed.')
  })
})
