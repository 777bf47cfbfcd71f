import type { Request, RequestHandler, Response } from 'express'
import type { PassportStatic } from 'passport'
import {
  VoiceOtpError,
  type FailureInfo,
  type SuccessInfo,
  type VoiceOtpAuthenticateOptions,
} from 'passport-voice-otp'
import { noteTrouble } from './errors.js'
import { person } from './users.js'

/** Why a person is not let in, in a shape that a page or a JSON answer can show. */
export interface Failure extends Omit<FailureInfo, 'code'> {
  readonly code: string
  readonly status: number
  /** By which trouble is found in the log. */
  readonly requestId?: string
}

/** What the pages need of Passport. */
export type Passport = Pick<PassportStatic, 'authenticate'>

export type WhenRefused = (failure: Failure, req: Request, res: Response) => unknown

/**
 * `passport.authenticate('voice-otp')` with an answer of one's own for a refusal: goes on to the next handler when the
 * call was placed or the code was right. Trouble (503) is answered on the same page; the way out is to try again there.
 * What `beforeLogIn` writes to the session is carried over, and saved together with the proof of the second factor.
 */
export function secondFactor(
  passport: Passport,
  ask: VoiceOtpAuthenticateOptions,
  whenRefused: WhenRefused,
  beforeLogIn?: (req: Request, info: SuccessInfo) => void,
): RequestHandler {
  return (req, res, next) => {
    const refuse = (failure: Failure): void => {
      Promise.resolve(whenRefused(failure, req, res)).catch(next)
    }
    const answered = (
      error: unknown,
      user: Express.User | false | null | undefined,
      info: unknown,
      status: unknown,
    ): void => {
      if (isTemporary(error)) {
        const requestId = noteTrouble(error, req, error.status)
        refuse({
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
      } else refuse({ ...(info as FailureInfo), status: Number(status) || 401 })
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- @types/passport answers `any`
    passport.authenticate('voice-otp', ask, answered)(req, res, next)
  }
}

// When the session store is the trouble there is no session left to draw a page from.
function isTemporary(error: unknown): error is VoiceOtpError {
  return (
    error instanceof VoiceOtpError &&
    error.code !== 'session-unavailable' &&
    error.code !== 'configuration'
  )
}

/** Shows a refusal on the page of its form; to whoever has not passed the first factor, on the page of that. */
export const onPage =
  (show: WhenRefused): WhenRefused =>
  (failure, req, res) => {
    if (person(req)) return show(failure, req, res)
    res.status(failure.status).render('login', { username: '', failure })
  }

/** Reads a field of the body; the shape that the strategy's options `way`, `number` and `enroll` take. */
export const field =
  (name: string) =>
  (req: object): unknown =>
    ((req as Request).body as Record<string, unknown> | undefined)?.[name]

/** What was typed there, to be read or shown again; '' for anything but text. */
export function typed(name: string, req: object): string {
  const value = field(name)(req)
  return typeof value === 'string' ? value.trim().slice(0, 100) : ''
}

/**
 * A double click sends a form twice at once, and the browser shows the answer to the second, which finds the call placed or
 * the code used by the first. That page goes on by itself to `path`, where things stand as the first click left them: no
 * refusal may hide that the person is in, or that a telephone is ringing.
 */
export function goOnIfOvertaken(
  failure: Failure,
  path: string,
  req: Request,
  res: Response,
): Failure {
  const isActiveChallenge = (req.voiceOtp?.expiresIn ?? 0) > 0
  if (
    failure.code === 'too-many-calls' &&
    !isActiveChallenge &&
    (failure.retryAfter ?? Infinity) <= 60
  )
    res.set('Refresh', `2; url=${path}`)
  if (failure.code !== 'code-expired' || !isActiveChallenge) return failure
  res.set('Refresh', `1; url=${path}`)
  return {
    ...failure,
    message: 'One moment. This code was sent twice, or a newer one has taken its place.',
  }
}
