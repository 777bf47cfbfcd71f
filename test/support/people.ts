// The users of the example, for tests that log in by the hundred.
import {
  createUsers,
  demoPassword,
  demoPeople,
  hashPassword,
  type Person as Account,
  type User,
  type Users,
} from '../../example/stores/users.js'

export { type Account, createUsers, demoPassword, demoPeople, type User, type Users }

/** The cost of a hash that costs next to nothing to check. */
export const cheapCost = { N: 16, r: 8, p: 1 }

/** A hash of the demo's password that costs next to nothing to check. */
export const cheapHash = await hashPassword(demoPassword, cheapCost)

/** The users of the demo. */
export const cheapPeople: readonly Account[] = demoPeople.map(each => ({
  ...each,
  passwordHash: cheapHash,
}))
