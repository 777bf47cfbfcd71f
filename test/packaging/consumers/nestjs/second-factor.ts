import { type ExecutionContext, HttpException, Inject, Injectable } from '@nestjs/common'
import { AuthGuard } from '@nestjs/passport'
import type { Request } from 'express'
import passport from 'passport'
import {
  type FailureInfo,
  VoiceOtpError,
  type VoiceOtpOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'
import type { Person } from './people.js'

export const settings = Symbol('settings of the second factor')
export type Settings = Pick<VoiceOtpOptions<Person>, 'secret' | 'signalwire' | 'webhookUrl'>

/**
 * The strategy as a provider. It is not wrapped in PassportStrategy(): that mixin appends a `done`
 * callback, and the strategy calls its second argument as `getPhone(user, req)`.
 */
@Injectable()
export class VoiceOtp extends VoiceOtpStrategy<Person> {
  constructor(@Inject(settings) given: Settings) {
    super({ appName: 'Acme', ...given }, person => person.phone)
    passport.use(this)
  }
}

/**
 * The guards of @nestjs/passport read `req.user`; until the code is in, the person is in
 * `req.pendingUser`.
 */
function logIn(context: ExecutionContext): Promise<void> {
  const req = context.switchToHttp().getRequest<Request>()
  return new Promise((resolve, reject) => {
    req.logIn((req.pendingUser ?? req.user)!, problem => {
      if (problem) reject(problem)
      else resolve()
    })
  })
}

/**
 * The first factor. `session: false`, the default of these guards, would let the password in
 * nowhere.
 */
@Injectable()
export class PasswordGuard extends AuthGuard('local') {
  constructor() {
    super({ session: true })
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context)
    await logIn(context)
    return true
  }
}

/** Turns a failure into its own status and code, in place of Nest's 401. */
function orThrow<User>(
  error: unknown,
  user: User | false,
  info: FailureInfo,
  status: number,
): User {
  if (error instanceof VoiceOtpError)
    throw new HttpException({ code: error.code, message: error.message }, error.status)
  if (error) throw error
  if (!user) throw new HttpException(info, status)
  return user
}

/** Places a call. */
@Injectable()
export class CallGuard extends AuthGuard('voice-otp') {
  constructor() {
    // A call logs nobody in. The guard writes its result to a property; as `user`, that would be a
    // logout.
    super({ session: true, property: 'nobody' })
  }

  override getAuthenticateOptions() {
    return { action: 'call' } as const
  }

  override handleRequest<User>(
    error: unknown,
    user: User | false,
    info: FailureInfo,
    _context: ExecutionContext,
    status: number,
  ): User {
    return orThrow(error, user, info, status)
  }
}

/** Checks the code. */
@Injectable()
export class CodeGuard extends AuthGuard('voice-otp') {
  constructor() {
    super({ session: true })
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context)
    await logIn(context)
    return true
  }

  override handleRequest<User>(
    error: unknown,
    user: User | false,
    info: FailureInfo,
    _context: ExecutionContext,
    status: number,
  ): User {
    return orThrow(error, user, info, status)
  }
}
