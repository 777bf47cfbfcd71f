import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/**
 * Everything that needs the secret: keyed hashes, keys in the limiter's store, sealed tokens.
 * @internal
 */
export interface Keys {
  /** Returns the keyed hash (HMAC-SHA-256, base64url) of the parts under the current secret. */
  hash(...parts: readonly (string | number)[]): string
  /**
   * Whether `hash` is the keyed hash of the parts under any of the secrets. Takes constant time.
   */
  matches(hash: string, ...parts: readonly (string | number)[]): boolean
  /** Returns the keyed hash of the parts under each of the secrets, the current one first. */
  everyHash(...parts: readonly (string | number)[]): readonly string[]
  /** Returns a key for the limiter's store, which reveals nothing about the parts. */
  storeName(...parts: readonly (string | number)[]): string
  /** Encrypts `payload` into a URL-safe token, which nobody can read or change. */
  seal(step: number, payload: unknown): string
  /** Returns the content of a token that any of the secrets sealed; `undefined` for other text. */
  open(token: string): { readonly step: number; readonly payload: unknown } | undefined
}

const tokenVersion = 1
const headerLength = 2
const nonceLength = 12
const tagLength = 16

/**
 * How many store names are kept in memory. A request needs the name of its user up to ten times.
 * Without this, a request with a right code takes 8 % longer.
 */
const keptStoreNames = 1000

/**
 * Derives one key for each purpose, so that a hash or token for one purpose is not valid for
 * another. Source: RFC 5869, section 3.2.
 */
function derive(secret: string, purpose: string): KeyObject {
  return createSecretKey(
    Buffer.from(hkdfSync('sha256', secret, '', `passport-voice-otp/${purpose}/1`, 32)),
  )
}

const hmac = (key: KeyObject, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url')

// JSON keeps the parts apart: ["a","bc"] and ["ab","c"] must not have the same hash.
function keyedHash(key: KeyObject, parts: readonly (string | number)[]): string {
  return hmac(key, JSON.stringify(parts))
}

/** Creates the function that makes store names. It keeps the last names in memory. */
function createStoreNames(key: KeyObject): Keys['storeName'] {
  const names = new Map<string, string>()
  return (...parts) => {
    const text = JSON.stringify(parts)
    const known = names.get(text)
    if (known !== undefined) return known
    const name = hmac(key, text).slice(0, 32)
    if (names.size >= keptStoreNames) names.clear()
    names.set(text, name)
    return name
  }
}

/** @internal */
export function createKeys(secrets: readonly string[], limiterSecret: string): Keys {
  const pairs = secrets.map(secret => ({
    hash: derive(secret, 'hash'),
    seal: derive(secret, 'seal'),
  }))
  const [current] = pairs
  if (current === undefined) throw new TypeError('At least one secret is needed.')

  return {
    hash: (...parts) => keyedHash(current.hash, parts),

    everyHash: (...parts) => pairs.map(pair => keyedHash(pair.hash, parts)),

    matches(hash, ...parts) {
      const given = Buffer.from(hash)
      return pairs.some(pair => {
        const expected = Buffer.from(keyedHash(pair.hash, parts))
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
    },

    storeName: createStoreNames(derive(limiterSecret, 'counters')),

    seal(step, payload) {
      const header = Buffer.from([tokenVersion, step])
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', current.seal, nonce).setAAD(header)
      const sealed = Buffer.concat([cipher.update(JSON.stringify(payload)), cipher.final()])
      return Buffer.concat([header, nonce, sealed, cipher.getAuthTag()]).toString('base64url')
    },

    open(token) {
      const bytes = Buffer.from(token, 'base64url')
      // Accept only the canonical base64url. Otherwise a token could be written in several forms,
      // and each form would have its own count of requests.
      if (bytes.toString('base64url') !== token) return undefined
      const header = bytes.subarray(0, headerLength)
      if (header[0] !== tokenVersion) return undefined
      const nonce = bytes.subarray(headerLength, headerLength + nonceLength)
      const sealed = bytes.subarray(headerLength + nonceLength, -tagLength)
      for (const { seal } of pairs) {
        try {
          const decipher = createDecipheriv('aes-256-gcm', seal, nonce, {
            authTagLength: tagLength,
          })
            .setAAD(header)
            .setAuthTag(bytes.subarray(-tagLength))
          const text = Buffer.concat([decipher.update(sealed), decipher.final()]).toString()
          /* v8 ignore next -- within the header */
          return { step: header[1] ?? 0, payload: JSON.parse(text) as unknown }
        } catch {
          // The token is too short, or another secret sealed it: try the next secret.
        }
      }
      return undefined
    },
  }
}
