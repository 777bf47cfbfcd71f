// The users of the example, for tests that log in by the hundred.
import { hash } from '@node-rs/argon2'
import {
  createUsers,
  demoPassword,
  demoPeople,
  type Person as Account,
  type User,
  type Users,
} from '../../example/stores/users.js'

export { type Account, createUsers, demoPassword, demoPeople, type User, type Users }

/** A hash of the demo's password that costs next to nothing to check. */
export const cheapHash = await hash(demoPassword, { memoryCost: 8, timeCost: 1 })

/** The users of the demo. */
export const cheapPeople: readonly Account[] = demoPeople.map(each => ({
  ...each,
  passwordHash: cheapHash,
}))
