import { type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common'
import { AuthGuard, PassportSerializer, PassportStrategy } from '@nestjs/passport'
import { Strategy } from 'passport-local'
import { People, type Person } from './people.js'

@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy) {
  constructor(private readonly people: People) {
    super()
  }

  validate(username: string, password: string): Person {
    const person = this.people.find(username)
    if (person?.password !== password) throw new UnauthorizedException()
    return person
  }
}

@Injectable()
export class PasswordGuard extends AuthGuard('local') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context)
    await super.logIn(context.switchToHttp().getRequest())
    return true
  }
}

@Injectable()
export class PersonSerializer extends PassportSerializer {
  constructor(private readonly people: People) {
    super()
  }

  serializeUser(person: Person, done: (error: unknown, id: string) => void): void {
    done(null, person.id)
  }

  deserializeUser(id: string, done: (error: unknown, person: Person | false) => void): void {
    done(null, this.people.find(id) ?? false)
  }
}
