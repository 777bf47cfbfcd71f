// A session store and a limiter that throw, fail, lie or hang, at each single operation.
import { Store } from 'express-session'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Fault } from '../support/stores.js'
import { callsUnlimited, openSite, type Site } from '../support/watched-site.js'
import { cookiesThatAreIn, type Phase, runCourse } from './course.js'
import { captureErrors, expectNoCredential, watchProcess } from '../support/watch.js'

watchProcess()
let sites: { readonly site: Site; readonly errors: readonly unknown[] }[]
beforeEach(() => {
  sites = []
})
afterEach(async () => {
  for (const { site, errors } of sites.reverse()) {
    await expectNoCredential(site, errors)
    await site.close()
  }
})

/** Spreads the cases over many sites, because each store that hangs takes seconds. */
async function forEachCase<T>(
  cases: readonly T[],
  work: (site: Site, given: T) => Promise<void>,
): Promise<readonly Site[]> {
  const queue = [...cases]
  for (let count = 0; count < 16; count++) {
    const site = await openSite({ delayMilliseconds: [0, 0], limits: callsUnlimited })
    sites.push({ site, errors: captureErrors(site) })
  }
  await Promise.all(
    sites.map(async ({ site }) => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        // No lock, and no number that an earlier case verified: the fraud guard does not count it.
        site.counters.flush()
        await work(site, next)
      }
    }),
  )
  return sites.map(({ site }) => site)
}

type Operation = 'get' | 'set' | 'destroy' | 'touch'
type SessionFault = Fault | 'rejects once' | 'hangs once after the work' | 'does it too late'
const sessionFaults = [
  'throws',
  'rejects',
  'rejects once',
  'nonsense',
  'hangs',
  'hangs after the work',
  'hangs once after the work',
  'does it too late',
] as const satisfies readonly SessionFault[]
const lies: readonly unknown[] = [
  {},
  'alice',
  { cookie: null, passport: { user: 'alice' } },
  { cookie: {}, passport: 'alice' },
  7,
  [],
  { cookie: { expires: 'soon' }, voiceOtp: { verification: true } },
]
let lie = 0

/**
 * Returns a function that repairs the store. A store that lies returns something that is not a
 * session, and calls back twice for every other operation.
 */
function breakSessions({ sessions }: Site, operation: Operation, fault: SessionFault): () => void {
  const original = sessions[operation] as (...given: readonly unknown[]) => void
  const lying = (...given: readonly unknown[]): void => {
    const done = given.at(-1) as (error?: unknown, data?: unknown) => void
    if (operation === 'get') setImmediate(done, null, lies[lie++ % lies.length])
    else
      original(...given.slice(0, -1), () => {
        done()
        done()
      })
  }
  // express-session writes the session again when the response is sent. By then the store may work
  // again.
  const brokenOnce = (...given: readonly unknown[]): void => {
    sessions.faults = { [operation]: fault === 'rejects once' ? 'rejects' : 'hangs after the work' }
    Object.assign(sessions, { [operation]: original })
    original(...given)
    sessions.faults = {}
  }
  let doLate = (): void => undefined
  const tooLate = (...given: readonly unknown[]): void => {
    Object.assign(sessions, { [operation]: original })
    const copy = given
      .slice(0, -1)
      .map(each =>
        typeof each === 'object' ? (JSON.parse(JSON.stringify(each)) as unknown) : each,
      )
    doLate = () => {
      original(...copy, () => undefined)
    }
  }
  if (fault === 'does it too late') Object.assign(sessions, { [operation]: tooLate })
  else if (fault === 'nonsense') Object.assign(sessions, { [operation]: lying })
  else if (fault === 'rejects once' || fault === 'hangs once after the work')
    Object.assign(sessions, { [operation]: brokenOnce })
  else sessions.faults = { [operation]: fault }
  return () => {
    Object.assign(sessions, { [operation]: original })
    sessions.faults = {}
    doLate()
  }
}

const usual: Readonly<Record<Phase, readonly number[]>> = {
  'log in': [200],
  call: [202],
  'pick up': [200],
  keys: [200],
  'wrong code': [401],
  'right code': [200],
  page: [200, 303],
  status: [200],
  'log out': [200],
}
/** The steps that need each operation. */
const needs: Readonly<Record<Operation, readonly Phase[]>> = {
  get: ['call', 'wrong code', 'right code', 'page', 'status', 'log out'],
  set: ['log in', 'call', 'right code', 'log out'],
  destroy: ['log in', 'right code', 'log out'],
  touch: [],
}

/**
 * The operations of a store in each step of a login without failures. A fault in another operation
 * would do nothing. @param read Returns all operations of the store so far.
 */
async function operationsByPhase<T extends string>(
  read: (site: Site) => readonly T[],
): Promise<readonly (readonly [Phase, T])[]> {
  const site = await openSite({ delayMilliseconds: [0, 0], limits: callsUnlimited })
  sites.push({ site, errors: captureErrors(site) })
  const found = new Set<string>()
  for (const last of ['right code', 'status', 'page', 'log out'] as const) {
    let current: Phase = 'log in'
    let from = read(site).length
    const note = (): void => {
      for (const name of read(site).slice(from)) found.add(JSON.stringify([current, name]))
    }
    await runCourse(
      site,
      last,
      () => () => undefined,
      phase => {
        note()
        from = read(site).length
        current = phase
      },
    )
    note()
  }
  return [...found].map(each => JSON.parse(each) as [Phase, T])
}

