import { createHash } from 'node:crypto'
import type { LimiterCount } from '../options/limiter.js'

/** One operation of a limiter on one key. @internal */
export interface Operation {
  readonly name: 'add' | 'set' | 'get' | 'delete'
  /** The key in Redis. */
  readonly key: string
  /** What `add` adds and `set` sets. */
  readonly points: number
  /** How long a count that this operation begins lives; 0: it never expires. */
  readonly milliseconds: number
}

/**
 * The script that runs operations in their order, in one atomic step. Each operation has one key
 * and three arguments: its name, its points, and the milliseconds of its window. Each returns two
 * values: the count, and the milliseconds until its window ends. A window begins with the first
 * `add`, or with `set`.
 * @internal
 */
export const script = `
local results = {}
for i, key in ipairs(KEYS) do
  local name, points, milliseconds = ARGV[i * 3 - 2], ARGV[i * 3 - 1], tonumber(ARGV[i * 3])
  local lifetime = milliseconds > 0 and {'PX', milliseconds} or {}
  local count
  if name == 'get' then
    count = redis.call('GET', key)
  elseif name == 'delete' then
    count = redis.call('DEL', key)
  elseif name == 'set' then
    redis.call('SET', key, points, unpack(lifetime))
    count = points
  else
    redis.call('SET', key, 0, 'NX', unpack(lifetime))
    count = redis.call('INCRBY', key, points)
  end
  results[i * 2 - 1], results[i * 2] = count, redis.call('PTTL', key)
end
return results
`.trim()

/** The name under which Redis keeps a script. @internal */
export function hashOf(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}

/** The name under which Redis keeps the script. @internal */
export const scriptHash = hashOf(script)

/** The arguments of the script. @internal */
export const toArguments = (operations: readonly Operation[]): string[] =>
  operations.flatMap(({ name, points, milliseconds }) => [
    name,
    String(points),
    String(milliseconds),
  ])

/**
 * Reads the results of the script, one for each operation: the count, or `null` if `get` found
 * none. For `delete`, the count is the number of deleted keys. Throws an `Error` for any other
 * reply, so that it is never taken for a count.
 * @internal
 */
export function readResults(
  reply: unknown,
  operations: readonly Operation[],
): readonly (LimiterCount | null)[] {
  if (!Array.isArray(reply) || reply.length !== operations.length * 2) throw notACount()
  return operations.map(({ name }, index) => {
    const [count, milliseconds] = reply.slice(index * 2) as readonly unknown[]
    if (name === 'get' && count === null) return null
    return { consumedPoints: readInteger(count), msBeforeNext: readInteger(milliseconds) }
  })
}

function readInteger(value: unknown): number {
  // GET returns text. Some clients can be told to return every number as text.
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (!Number.isSafeInteger(number)) throw notACount()
  return number as number
}

const notACount = (): Error => new Error('Redis returned something that is not a count.')
