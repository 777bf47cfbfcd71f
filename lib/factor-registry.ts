import type { FactorOwnership } from './options/second-factor.js'
import type { Request } from './request.js'

/** A factor of another strategy that `secondFactor()` has registered. @internal */
export interface RegisteredFactor<User> {
  readonly name: string
  readonly amr: readonly string[]
  readonly has: (user: User, req: Request) => FactorOwnership | Promise<FactorOwnership>
  readonly phishingResistant: boolean
  readonly trustAfterHours: number
  readonly codeField: string | undefined
  /** Whether an attempt needs the action `begin` before it. */
  readonly needsBegin: boolean
  /** Whether the second step may be a GET request. */
  readonly allowsGet: boolean
}

/**
 * The factors of other strategies. The registry changes only while the app starts. A verification
 * whose method is not in the registry is ignored.
 * @internal
 */
export class FactorRegistry<User> {
  private readonly factors = new Map<unknown, RegisteredFactor<User>>()

  /** Throws a `TypeError` if the name is taken. */
  add(factor: RegisteredFactor<User>): void {
    if (this.factors.has(factor.name))
      throw new TypeError(`secondFactor({ name }): '${factor.name}' is taken. Choose another name.`)
    this.factors.set(factor.name, factor)
  }

  get(name: unknown): RegisteredFactor<User> | undefined {
    return this.factors.get(name)
  }

  /** The best factors first: phishing-resistant ones, then the order of registration. */
  get bestFirst(): readonly RegisteredFactor<User>[] {
    const all = [...this.factors.values()]
    return [...this.phishingResistant, ...all.filter(each => !each.phishingResistant)]
  }

  get phishingResistant(): readonly RegisteredFactor<User>[] {
    return [...this.factors.values()].filter(each => each.phishingResistant)
  }
}