test('A-87 when the session store throws, fails, lies or hangs at any operation of any step, the app returns 503 where it needs the store, and no cookie is in', async () => {
  const operations = await operationsByPhase(({ sessions }) => sessions.operations)
  for (const [operation, steps] of Object.entries(needs))
    for (const step of steps) expect(operations).toContainEqual([step, operation])
  const sessionCases = operations.flatMap(([phase, operation]) =>
    sessionFaults.map(fault => [phase, operation, fault] as const),
  )
  const statuses: number[] = []
  const all = await forEachCase(sessionCases, async (site, [phase, operation, fault]) => {
    const name = `${phase}: ${operation} ${fault}`
    const { alice, answers, broken, callsPlaced, code } = await runCourse(site, phase, () =>
      breakSessions(site, operation, fault),
    )
    statuses.push(broken.status)
    // A session that cannot be read is no session: 401.
    const isNeeded = fault !== 'nonsense' && needs[operation].includes(phase)
    expect([name, broken.status]).toEqual([
      name,
      isNeeded ? 503 : expect.toBeOneOf([...usual[phase], 401, 503]),
    ])
    if (phase === 'call' && broken.status !== 202) expect([name, callsPlaced]).toEqual([name, 0])
    const isSuccess = phase === 'right code' && broken.status === 200
    expect([
      name,
      await cookiesThatAreIn(site, isSuccess ? answers.slice(0, -1) : answers),
    ]).toEqual([name, []])
    if (isSuccess || phase !== 'right code' || operation === 'get') return
    // After half of the work, neither the used code nor the half-written session lets anybody in.
    expect([
      name,
      (await alice.api('/otp', { code }, { holdsCode: true })).status,
      await alice.isIn(),
    ]).toEqual([name, 401, false])
  })
  expect(statuses).toHaveLength(sessionCases.length)
  await Promise.all(all.map(site => site.person('bob').passBoth()))

  // A store that begins the new session under the old id. Otherwise the cookie of the password
  // would become the cookie of a verified session.
  const [site] = all
  const { answers, broken } = await runCourse(site!, 'right code', () => {
    const regenerate: unknown = Reflect.get(Store.prototype, 'regenerate')
    Store.prototype.regenerate = (_req, done) => {
      done()
    }
    return () => {
      Reflect.set(Store.prototype, 'regenerate', regenerate)
    }
  })
  expect([broken.status, await cookiesThatAreIn(site!, answers)]).toEqual([503, []])
}, 600_000)

/** The limiter's operations that give a used code back to the fraud guard. */
const fraudCredits: readonly string[] = ['fraud-day.reward', 'fraud-verified.set']

test('A-90 when the limiter fails, lies or hangs at any operation of any step, the app returns 503, except where it gives a used code back to the fraud guard, no cookie is in, no call is placed and no code is read out', async () => {
  const operations = await operationsByPhase(({ counters }) => counters.operations)
  expect(operations.length).toBeGreaterThan(20)
  const cases = operations.flatMap(([phase, name]) =>
    (['rejects', 'nonsense', 'hangs', 'hangs after the work'] as const).map(
      fault => [phase, name, fault] as const,
    ),
  )
  await forEachCase(cases, async (site, [phase, operation, fault]) => {
    const name = `${phase}: ${operation} ${fault}`
    const { alice, answers, broken, callsPlaced, heard, code } = await runCourse(
      site,
      phase,
      () => {
        site.counters.faults = { [operation]: fault }
        return () => {
          site.counters.faults = {}
        }
      },
    )
    // The strategy does not read what a write returns. At a logout it does not wait until the old
    // challenge is forgotten.
    const mayGoOn =
      phase === 'log out' ||
      phase === 'page' ||
      (fault === 'nonsense' && /\.(set|delete|reward)$/.test(operation))
    // A used code that is not given back only makes the fraud guard stricter: the login goes on.
    const mustGoOn = phase === 'right code' && fraudCredits.includes(operation)
    const allowed = mayGoOn ? expect.toBeOneOf([...usual[phase], 503]) : 503
    expect([name, broken.status]).toEqual([name, mustGoOn ? 200 : allowed])
    if (broken.status === 503) {
      if (phase === 'call') expect([name, callsPlaced]).toEqual([name, 0])
      if (phase === 'pick up' || phase === 'keys')
        expect([name, heard]).toEqual([name, expect.not.stringMatching(/\d/)])
    }
    const isSuccess = phase === 'right code' && broken.status === 200
    expect([
      name,
      await cookiesThatAreIn(site, isSuccess ? answers.slice(0, -1) : answers),
    ]).toEqual([name, []])
    if (code === '' || isSuccess) return
    const again = await alice.api('/otp', { code }, { holdsCode: true })
    expect([name, await alice.isIn()]).toEqual([name, again.status === 200])
  })
}, 600_000)
