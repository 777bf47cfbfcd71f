// Watches the process for uncaught errors, and the errors that the strategy passes to Passport.
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Site } from './watched-site.js'

const errorEntries: unknown[] = []
const note = (error: unknown): void => {
  errorEntries.push(error)
}

/**
 * Fails the test if a rejection or an exception was not caught. In production, it would end the
 * process.
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

/** Records every error that the strategy reports to Passport. The returned list grows. */
export function captureErrors({ voiceOtp }: Pick<Site, 'voiceOtp'>): readonly unknown[] {
  const seen: unknown[] = []
  // Passport calls a copy of the strategy for each request, which has the functions of Passport.
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

/** Whether the app or something below failed. A refused request is no such error. */
export const isFault = (error: unknown): boolean =>
  error instanceof Error && error.name !== 'AuthenticationError'

/** Everything that a log could show of a value: message, cause, stack, hidden properties. */
export const unfolded = (value: unknown): string =>
  `${inspect(value, { depth: Infinity, showHidden: true })} ${value instanceof Error ? String(value.stack) : ''} ${JSON.stringify(value)}`

/**
 * Fails if the site showed, logged, stored, sent or threw a credential, plain or encoded.
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
