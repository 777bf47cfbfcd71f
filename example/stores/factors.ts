import type { RedisClient } from './redis.js'

/** A passkey as this app stores it. It holds no secret. */
export interface Passkey {
  /** The id of the credential, base64url. */
  readonly id: string
  /** What the user calls it. */
  readonly name: string
  /** The public key, base64url. */
  readonly publicKey: string
  /** How often it was used, as far as it tells. */
  readonly counter: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** The second factors of one user beside the phone. */
export interface UserFactors {
  readonly passkeys: readonly Passkey[]
  /** Since when the user has had a passkey without interruption, in milliseconds since 1970. */
  readonly passkeysSince?: number | undefined
  /** The key of the user's app for codes, base32. Encrypt it in your database. */
  readonly appKey?: string | undefined
}

/** Where the factors are stored, as JSON. A `Map` is enough for one process. */
export interface FactorBook {
  get(userId: string): Promise<string | null | undefined> | string | null | undefined
  /**
   * Stores `after` if `before` is what is stored now (`undefined`: nothing), in one atomic
   * operation. Returns `false` if it is not.
   */
  replace(userId: string, before: string | undefined, after: string): Promise<boolean> | boolean
  /** Takes a step of an app code, in one atomic operation. Returns `false` if it was taken. */
  takeStep(userId: string, step: number): Promise<boolean> | boolean
}

export type Factors = ReturnType<typeof createFactors>

/** The factors of all users. */
export function createFactors(book: FactorBook = factorsInMemory()) {
  const parse = (text = '{"passkeys":[]}'): UserFactors => JSON.parse(text) as UserFactors
  const read = async (userId: string) => (await book.get(userId)) ?? undefined
  const of = async (userId: string): Promise<UserFactors> => parse(await read(userId))
  // A change that began earlier must not bring back a passkey that was removed meanwhile.
  const change = async (
    userId: string,
    changes: (factors: UserFactors) => Partial<UserFactors>,
  ): Promise<void> => {
    for (let attempt = 0; attempt < 50; attempt++) {
      const before = await read(userId)
      const factors = parse(before)
      const after = JSON.stringify({ ...factors, ...changes(factors) })
      if (await book.replace(userId, before, after)) return
    }
    throw new Error('The factors of this user change all the time.')
  }
  const changePasskey = (userId: string, id: string, changes: Partial<Passkey>) =>
    change(userId, ({ passkeys }) => ({
      passkeys: passkeys.map(each => (each.id === id ? { ...each, ...changes } : each)),
    }))

  return {
    of,
    takeStep: async (userId: string, step: number) => book.takeStep(userId, step),
    setAppKey: (userId: string, appKey: string | undefined) => change(userId, () => ({ appKey })),
    addPasskey: (userId: string, passkey: Passkey) =>
      change(userId, ({ passkeys, passkeysSince = passkey.createdAt }) => ({
        passkeys: [...passkeys, passkey],
        passkeysSince,
      })),
    renamePasskey: (userId: string, id: string, name: string) =>
      changePasskey(userId, id, { name }),
    countPasskey: (userId: string, id: string, counter: number) =>
      changePasskey(userId, id, { counter }),
    removePasskey: (userId: string, id: string) =>
      change(userId, ({ passkeys, passkeysSince }) => {
        const left = passkeys.filter(each => each.id !== id)
        return { passkeys: left, passkeysSince: left.length === 0 ? undefined : passkeysSince }
      }),
    removeAll: (userId: string) =>
      change(userId, () => ({ passkeys: [], passkeysSince: undefined, appKey: undefined })),
  }
}

export function factorsInMemory(): FactorBook {
  const factors = new Map<string, string>()
  const steps = new Map<string, number>()
  return {
    get: userId => factors.get(userId),
    replace: (userId, before, after) => {
      if (factors.get(userId) !== before) return false
      factors.set(userId, after)
      return true
    },
    takeStep: (userId, step) => {
      // The steps come in order. An older one is worthless after a newer one.
      if (step <= (steps.get(userId) ?? 0)) return false
      steps.set(userId, step)
      return true
    },
  }
}

/** Stores the third argument if the second one is stored now. */
const replaceScript = `
  if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  return 1`

/** The factors in Redis. A step is taken for longer than its code is valid. */
export function factorsInRedis(client: RedisClient, prefix: string): FactorBook {
  return {
    get: userId => client.hGet(`${prefix}:factors`, userId),
    replace: async (userId, before = '', after) =>
      (await client.eval(replaceScript, {
        keys: [`${prefix}:factors`],
        arguments: [userId, before, after],
      })) === 1,
    takeStep: async (userId, step) => {
      const key = `${prefix}:app-step:${userId}:${step}`
      return (
        (await client.set(key, '1', {
          condition: 'NX',
          expiration: { type: 'EX', value: 300 },
        })) !== null
      )
    },
  }
}
