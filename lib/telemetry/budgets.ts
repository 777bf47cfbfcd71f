import type { ObservableResult } from '@opentelemetry/api'

/**
 * The smallest part of each budget that was left since the metrics were last collected.
 * @internal
 */
export class Budgets {
  private lowest = new Map<
    string,
    { readonly left: number; readonly labels: Readonly<Record<string, string>> }
  >()

  /**
   * Records what is left of a budget.
   * @param left 0 to 1.
   */
  note(left: number, labels: Readonly<Record<string, string>>): void {
    const key = JSON.stringify(labels)
    if (left <= (this.lowest.get(key)?.left ?? Infinity)) this.lowest.set(key, { left, labels })
  }

  /** Reports the lowest values, and forgets them. */
  readonly report = (result: ObservableResult): void => {
    for (const { left, labels } of this.lowest.values()) result.observe(left, labels)
    this.lowest = new Map()
  }
}
