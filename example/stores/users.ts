import {
  createHmac,
  randomBytes,
  randomUUID,
  scrypt,
  timingSafeEqual,
  type ScryptOptions,
} from 'node:crypto'
import { promisify } from 'node:util'
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
  /** As {@link hashPassword} writes it. */
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

/**
 * One of the equivalent settings in the OWASP password storage cheat sheet: 16 MiB, parallelization
 * 5.
 */
const defaultCost: ScryptOptions = { N: 2 ** 14, r: 8, p: 5 }

/**
 * The form in which a database stores a password: `scrypt:N:r:p:salt:hash`. New passwords may use a
 * higher cost.
 */
export async function hashPassword(
  password: string,
  { N = 0, r = 0, p = 0 } = defaultCost,
  salt: Uint8Array = randomBytes(16),
): Promise<string> {
  const hash = await derive(password.normalize('NFKC'), salt, 32, { N, r, p })
  return [
    'scrypt',
    N,
    r,
    p,
    Buffer.from(salt).toString('base64url'),
    hash.toString('base64url'),
  ].join(':')
}

async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = ''] = stored.split(':')
  const given = Buffer.from(
    await hashPassword(
      password,
      { N: Number(N), r: Number(r), p: Number(p) },
      Buffer.from(salt, 'base64url'),
    ),
  )
  return given.length === Buffer.byteLength(stored) && timingSafeEqual(given, Buffer.from(stored))
}

const derive = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

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
      'scrypt:16384:8:5:0fUuXBrlh2WMeb2rdBE-Uw:Ox0pnVKKcIiZjlx2cuPibgXsnr5ioZBB82Fs2REoLgg',
  },
  {
    username: 'bob',
    name: 'Bob Baker',
    phone: '+12025550145',
    otherPhones: [{ number: '+12025550199', label: 'Office', extension: '12' }],
    passwordHash:
      'scrypt:16384:8:5:XAnB5-jSotYLc3KkDyhvrQ:pINBti40foCXZt5UKK1lnYIxyRJsp8aEAoMrPnG4oNs',
  },
  {
    username: 'mallory',
    name: 'Mallory Marsh',
    phone: '+12025550167',
    passwordHash:
      'scrypt:16384:8:5:_qVYmVhNrNoz2x320dn2FA:gkMElT8lf3eiisI4OeMc1jX2k0tmHELfRS_hUKe09bI',
  },
  {
    username: 'dave',
    name: 'Dave Dunn',
    phone: null,
    passwordHash:
      'scrypt:16384:8:5:fbUtenTNSAy6Xc8w1LXfhg:UdQ-46Q52P_M-WdNJZS_QXRs0tlzEpYlXIVhpjcxUhA',
  },
  {
    username: 'sam',
    name: 'Sam Stone',
    phone: '+12025550178',
    role: 'support' as const,
    passwordHash:
      'scrypt:16384:8:5:Rjk9LQcKBDfT-CEJWjnvXg:MBlEOcGcTW8s_ei8v6XxgDk7zYgXuftWTRha4rx0Wl4',
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
      const passwordHash = await hashPassword(passwords.get(person.username) ?? randomUUID())
      return { ...person, phone, otherPhones: [], mayEnroll: phone !== null, passwordHash }
    }),
  )
}

/** Users in memory. Replace this with your database. */
export function createUsers(
  people: readonly Person[],
  records: Records = recordsInMemory(),
): Users {
  // An unknown name costs one hash too: the response time must not tell which names exist. To raise
  // the cost, hash every password again at its next login.
  const decoy = ['scrypt', defaultCost.N, defaultCost.r, defaultCost.p, 'nobody', 'nothing'].join(
    ':',
  )
  const toUser = async (person: Person): Promise<User> => {
    const { passwordHash, ...user } = person
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
      const matches = await isPassword(password, person?.passwordHash ?? decoy)
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
