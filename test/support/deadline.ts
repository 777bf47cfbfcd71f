// Deadlines in tests that do not wait for them.
import { vi } from 'vitest'

/** How long a session store may take for a login, in milliseconds. */
export const sessionDeadlineMilliseconds = 5000

/**
 * Sends `request`, and lets exactly `milliseconds` pass when `hang` resolves. Returns the response.
 * The test controls only `setTimeout` of the app and the strategy. Sockets use Node's own timers,
 * which run on.
 */
export async function letPassAt<T>(
  hang: () => Promise<unknown>,
  milliseconds: number,
  request: PromiseLike<T>,
): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const answer = Promise.resolve(request)
    await hang()
    vi.advanceTimersByTime(milliseconds)
    return await answer
  } finally {
    vi.useRealTimers()
  }
}
