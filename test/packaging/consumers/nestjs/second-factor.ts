import { type ExecutionContext, HttpException, Inject, Injectable } from '@nestjs/common'
import { AuthGuard, PassportStrategy } from '@nestjs/passport'
import type { Request } from 'express'
import {
  type FailureInfo,
  VoiceOtpError,
  type VoiceOtpOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'
import type { Person } from './people.js'

export const settings = Symbol('settings of the second factor')
export type Settings = Pick<VoiceOtpOptions<Person>, 'secret' | 'signalwire' | 'webhookUrl'>

@Injectable()
export class VoiceOtp extends PassportStrategy(VoiceOtpStrategy<Person>) {
  constructor(@Inject(settings) given: Settings) {
    super({ appName: 'Acme', ...given })
  }

  /** Nest calls the function that a strategy is given `validate`; this one says whose telephone is called. */
  validate(person: Person): string {
    return person.phone
  }
}

/** The guards of @nestjs/passport read `req.user`; until the code is in, the person is in `req.pendingUser`. */
function logIn(context: ExecutionContext): Promise<void> {
  const req = context.switchToHttp().getRequest<Request>()
  return new Promise((resolve, reject) => {
    req.logIn((req.pendingUser ?? req.user)!, problem => {
      if (problem) reject(problem)
      else resolve()
    })
  })
}

/** The first factor. `session: false`, the default of these guards, would let the password in nowhere. */
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

/** Answers a refusal with its own status and code in place of Nest's 401. */
function orRefuse<User>(
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
    // A call lets nobody in, and the guard writes this nobody to a property: as `user`, that would be a logout.
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
    return orRefuse(error, user, info, status)
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
    return orRefuse(error, user, info, status)
  }
}
