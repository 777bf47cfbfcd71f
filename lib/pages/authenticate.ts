import type { FailureInfo, SuccessInfo } from '../index.js'
import type { VoiceOtpAuthenticateOptions } from '../index.js'
import type { Visit } from './context.js'
import { describeError, describeFailure, isTemporary, type PageFailure } from './failure.js'

/** What came of `passport.authenticate`: a failure, or success. */
export interface Outcome {
  readonly failure?: PageFailure
}

type Authenticate = (req: unknown, res: unknown, next: (error?: unknown) => void) => void

/**
 * Runs the strategy. Logs in after a right code. A temporary error is a failure of the page, so
 * that the user can try again there; every other error rejects.
 * @param beforeLogIn May write to the session: express-session saves that with the verification.
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
      const done = (error: unknown, user: unknown, info: unknown, status: unknown): void => {
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
    // Many people ask for calls at the same time. Nothing is broken.
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
