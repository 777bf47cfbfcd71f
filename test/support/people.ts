import { demoPassword, demoPeople, hashPassword, type Person } from '../../example/stores/users.js'

/** Of the demo's password; costs next to nothing to check. */
export const cheapHash = await hashPassword(demoPassword, { N: 16, r: 8, p: 1 })

/** The users of the demo, for tests that log in by the hundred. */
export const cheapPeople: readonly Person[] = demoPeople.map(each => ({
  ...each,
  passwordHash: cheapHash,
}))
