// Older versions, installed under other names: typed as the ones that this package is developed
// with.
declare module 'express-4' {
  import express from 'express'
  export default express
}
declare module 'passport-0.6' {
  export { Passport } from 'passport'
}

// Clients of engines, which only `npm run test:engines` installs: the members that its files use.
declare module 'connect-redis-8' {
  export { RedisStore } from 'connect-redis'
}
declare module 'connect-pg-simple' {
  import type session from 'express-session'
  import type { Pool } from 'pg'
  type PgStore = new (options: { readonly pool: Pool }) => session.Store
  export default function connectPgSimple(module: typeof session): PgStore
}
declare module 'pg' {
  export class Pool {
    constructor(options: {
      readonly connectionString: string
      readonly connectionTimeoutMillis?: number
      readonly query_timeout?: number
      readonly max?: number
    })
    on(name: 'error', listener: (error: Error) => void): this
    query(
      query: string | { readonly text: string; readonly values?: readonly unknown[] },
    ): Promise<{ readonly rows: unknown[] }>
  }
  const pg: { readonly Pool: typeof Pool }
  export default pg
}
declare module 'ioredis' {
  interface Options {
    readonly autoResendUnfulfilledCommands?: boolean
    readonly connectTimeout?: number
    readonly enableOfflineQueue?: boolean
    readonly lazyConnect?: boolean
    readonly maxRetriesPerRequest?: number
    readonly retryStrategy?: (retries: number) => number
    readonly socketTimeout?: number
  }
  export class Redis {
    constructor(url: string, options?: Options)
    readonly status: string
    connect(): Promise<void>
    on(name: 'error', listener: (error: Error) => void): this
    eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
    evalsha(sha: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  }
}

// Packages of apps, which bring no types: the members that the tests use.
declare module 'connect-ensure-login' {
  export function ensureLoggedIn(path: string): (req: object, res: object, next: () => void) => void
}
declare module 'connect-flash' {
  export default function flash(): (req: object, res: object, next: () => void) => void
}
declare module 'passport-totp' {
  import type { Request } from 'express'
  type Done = (error: unknown, key?: string | null, period?: number) => void
  export class Strategy {
    constructor(
      options: { readonly codeField?: string; readonly window?: number },
      setup: (user: Express.User, done: Done) => void,
    )
    authenticate(req: Request): void
  }
}
