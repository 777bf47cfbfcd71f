import type { RememberedBrowser, RememberStore } from '../options/remember.js'

/**
 * Keeps remembered browsers in the memory of this process: for tests, and for one process that may
 * lose them.
 */
export class MemoryRememberStore implements RememberStore {
  private readonly browsers = new Map<string, RememberedBrowser>()

  add(browser: RememberedBrowser): Promise<void> {
    for (const { id, expiresAt } of this.browsers.values())
      if (expiresAt <= browser.createdAt) this.browsers.delete(id)
    this.browsers.set(browser.id, browser)
    return Promise.resolve()
  }

  get(id: string): Promise<RememberedBrowser | undefined> {
    return Promise.resolve(this.browsers.get(id))
  }

  rotate(
    id: string,
    from: string,
    next: Pick<RememberedBrowser, 'hash' | 'replacedHash' | 'usedAt' | 'usedBy'>,
  ): Promise<boolean> {
    const browser = this.browsers.get(id)
    if (browser?.hash !== from) return Promise.resolve(false)
    this.browsers.set(id, { ...browser, ...next })
    return Promise.resolve(true)
  }

  list(user: string): Promise<readonly RememberedBrowser[]> {
    return Promise.resolve([...this.browsers.values()].filter(browser => browser.user === user))
  }

  remove(id: string): Promise<void> {
    this.browsers.delete(id)
    return Promise.resolve()
  }

  removeAll(user: string): Promise<void> {
    for (const browser of this.browsers.values())
      if (browser.user === user) this.browsers.delete(browser.id)
    return Promise.resolve()
  }
}
