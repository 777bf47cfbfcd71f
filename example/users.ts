import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import type { Request } from 'express'
import type { PhoneAnswer, PhoneEntry } from 'passport-voice-otp'

export interface User {
  readonly id: string
  readonly username: string
  readonly name: string
  /** E.164; `null` = none on record yet. The one that the user may change. */
  readonly phone: string | null
  /** Further telephones, of which the user may choose one at each login. */
  readonly otherPhones?: readonly PhoneEntry[]
  readonly mayEnrol: boolean
}

/** Whose number to call, in the strategy's words: `null` alone lets a number be added with nothing but the password. */
export const phonesOf = ({ phone, otherPhones = [] }: User): PhoneAnswer =>
  phone === null || otherPhones.length === 0 ? phone : { numbers: [{ number: phone, label: 'Home' }, ...otherPhones] }

export interface Person extends User {
  readonly password: string
}

export interface Users {
  byId(id: string): Promise<User | undefined>
  byPassword(username: string, password: string): Promise<User | undefined>
  changePhone(id: string, phone: string): Promise<void>
}

/** Where numbers live that people enrolled themselves. A `Map` will do for one process. */
export interface PhoneBook {
  get(userId: string): Promise<string | null | undefined> | string | null | undefined
  set(userId: string, phone: string): unknown
}

/** One of the settings that the OWASP password storage cheat sheet calls equal: 16 MiB, five passes. */
const defaultCost: ScryptOptions = { N: 2 ** 14, r: 8, p: 5 }

export const demoPassword = 'correct horse battery staple'

/** The users of the demo. +1 202 555 01xx is set aside for fiction, so no one can be called by mistake. */
export const demoPeople: readonly Person[] = [
  { username: 'alice', name: 'Alice Archer', phone: '+12025550123' },
  { username: 'bob', name: 'Bob Baker', phone: '+12025550145', otherPhones: [{ number: '+12025550199', label: 'Office', extension: '12' }] },
  { username: 'mallory', name: 'Mallory Marsh', phone: '+12025550167' },
  { username: 'dave', name: 'Dave Dunn', phone: null },
].map(each => ({ id: each.username, ...each, mayEnrol: true, password: demoPassword }))

/** With a real Space: alice alone has a number and may change it, or anyone could place calls at your cost. */
export function realPeople(alicePhone: string | null, password: (username: string) => string): readonly Person[] {
  return demoPeople.map(each => {
    const isAlice = each.username === 'alice'
    return { ...each, phone: isAlice ? alicePhone : null, otherPhones: [], mayEnrol: isAlice && alicePhone !== null, password: password(each.username) }
  })
}

/** The users in memory, their passwords as scrypt hashes. Your database takes this place. */
export async function createUsers(people: readonly Person[], phones: PhoneBook = new Map<string, string>(), cost = defaultCost): Promise<Users> {
  const hashPassword = async (password: string, salt: Uint8Array = randomBytes(16)) => ({ salt, hash: await derive(password.normalize('NFKC'), salt, 32, cost) })
  const records = await Promise.all(people.map(async ({ password, ...user }) => ({ user, secret: await hashPassword(password) })))
  const decoy = await hashPassword(randomBytes(16).toString('hex'))
  const withPhone = async (user: User): Promise<User> => ({ ...user, phone: await phones.get(user.id) ?? user.phone })

  return {
    async byId(id) {
      const record = records.find(each => each.user.id === id)
      return record && withPhone(record.user)
    },
    async byPassword(username, password) {
      const record = records.find(each => each.user.username === username)
      // An unknown name costs one hash too: the time of the answer must not tell which names exist.
      const { salt, hash } = record?.secret ?? decoy
      const matches = timingSafeEqual((await hashPassword(password, salt)).hash, hash)
      return record && matches ? withPhone(record.user) : undefined
    },
    async changePhone(id, phone) {
      await phones.set(id, phone)
    },
  }
}

const derive = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

// Passport types its users as an empty interface. In an app of your own, merge your user into `Express.User` instead.
/** Who is logged in, with both factors. */
export const currentUser = (req: Request): User | undefined => req.user as User | undefined
/** Who has passed the password only. */
export const pendingUser = (req: Request): User | undefined => req.pendingUser as User | undefined
/** Either. */
export const person = (req: Request): User | undefined => pendingUser(req) ?? currentUser(req)
