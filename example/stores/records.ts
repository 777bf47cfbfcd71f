import type { RedisClient } from './redis.js'

type Fields = Readonly<Record<string, string>>

/** Named fields of each user. A field is a text. Replace this with a table of your database. */
export interface Records {
  get(userId: string): Fields | Promise<Fields>
  /** Writes these fields in one step, and leaves the others as they are. */
  set(userId: string, fields: Fields): void | Promise<void>
  remove(userId: string, names: readonly string[]): void | Promise<void>
}

/** Records in the memory of this process. */
export function recordsInMemory(): Records {
  const records = new Map<string, Fields>()
  return {
    get: userId => records.get(userId) ?? {},
    set: (userId, fields) => {
      records.set(userId, { ...records.get(userId), ...fields })
    },
    remove: (userId, names) => {
      const fields = Object.entries(records.get(userId) ?? {})
      records.set(userId, Object.fromEntries(fields.filter(([name]) => !names.includes(name))))
    },
  }
}

/** Records in Redis, a hash for each user. */
export function recordsInRedis(client: RedisClient, prefix: string): Records {
  return {
    get: userId => client.hGetAll(`${prefix}:user:${userId}`),
    set: async (userId, fields) => {
      await client.hSet(`${prefix}:user:${userId}`, fields)
    },
    remove: async (userId, names) => {
      if (names.length > 0) await client.hDel(`${prefix}:user:${userId}`, [...names])
    },
  }
}
