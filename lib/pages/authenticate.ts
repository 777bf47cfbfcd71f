import type { FailureInfo, SuccessInfo } from '../index.js'
import type { VoiceOtpAuthenticateOptions } from '../index.js'
import type { Visit } from './context.js'
import { describeError, describeFailure, isTemporary, type PageFailure } from './failure.js'

/** The result of `passport.authenticate`. Success if there is no failure. */
export interface Outcome {
  readonly failure?: PageFailure
}

type Authenticate = (req: unknown, res: unknown, next: (error?: unknown) => void) => void

/**
 * Runs the strategy, and logs the user in after a right code. Resolves to a failure for a temporary
 * error too, so that the user can try again on the page. Rejects for every other error.
 * @param beforeLogIn Runs before the login. What it writes to the session is saved with the
 * verification.
 */
export async function authenticate(
  visit: Visit,
  options: VoiceOtpAuthenticateOptions,
  beforeLogIn?: (info: SuccessInfo) => void,
): Promise<Outcome> {
  const { pages, req, texts } = visit
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      const finish = (error: unknown): void => {
        if (error) reject(error)
        else resolve({})
      }
      const done = (error: unknown, user: unknown, info: unknown, status?: number): void => {
        if (error) reject(error)
        else if (!user) resolve({ failure: describeFailure(texts, info as FailureInfo, status) })
        else {
          beforeLogIn?.(info as SuccessInfo)
          req.logIn(user, finish)
        }
      }
      const run = pages.options.passport.authenticate(
        pages.strategy.name,
        options,
        done,
      ) as Authenticate
      run(req, visit.res, finish)
    })
  } catch (error) {
    if (!isTemporary(error)) throw error
    // A full queue is not an error of the app, so it is not reported.
    const isFull = error.code === 'queue-full'
    const reference = isFull ? undefined : reportError(visit, error)
    return { failure: describeError(texts, error, reference) }
  }
}

/** Tells the app about an error that a page shows. Returns the app's reference to it. */
export function reportError({ pages, req }: Visit, error: Error): string | undefined {
  const reference: unknown = pages.options.onError?.(error, req as never)
  return typeof reference === 'string' ? reference.slice(0, 100) : undefined
}
