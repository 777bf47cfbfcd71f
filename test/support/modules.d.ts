// Older versions, installed under other names: typed as the ones that this package is developed
// with.
declare module 'express-4' {
  import express from 'express'
  export default express
}
declare module 'passport-0.6' {
  export { Passport } from 'passport'
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
