import type { ServerResponse } from 'node:http'
import { withDeadline } from '../deadline.js'
import { VoiceOtpError } from '../errors.js'
import type { HostedStrategy } from '../options/second-factor.js'
import type { Request } from '../request.js'
import { asPassportRequest } from '../session/passport-request.js'

/** A hosted strategy may take this long, to ask other servers. A later result is ignored. */
const deadlineMilliseconds = 10_000

/** What a hosted strategy did first; everything after that is ignored. @internal */
export type StrategyResult =
  | { readonly kind: 'success'; readonly user: unknown }
  | { readonly kind: 'fail' | 'pass' | 'responded' }
  | { readonly kind: 'redirect'; readonly url: string; readonly status: number | undefined }
  | { readonly kind: 'error'; readonly error: unknown }

/**
 * Runs a hosted strategy for one request, on an object of its own that inherits from the strategy.
 * Never rejects: an exception, a rejection and a missed deadline are results.
 * @internal
 */
export async function runStrategy(
  strategy: HostedStrategy,
  req: Request,
  options: object,
): Promise<StrategyResult> {
  const { res } = asPassportRequest(req)
  const work = new Promise<StrategyResult>(resolve => {
    const fail = (error: unknown): void => {
      resolve({ kind: 'error', error })
    }
    const instance = Object.assign(Object.create(strategy) as HostedStrategy, {
      success: (user: unknown) => {
        resolve({ kind: 'success', user })
      },
      fail: () => {
        resolve({ kind: 'fail' })
      },
      pass: () => {
        resolve({ kind: 'pass' })
      },
      redirect: (url: string, status?: number) => {
        resolve({ kind: 'redirect', url, status })
      },
      error: fail,
    })
    // The strategy may respond itself.
    for (const event of ['finish', 'close'])
      res?.once(event, () => {
        resolve({ kind: 'responded' })
      })
    try {
      const returned = instance.authenticate(...([req, options] as never[]))
      if (returned instanceof Promise) returned.catch(fail)
    } catch (error) {
      fail(error)
    }
  })
  const result = await withDeadline(work, deadlineMilliseconds, tookTooLong).catch(
    (error: unknown): StrategyResult => ({ kind: 'error', error }),
  )
  return isOver(res) ? { kind: 'responded' } : result
}

const tookTooLong = (): Error =>
  new VoiceOtpError(
    'factor-failed',
    `The strategy took longer than ${deadlineMilliseconds / 1000} seconds.`,
  )

/** Whether the response has begun, or its connection is lost: no browser would get the login. */
const isOver = (res: ServerResponse | undefined): boolean =>
  res !== undefined && (res.headersSent || res.destroyed)
