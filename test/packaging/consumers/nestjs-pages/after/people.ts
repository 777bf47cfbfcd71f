import { Injectable } from '@nestjs/common'

export interface Person {
  readonly id: string
  readonly password: string
  phone?: string
}

@Injectable()
export class People {
  private readonly people = new Map<string, Person>([
    ['alice', { id: 'alice', password: 'correct horse' }],
  ])

  find(id: string): Person | undefined {
    return this.people.get(id)
  }
}
