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
  readonly passkeys: readonly Passkey[]
  /** Since when the user has had a passkey without interruption, in milliseconds since 1970. */
  readonly passkeysSince: number
  /** The key of the user's app for codes, base32. Encrypt it in your database. */
  readonly appKey: string | undefined
  /** The step of the code with which the user set up the app. Older codes are used up. */
  readonly appKeyStep: number
}

export type Factors = ReturnType<typeof createFactors>

/** The factors of all users. */
export function createFactors(records: Records = recordsInMemory()) {
  async function of(userId: string): Promise<UserFactors> {
    const { appKey, appKeyStep, passkeysSince, ...fields } = await records.get(userId)
    const passkeys = Object.entries(fields)
      .filter(([name]) => name.startsWith('passkey:'))
      .map(([name, json]) => toPasskey(name.slice('passkey:'.length), json, fields))
    const createdAt = Math.min(...passkeys.map(each => each.createdAt))
    return {
      passkeys,
      passkeysSince: passkeysSince === undefined ? createdAt : Number(passkeysSince),
      appKey,
      appKeyStep: Number(appKeyStep),
    }
  }

  /** Removes one passkey, or all of them. */
  async function removePasskeys(userId: string, id?: string): Promise<void> {
    const { passkeys } = await of(userId)
    const removed = id === undefined ? passkeys : passkeys.filter(each => each.id === id)
    const names = removed.flatMap(each => [
      `passkey:${each.id}`,
      `name:${each.id}`,
      `counter:${each.id}`,
    ])
    if (removed.length === passkeys.length) names.push('passkeysSince')
    await records.remove(userId, names)
  }

  const removeAppKey = (userId: string) => records.remove(userId, ['appKey', 'appKeyStep'])

  return {
    of,
    addAppKey: (userId: string, appKey: string, step: number) =>
      records.set(userId, { appKey, appKeyStep: String(step) }),
    removePasskey: (userId: string, id: string) => removePasskeys(userId, id),
    removeAppKey,
    removeAll: async (userId: string) => {
      await removePasskeys(userId)
      await removeAppKey(userId)
    },
    addPasskey: async (userId: string, { id, name, counter, ...passkey }: Passkey) => {
      const isFirst = (await of(userId)).passkeys.length === 0
      await records.set(userId, {
        [`passkey:${id}`]: JSON.stringify(passkey),
        [`name:${id}`]: name,
        [`counter:${id}`]: String(counter),
        ...(isFirst ? { passkeysSince: String(passkey.createdAt) } : {}),
      })
    },
    // The name and the counter are separate fields. So a change that began earlier does not bring
    // back a passkey that was removed meanwhile.
    renamePasskey: async (userId: string, id: string, name: string) => {
      const { passkeys } = await of(userId)
      // A browser can send any id. Unknown ids would fill the store.
      if (passkeys.some(each => each.id === id)) await records.set(userId, { [`name:${id}`]: name })
    },
    countPasskey: (userId: string, id: string, counter: number) =>
      records.set(userId, { [`counter:${id}`]: String(counter) }),
  }
}

function toPasskey(id: string, json: string, fields: Readonly<Record<string, string>>): Passkey {
  return {
    ...(JSON.parse(json) as Pick<Passkey, 'publicKey' | 'createdAt'>),
    id,
    name: fields[`name:${id}`] ?? '',
    counter: Number(fields[`counter:${id}`]),
  }
}
