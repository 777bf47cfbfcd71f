/** Counts what is under way, so that a test can wait until nothing is. @internal */
export class Activity {
  private readonly busy = new Map<string, number>()
  private waiting: { readonly sid: string | undefined; readonly resolve: () => void }[] = []

  enter(sid: string): void {
    this.busy.set(sid, (this.busy.get(sid) ?? 0) + 1)
  }

  leave(sid: string): void {
    /* v8 ignore next -- who leaves has entered */
    const left = (this.busy.get(sid) ?? 1) - 1
    if (left > 0) this.busy.set(sid, left)
    else this.busy.delete(sid)
    if (left > 0) return
    const settled = this.waiting.filter(each => this.isIdle(each.sid))
    this.waiting = this.waiting.filter(each => !settled.includes(each))
    for (const { resolve } of settled) resolve()
  }

  /** Resolves when nothing is under way: for one call or message, or at all. */
  idle(sid?: string): Promise<void> {
    if (this.isIdle(sid)) return Promise.resolve()
    return new Promise(resolve => {
      this.waiting.push({ sid, resolve })
    })
  }

  private isIdle(sid: string | undefined): boolean {
    return sid === undefined ? this.busy.size === 0 : !this.busy.has(sid)
  }
}
