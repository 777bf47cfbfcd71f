import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import type { Request } from 'express'
import type { GetPhone, PhoneEntry } from 'passport-voice-otp'
import { recordsInMemory, type Records } from './records.js'

export interface User {
  readonly id: string
  readonly username: string
  readonly name: string
  /** E.164. The user may change it. `null`: no number on record yet. */
  readonly phone: string | null
  /** More phones. The user may choose one of them at each login. */
  readonly otherPhones?: readonly PhoneEntry[]
  readonly mayEnroll: boolean
  /** Opens the page for support. */
  readonly role?: 'support'
  /** Sessions with another stamp have ended. */
  readonly sessionStamp?: string
}

/**
 * The strategy's `getPhone`. Only `null` allows a user to add a number with nothing but the
 * password.
 */
export const getPhone: GetPhone<User> = ({ phone, otherPhones = [] }) =>
  phone === null || otherPhones.length === 0
    ? phone
    : { phones: [{ number: phone, label: 'Home' }, ...otherPhones] }

export interface Person extends User {
  /** As `hash()` of argon2 writes it: with its parameters and its salt. */
  readonly passwordHash: string
}

export interface Users {
  byId(id: string): Promise<User | undefined>
  byPassword(username: string, password: string): Promise<User | undefined>
  changePhone(id: string, phone: string): Promise<void>
  /**
   * For a lost phone: the user has no number until another one is proved, and all sessions of the
   * user end.
   */
  reset(id: string): Promise<void>
  /** Finds users by a part of the user name or the name, for support. */
  search(text: string): Promise<readonly User[]>
}

export const demoPassword = 'correct horse battery staple'

/**
 * The users of the demo. +1 202 555 01xx is reserved for fiction, so nobody can be called by
 * mistake.
 */
export const demoPeople: readonly Person[] = [
  {
    username: 'alice',
    name: 'Alice Archer',
    phone: '+12025550123',
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$9rAEglD01U3tXPXyCZo0Uw$MTMN762XpxHqqoIRlI1tjQxYqFN2FuSnrwOFDUKciJU',
  },
  {
    username: 'bob',
    name: 'Bob Baker',
    phone: '+12025550145',
    otherPhones: [{ number: '+12025550199', label: 'Office', extension: '12' }],
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$+/wqVRaS3IZ7/WeT07ETyg$WFvOZczHXUrnYxVZ4MmfEHNYDT5LFBkf2gpNpJe0HTM',
  },
  {
    username: 'mallory',
    name: 'Mallory Marsh',
    phone: '+12025550167',
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$vH9aM8myvCfk15liJ13UWw$hujpBLNJ2D0EiwQQMkkZutV5O9ygD/Zpsp32BIAZkeQ',
  },
  {
    username: 'dave',
    name: 'Dave Dunn',
    phone: null,
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$ycIkAFsej9Ivc6/eJYV9QQ$eoOyZr/m96dm+RPgWbRv/rXhozthD0RXFqrIUz4/7fE',
  },
  {
    username: 'sam',
    name: 'Sam Stone',
    phone: '+12025550178',
    role: 'support' as const,
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$5pnBzMAjINkDW1SVY2S4yg$cTAYAfIpe5AaO4bmc7ugIUcfcBMMc8eW48enfhSRdV8',
  },
].map(each => ({ id: each.username, ...each, mayEnroll: true }))

/** A password for each user. Processes with the same key agree on them. */
export function createPasswords(
  key: string | Buffer = randomBytes(32),
): ReadonlyMap<string, string> {
  return new Map(
    demoPeople.map(({ username }) => [
      username,
      createHmac('sha256', key).update(`password of ${username}`).digest('base64url').slice(0, 20),
    ]),
  )
}

/**
 * With a real Space, only alice has a number and may change it. Otherwise anyone could place calls
 * at your cost.
 */
export function realPeople(
  alicePhone: string | null,
  passwords: ReadonlyMap<string, string>,
): Promise<readonly Person[]> {
  return Promise.all(
    demoPeople.map(async person => {
      const phone = person.username === 'alice' ? alicePhone : null
      const passwordHash = await hash(passwords.get(person.username) ?? randomUUID())
      return { ...person, phone, otherPhones: [], mayEnroll: phone !== null, passwordHash }
    }),
  )
}

/**
 * An unknown name takes as long as a known one: the response time must not reveal which names
 * exist. Nobody knows the password of this hash.
 */
const decoyHash =
  '$argon2id$v=19$m=19456,t=2,p=1$SyWkvqnvFxUYaLI8U0O50Q$y7yUVj+unCS+iip4rXAIXyD+Xbp9bVJZ2OFkUvTLrNg'

/** Users in memory. Replace this with your database. */
export function createUsers(
  people: readonly Person[],
  records: Records = recordsInMemory(),
): Users {
  async function toUser({ passwordHash, ...user }: Person): Promise<User> {
    // '' is a number that was removed.
    const { phone = user.phone, sessionStamp = '' } = await records.get(user.id)
    return { ...user, phone: phone === '' ? null : phone, sessionStamp }
  }

  return {
    async byId(id) {
      const person = people.find(each => each.id === id)
      return person && toUser(person)
    },
    async byPassword(username, password) {
      const person = people.find(each => each.username === username)
      const matches = await verify(person?.passwordHash ?? decoyHash, password.normalize('NFKC'))
      return person && matches ? toUser(person) : undefined
    },
    async changePhone(id, phone) {
      await records.set(id, { phone })
    },
    async reset(id) {
      await records.set(id, { phone: '', sessionStamp: randomUUID() })
    },
    async search(text) {
      const wanted = text.trim().toLowerCase()
      const found = people.filter(({ username, name }) =>
        `${username} ${name}`.toLowerCase().includes(wanted),
      )
      return wanted === '' ? [] : Promise.all(found.slice(0, 20).map(toUser))
    },
  }
}

// Passport types users as an empty interface. In your own app, merge your user type into
// `Express.User` instead.
/** The user with only the password. */
export const pendingUser = (req: Request): User | undefined => req.pendingUser as User | undefined
/** The user with both factors or with only the password. */
export const knownUser = (req: Request) => (req.pendingUser ?? req.user) as User | undefined
/** The user with both factors, in a route that is open to no other user. */
export const userOf = (req: Request): User => req.user as User
