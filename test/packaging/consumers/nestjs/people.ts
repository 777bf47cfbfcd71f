import { Injectable } from '@nestjs/common'
import { PassportSerializer, PassportStrategy } from '@nestjs/passport'
import { Strategy as LocalStrategy } from 'passport-local'

export interface Person {
  readonly id: string
  readonly password: string
  readonly phone: string
}

const people: Readonly<Record<string, Person>> = {
  alice: { id: 'alice', password: 'correct horse battery staple', phone: '+12025550123' },
}

@Injectable()
export class Password extends PassportStrategy(LocalStrategy) {
  validate(username: string, password: string): Person | false {
    const person = people[username]
    return person?.password === password ? person : false
  }
}

@Injectable()
export class Sessions extends PassportSerializer {
  serializeUser(person: Person, done: (error: unknown, id: string) => void): void {
    done(null, person.id)
  }

  deserializeUser(id: string, done: (error: unknown, person: Person | false) => void): void {
    done(null, people[id] ?? false)
  }
}
