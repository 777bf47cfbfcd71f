/** Counts what is in progress, so that a test can wait until nothing is. @internal */
export class Activity {
  private readonly busy = new Map<string, number>()
  private waiting: { readonly sid: string | undefined; readonly resolve: () => void }[] = []

  /** Something begins for a call or a message. Each `enter` needs one `leave`. */
  enter(sid: string): void {
    this.busy.set(sid, (this.busy.get(sid) ?? 0) + 1)
  }

  /** Something is done, or waits for a person or the clock. */
  leave(sid: string): void {
    /* v8 ignore next -- there was an enter */
    const left = (this.busy.get(sid) ?? 1) - 1
    if (left > 0) this.busy.set(sid, left)
    else this.busy.delete(sid)
    if (left > 0) return
    const done = this.waiting.filter(each => this.isIdle(each.sid))
    this.waiting = this.waiting.filter(each => !done.includes(each))
    for (const { resolve } of done) resolve()
  }

  /** Resolves when nothing is in progress: for one call or message, or for all. */
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
