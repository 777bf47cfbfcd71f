import type { Request, RequestHandler, Response } from 'express'
import type { PassportStatic } from 'passport'
import {
  VoiceOtpError,
  type FailureInfo,
  type SuccessInfo,
  type VoiceOtpAuthenticateOptions,
} from 'passport-voice-otp'
import { logError } from '../middleware/errors.js'
import { knownUser } from '../stores/users.js'

/** Why a request failed, in a shape that a page or a JSON response can show. */
export interface Failure extends Omit<FailureInfo, 'code'> {
  readonly code: string
  readonly status: number
  /** Names an error in the log. */
  readonly requestId?: string
}

/** What the routes need of Passport. */
export type Passport = Pick<PassportStatic, 'authenticate'>

export type OnFailure = (failure: Failure, req: Request, res: Response) => unknown

/**
 * `passport.authenticate('voice-otp')` with our own response to a failure. Calls the next handler
 * when the call was placed or the code was right. An error (503) is shown on the same page, so that
 * the user can try again there. `beforeLogIn` may write to the session. express-session saves that
 * together with the verification. `strategy` names another second factor.
 */
export function authenticate(
  passport: Passport,
  options: VoiceOtpAuthenticateOptions,
  onFailure: OnFailure,
  beforeLogIn?: (req: Request, info: SuccessInfo) => void,
  strategy = 'voice-otp',
): RequestHandler {
  return (req, res, next) => {
    const fail = (failure: Failure): void => {
      Promise.resolve(onFailure(failure, req, res)).catch(next)
    }
    const done = (
      error: unknown,
      user: Express.User | false | null | undefined,
      info: unknown,
      status: unknown,
    ): void => {
      if (isQueueFull(error)) {
        const { code, message, retryAfter, status } = error
        fail({ code, message, status, ...(retryAfter === undefined ? {} : { retryAfter }) })
      } else if (isTemporary(error)) {
        const requestId = logError(error, req, error.status)
        fail({
          code: error.code,
          requestId,
          message: `${error.message} Nothing was changed. Try again in a moment.`,
          status: error.status,
        })
      } else if (error) next(error)
      else if (user) {
        req.authInfo = info as SuccessInfo
        beforeLogIn?.(req, info as SuccessInfo)
        req.logIn(user, next)
      } else fail({ ...(info as FailureInfo), status: Number(status) || 401 })
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- @types/passport returns `any`
    passport.authenticate(strategy, options, done)(req, res, next)
  }
}

/** Many people ask for calls at the same time. Nothing is broken. */
const isQueueFull = (error: unknown): error is VoiceOtpError =>
  error instanceof VoiceOtpError && error.code === 'queue-full'

// Without a session store there is no session, and no page can be rendered from it.
function isTemporary(error: unknown): error is VoiceOtpError {
  return (
    error instanceof VoiceOtpError &&
    error.code !== 'session-unavailable' &&
    error.code !== 'configuration'
  )
}

/**
 * Shows a failure on the page of its form. A user without a first factor gets the login page
 * instead.
 */
export const onPage =
  (show: OnFailure): OnFailure =>
  (failure, req, res) => {
    if (knownUser(req)) return show(failure, req, res)
    res.status(failure.status).render('login', { username: '', failure })
  }

/** Reads a field of the body. The strategy's options `channel` and `phone` take such a function. */
export const field =
  (name: string) =>
  (req: object): unknown =>
    ((req as Request).body as Record<string, unknown> | undefined)?.[name]

/** The text in a field of the body, without spaces at the ends; '' for anything but text. */
export function fieldText(name: string, req: object): string {
  const value = field(name)(req)
  return typeof value === 'string' ? value.trim().slice(0, 100) : ''
}

/**
 * A double click sends a form twice at the same time. The browser shows the response to the second
 * request, which fails because the first one has placed the call or used the code. That page
 * refreshes to `path`, which shows the result of the first request: the user must not miss that the
 * login succeeded or that a phone is ringing.
 */
export function refreshIfOvertaken(
  failure: Failure,
  path: string,
  req: Request,
  res: Response,
): Failure {
  const isActiveChallenge = (req.voiceOtp?.expiresIn ?? 0) > 0
  const waitSeconds = failure.retryAfter ?? Infinity
  if (failure.code === 'too-many-calls' && !isActiveChallenge && waitSeconds <= 60)
    res.set('Refresh', `2; url=${path}`)
  if (failure.code !== 'code-expired' || !isActiveChallenge) return failure
  res.set('Refresh', `1; url=${path}`)
  return {
    ...failure,
    message: 'One moment. This code was sent twice, or a newer code has replaced it.',
  }
}
