import { createCipheriv, createHmac, hkdfSync } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { createKeys, type Keys } from '../lib/crypto.js'

const older = 'an older secret of more than 32 bytes'
const newer = 'a newer secret of more than 32 bytes!'

describe('sealed tokens', () => {
  const keys = createKeys([newer], newer)

  test('a sealed token opens to its content and its step', () => {
    expect(keys.open(keys.seal(2, { code: '123456' }))).toEqual({
      step: 2,
      payload: { code: '123456' },
    })
  })

  test('two tokens of the same content differ, and neither shows the content', () => {
    const [one, two] = [keys.seal(1, { code: '123456' }), keys.seal(1, { code: '123456' })]
    expect(one).not.toBe(two)
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('123456')
  })

  test('a token with one changed bit does not open, also if the bit belongs to the step', () => {
    const bytes = Buffer.from(keys.seal(1, 'x'), 'base64url')
    for (let index = 0; index < bytes.length * 8; index++) {
      const changed = Buffer.from(bytes)
      changed[index >> 3]! ^= 1 << (index & 7)
      expect(keys.open(changed.toString('base64url')), `bit ${index}`).toBeUndefined()
    }
  })

  test.each(['', 'a', 'AQE', '%%%', 'é', 'A'.repeat(3000)])(
    'the text "%s" does not open as a token',
    text => {
      expect(keys.open(text)).toBeUndefined()
    },
  )

  test('a token opens in one spelling only, because another one would have a fetch count of its own', () => {
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

  test('a token that was cut at its end does not open', () => {
    const token = keys.seal(1, 'xyz')
    for (let length = 0; length < token.length; length++)
      expect(keys.open(token.slice(0, length))).toBeUndefined()
  })
})

describe('rotation of the secret', () => {
  const before = createKeys([older], older)
  const during = createKeys([newer, older], older)
  const after = createKeys([newer], newer)

  test('the first secret seals tokens, and every secret opens them', () => {
    expect(during.open(before.seal(1, 'x'))?.payload).toBe('x')
    expect(after.open(during.seal(1, 'x'))?.payload).toBe('x')
    expect(after.open(before.seal(1, 'x'))).toBeUndefined()
  })

  test('a hash made with any of the secrets matches', () => {
    expect(during.matches(before.hash('code', '1'), 'code', '1')).toBe(true)
    expect(after.matches(before.hash('code', '1'), 'code', '1')).toBe(false)
  })

  test("keys in the limiter's store stay the same when a secret is added, so that the counts survive", () => {
    expect(during.storeName('user', 'alice')).toBe(before.storeName('user', 'alice'))
  })
})

describe('keyed hashes', () => {
  let keys: Keys
  beforeEach(() => {
    keys = createKeys([newer], newer)
  })

  test('a keyed hash depends on where one part ends and the next begins', () => {
    expect(keys.hash('a', 'bc')).not.toBe(keys.hash('ab', 'c'))
    expect(keys.hash('a', 1)).not.toBe(keys.hash('a', '1'))
  })

  test('an empty hash and a cut hash match nothing', () => {
    expect(keys.matches('', 'a')).toBe(false)
    expect(keys.matches(keys.hash('a').slice(0, 20), 'a')).toBe(false)
  })

  test("a key in the limiter's store is no part of a hash in the session", () => {
    expect(keys.hash('user', 'alice')).not.toContain(keys.storeName('user', 'alice'))
  })
})

describe('sessions, counts and tokens of an earlier release', () => {
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

  test('hashes and store keys are made as in earlier releases, with one key for each purpose', () => {
    expect(keys.hash('code', 1)).toBe(hashed(derived(newer, 'hash'), ['code', 1]))
    expect(keys.storeName('user', 'alice')).toBe(
      hashed(derived(older, 'counters'), ['user', 'alice']).slice(0, 32),
    )
  })

  test('each of 2,500 users keeps one store key, which no other user has', () => {
    const users = Array.from({ length: 2500 }, (_, index) => `user ${index}`)
    const names = users.map(user => keys.storeName('user', user))
    expect(new Set(names).size).toBe(2500)
    expect(users.map(user => keys.storeName('user', user))).toEqual(names)
  })

  test('a token of this version opens; a token of another version, of another key, or without JSON does not', () => {
    expect(keys.open(sealed(derived(newer, 'seal'), 1, '"ü"'))).toEqual({ step: 3, payload: 'ü' })
    expect(keys.open(sealed(derived(newer, 'seal'), 2, '"ü"'))).toBeUndefined()
    expect(keys.open(sealed(derived(newer, 'hash'), 1, '"ü"'))).toBeUndefined()
    expect(keys.open(sealed(derived(newer, 'seal'), 1, ''))).toBeUndefined()
  })

  test('createKeys() throws without a secret', () => {
    expect(() => createKeys([], newer)).toThrow('At least one secret is needed.')
  })
})
