import type { Request } from 'express'
import type { User } from '../stores/users.js'

/** What Passport puts on a strategy for each request. */
interface StrategyFunctions {
  success(user: unknown): void
  fail(): void
  error(error: unknown): void
}

/**
 * Whether what the user sent is right. `undefined`: the function has responded by itself, to the
 * action `begin`.
 */
export type Check = (req: Request, user: User, action?: string) => Promise<boolean | undefined>

/** A Passport strategy for a second factor, made of one function. `secondFactor()` hosts it. */
export class CheckStrategy {
  constructor(private readonly check: Check) {}

  authenticate(
    this: CheckStrategy & StrategyFunctions,
    req: Request,
    { action }: { readonly action?: string } = {},
  ): void {
    const user = req.user as User
    this.check(req, user, action)
      .then(isRight => {
        if (isRight === true) this.success(user)
        else if (isRight === false) this.fail()
      })
      .catch((error: unknown) => this.error(error))
  }
}
