import { recordsInMemory, type Records } from './records.js'

/** A passkey as this app stores it. It holds no secret. */
export interface Passkey {
  /** The id of the credential, base64url. */
  readonly id: string
  /** What the user calls it. */
  readonly name: string
  /** The public key, base64url. */
  readonly publicKey: string
  /** How often it was used, if its device counts that. */
  readonly counter: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** The second factors of one user beside the phone. */
export interface UserFactors {
  /** The oldest first. */
  readonly passkeys: readonly Passkey[]
  /** Since when the user has had a passkey without interruption, in milliseconds since 1970. */
  readonly passkeysSince: number
  /** The key of the user's app for codes, base32. Encrypt it in your database. */
  readonly appKey: string | undefined
  /** The step of the code with which the user set up the app. Older codes are used up. */
  readonly appKeyStep: number
}

export type Factors = ReturnType<typeof createFactors>

/**
 * The factors of all users. Each property of a passkey is a field of its own. So a new name or
 * counter that is written too late does not bring back a passkey that was removed meanwhile.
 */
export function createFactors(records: Records = recordsInMemory()) {
  async function of(userId: string): Promise<UserFactors> {
    const fields = await records.get(userId)
    const passkeys = Object.keys(fields)
      .filter(name => name.startsWith('passkey:'))
      .map(name => readPasskey(name.slice('passkey:'.length), fields))
      .sort((one, other) => one.createdAt - other.createdAt)
    // A passkey that is added while the last other one is removed leaves no `passkeysSince`.
    const { passkeysSince = passkeys[0]?.createdAt, appKey, appKeyStep } = fields
    return {
      passkeys,
      passkeysSince: Number(passkeysSince),
      appKey,
      appKeyStep: Number(appKeyStep),
    }
  }

  return {
    of,
    addAppKey: (userId: string, appKey: string, step: number) =>
      records.set(userId, { appKey, appKeyStep: String(step) }),
    removeAppKey: (userId: string) => records.remove(userId, ['appKey', 'appKeyStep']),
    addPasskey: async (
      userId: string,
      { id, name, publicKey, counter, createdAt }: Passkey,
    ): Promise<void> => {
      const isFirst = (await of(userId)).passkeys.length === 0
      await records.set(userId, {
        [`passkey:${id}`]: publicKey,
        [`passkeyName:${id}`]: name,
        [`passkeyCounter:${id}`]: String(counter),
        [`passkeyCreatedAt:${id}`]: String(createdAt),
        ...(isFirst ? { passkeysSince: String(createdAt) } : {}),
      })
    },
    removePasskey: async (userId: string, id: string): Promise<void> => {
      const { passkeys } = await of(userId)
      const isLast = passkeys.every(each => each.id === id)
      await records.remove(userId, [
        `passkey:${id}`,
        `passkeyName:${id}`,
        `passkeyCounter:${id}`,
        `passkeyCreatedAt:${id}`,
        ...(isLast ? ['passkeysSince'] : []),
      ])
    },
    renamePasskey: async (userId: string, id: string, name: string): Promise<void> => {
      const fields = await records.get(userId)
      // A browser can send any id. Unknown ids would fill the store.
      if (`passkey:${id}` in fields) await records.set(userId, { [`passkeyName:${id}`]: name })
    },
    countPasskey: (userId: string, id: string, counter: number) =>
      records.set(userId, { [`passkeyCounter:${id}`]: String(counter) }),
    /** Removes all factors of the user. The records may hold other fields, too. */
    removeAll: async (userId: string): Promise<void> => {
      const names = Object.keys(await records.get(userId))
      await records.remove(
        userId,
        names.filter(name => /^(passkey|appKey)/.test(name)),
      )
    },
  }
}

function readPasskey(id: string, fields: Readonly<Record<string, string>>): Passkey {
  return {
    id,
    name: fields[`passkeyName:${id}`] ?? '',
    publicKey: fields[`passkey:${id}`] ?? '',
    counter: Number(fields[`passkeyCounter:${id}`]),
    createdAt: Number(fields[`passkeyCreatedAt:${id}`]),
  }
}
