import { type Operation, script, scriptHash, toArguments } from './script.js'

/** The part of a client of the package `redis` that {@link redisLimiter} uses. */
export interface NodeRedisClient {
  /** Runs a script that Redis knows. */
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** Runs a script. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** The part of a client of the package `ioredis` that {@link redisLimiter} uses. */
export interface IoRedisClient {
  /** The state of the connection, for example `ready`. */
  readonly status: string
  /** Runs a script that Redis knows. */
  evalsha(sha: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  /** Runs a script. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
}

/** A connected client: `createClient()`, `createCluster()`, `new Redis()` or `new Cluster()`. */
export type RedisClient = NodeRedisClient | IoRedisClient

/** Sends operations on keys of one slot as one command. @internal */
export type Send = (operations: readonly Operation[]) => Promise<unknown>

/**
 * What sends operations over a client. Throws a `TypeError` for anything but a client.
 * @internal
 */
export function createSend(client: RedisClient): Send {
  const run = createRun(client)
  return async operations => {
    const keys = operations.map(({ key }) => key)
    const given = toArguments(operations)
    try {
      return await run('known', keys, given)
    } catch (error) {
      // Redis was restarted, or somebody has flushed its scripts.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return run('new', keys, given)
    }
  }
}

type Run = (kind: 'known' | 'new', keys: string[], given: string[]) => Promise<unknown>

function createRun(client: unknown): Run {
  if (isNodeRedis(client))
    return async (kind, keys, given) => {
      if (client.isReady === false) throw notConnected()
      const options = { keys, arguments: given }
      return kind === 'known' ? client.evalSha(scriptHash, options) : client.eval(script, options)
    }
  if (isIoRedis(client))
    return async (kind, keys, given) => {
      // A client that connects at the first command waits for it.
      if (client.status !== 'ready' && client.status !== 'wait') throw notConnected()
      return kind === 'known'
        ? client.evalsha(scriptHash, keys.length, ...keys, ...given)
        : client.eval(script, keys.length, ...keys, ...given)
    }
  throw new TypeError(
    'redisLimiter: give a client of redis (createClient() or createCluster(), version 4 or later) or of ioredis (new Redis() or new Cluster()).',
  )
}

function isNodeRedis(client: unknown): client is NodeRedisClient & { readonly isReady?: unknown } {
  return hasMethods(client, ['evalSha', 'eval'])
}

function isIoRedis(client: unknown): client is IoRedisClient {
  return (
    hasMethods(client, ['evalsha', 'eval']) &&
    typeof (client as Partial<IoRedisClient>).status === 'string'
  )
}

const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every(name => typeof (value as Record<string, unknown>)[name] === 'function')

/**
 * Without this check, the client would keep the commands of requests that have failed long ago, and
 * send them when Redis is back.
 */
const notConnected = (): Error => new Error('The Redis client is not connected.')
