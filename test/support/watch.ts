// An eye on the process, and on the errors that the strategy hands to Passport.
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Site } from './watched-site.js'

const errorEntries: unknown[] = []
const note = (trouble: unknown): void => {
  errorEntries.push(trouble)
}

/**
 * Fails the test in which a promise was rejected or an error thrown with nobody to catch it: in
 * production that ends the process.
 */
export function watchProcess(): void {
  beforeAll(() => {
    process.on('unhandledRejection', note).on('uncaughtException', note)
  })
  afterAll(() => {
    process.off('unhandledRejection', note).off('uncaughtException', note)
  })
  afterEach(async () => {
    await new Promise(resolve => setImmediate(resolve))
    expect(errorEntries.splice(0)).toEqual([])
  })
}

type Action = (...given: readonly unknown[]) => void

/** Keeps everything that the strategy reports to Passport; answers it as it is filled. */
export function captureErrors({ voiceOtp }: Pick<Site, 'voiceOtp'>): readonly unknown[] {
  const seen: unknown[] = []
  // Passport asks a copy of the strategy for each request, and has put its own actions on that.
  const original = Reflect.get(voiceOtp, 'authenticate') as Action
  Reflect.set(
    voiceOtp,
    'authenticate',
    function (this: Record<'error' | 'fail', Action>, ...request: readonly unknown[]): void {
      for (const name of ['error', 'fail'] as const) {
        const action = this[name]
        this[name] = (...given) => {
          seen.push(...given)
          action.apply(this, [...given])
        }
      }
      original.apply(this, [...request])
    },
  )
  return seen
}

/** Everything that a log could make of a value: message, cause, stack, hidden properties. */
export const unfolded = (value: unknown): string =>
  `${inspect(value, { depth: Infinity, showHidden: true })} ${value instanceof Error ? String(value.stack) : ''} ${JSON.stringify(value)}`

/**
 * Fails if a credential, whole or encoded, is in anything that the site showed, logged, stored,
 * told or threw.
 */
export async function expectNoCredential(site: Site, errors: readonly unknown[]): Promise<void> {
  const { project, token, signingKey } = site.simulator.signalwire
  const credentials = [
    token,
    signingKey,
    'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
    'k3Jx9QmZ7vRt2LpW8sYd5BnH4cFg6TqA',
    Buffer.from(`${project}:${token}`).toString('base64'),
    encodeURIComponent(token),
    'Authorization',
    'Basic ',
  ]
  const places = (await site.capture.all())
    .filter(({ place }) => place !== 'seen by SignalWire')
    .map(({ text }) => text)
  const everything = [...places, ...errors.map(unfolded)].join('\n')
  expect(credentials.filter(credential => everything.includes(credential))).toEqual([])
}
