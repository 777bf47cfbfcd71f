import type { FactorCheck } from '../options/second-factor.js'
import type { Request } from '../request.js'

/** What `runStrategy()` puts on the object of a request. */
interface StrategyFunctions {
  success(user: unknown): void
  fail(): void
  pass(): void
}

/** A strategy that is one function of the app. Only `true` accepts the user. @internal */
export class CheckStrategy<User> {
  constructor(private readonly check: FactorCheck<User>) {}

  /** `runStrategy()` turns a rejection into an error. */
  async authenticate(
    this: CheckStrategy<User> & StrategyFunctions,
    req: Request,
    options: { readonly action?: string },
  ): Promise<void> {
    const { check } = this
    const user = req.user as User
    const action = options.action === 'begin' ? 'begin' : 'verify'
    const isRight: unknown = await check(req, user, action)
    if (isRight === true) this.success(user)
    else if (isRight === false) this.fail()
    // A first step returns nothing. Any other value may mean a wrong answer, which pass() would not
    // count.
    else if (action === 'begin' && isRight !== undefined) throw new TypeError('Not a boolean.')
    else this.pass()
  }
}
