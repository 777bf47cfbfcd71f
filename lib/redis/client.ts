import { type Operation, script, scriptHash, toArguments } from './script.js'

/** The part of a client of the package `redis` that this package uses. */
export interface NodeRedisClient {
  /** Runs a script that Redis knows. */
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** Runs a script. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** The part of a client of the package `ioredis` that this package uses. */
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

/** Options of `redisLimiter` and `redisStores`. */
export interface RedisLimiterOptions {
  /**
   * The beginning of every key, for example `shop:`. Apps that share one Redis need different ones.
   * It holds no braces. Default: none.
   */
  readonly keyPrefix?: string
}

/** A script in Lua, and the name under which Redis keeps it. @internal */
export interface Script {
  readonly text: string
  /** SHA-1, hexadecimal. */
  readonly hash: string
}

/** Runs a script on keys of one slot. @internal */
export type RunScript = (script: Script, keys: string[], given: string[]) => Promise<unknown>

/** Sends operations on keys of one slot as one command. @internal */
export type Send = (operations: readonly Operation[]) => Promise<unknown>

/**
 * Creates the function that sends operations over a client. Throws a `TypeError` for anything but a
 * client.
 * @internal
 */
export function createSend(client: RedisClient): Send {
  const runScript = createRunScript(client, 'redisLimiter')
  return operations =>
    runScript(
      { text: script, hash: scriptHash },
      operations.map(({ key }) => key),
      toArguments(operations),
    )
}

/**
 * Creates the function that runs scripts over a client. Throws a `TypeError` for anything but a
 * client.
 * @param caller The function that got the client, for the error.
 * @internal
 */
export function createRunScript(client: RedisClient, caller: string): RunScript {
  const run = createRun(client, caller)
  return async (script, keys, given) => {
    try {
      return await run('known', script, keys, given)
    } catch (error) {
      // Redis does not know the script, because it was restarted or its scripts were flushed.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return run('new', script, keys, given)
    }
  }
}

/**
 * Throws a `TypeError` for a prefix with braces. Redis would take the text between them for the
 * hash tag.
 * @internal
 */
export function checkKeyPrefix(caller: string, keyPrefix: string): void {
  if (/[{}]/.test(keyPrefix))
    throw new TypeError(`${caller}: keyPrefix must not hold braces, but it is '${keyPrefix}'.`)
}

type Run = (
  kind: 'known' | 'new',
  script: Script,
  keys: string[],
  given: string[],
) => Promise<unknown>

function createRun(client: unknown, caller: string): Run {
  if (isNodeRedis(client))
    return async (kind, { text, hash }, keys, given) => {
      if (client.isReady === false) throw notConnected()
      const options = { keys, arguments: given }
      return kind === 'known' ? client.evalSha(hash, options) : client.eval(text, options)
    }
  if (isIoRedis(client))
    return async (kind, { text, hash }, keys, given) => {
      // In the state `wait`, ioredis connects at the first command.
      if (client.status !== 'ready' && client.status !== 'wait') throw notConnected()
      return kind === 'known'
        ? client.evalsha(hash, keys.length, ...keys, ...given)
        : client.eval(text, keys.length, ...keys, ...given)
    }
  throw new TypeError(
    `${caller}: give a client of redis (createClient() or createCluster(), version 4 or later) or of ioredis (new Redis() or new Cluster()).`,
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
 * The error of a client that is not connected. Without this check, the client would keep the
 * command and send it when Redis is back, long after the request has failed.
 */
const notConnected = (): Error => new Error('The Redis client is not connected.')
