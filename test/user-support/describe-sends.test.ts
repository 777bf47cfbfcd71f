import { expect, test } from 'vitest'
import type { TrailEntry } from 'passport-voice-otp'
import { describeSends } from '../../lib/user-support/describe-sends.js'

/** What became of the sends of a trail, the newest first. The entries are given oldest first. */
const outcomes = (now: number, ...events: readonly (readonly [number, string, string?])[]) =>
  describeSends(
    events.map(([at, event, code]): TrailEntry => ({ at, event, ...(code && { code }) })).reverse(),
    { codeSeconds: 300, limits: { attemptsPerChallenge: 2 } },
    now,
    true,
  ).map(({ outcome }) => outcome)

test('a newer code ends the one before, and what happens then happens to the newer one', () => {
  expect(outcomes(3000, [1000, 'code.sent'], [2000, 'code.sent'], [2500, 'code.accepted'])).toEqual(
    ['accepted', 'expired'],
  )
})

test('a code that the user entered too late is expired, also if the clock says otherwise', () => {
  expect(outcomes(3000, [1000, 'code.sent'], [2000, 'code.rejected', 'code-expired'])).toEqual([
    'expired',
  ])
})

test('a code that was accepted stays accepted when somebody sends it once more', () => {
  const events = [
    [1000, 'code.sent'],
    [1500, 'code.accepted'],
    [2000, 'code.rejected', 'code-expired'],
  ] as const
  expect(outcomes(3000, ...events)).toEqual(['accepted'])
})

test('a code that the app canceled stays canceled after its time, and only the code that was canceled', () => {
  const canceled = [
    [1000, 'code.sent'],
    [1500, 'code.canceled'],
  ] as const
  expect(outcomes(400_000, ...canceled)).toEqual(['canceled'])
  expect(outcomes(3000, ...canceled, [2000, 'code.sent'])).toEqual(['waiting', 'canceled'])
  expect(outcomes(3000, [1000, 'code.sent'], [1500, 'code.accepted'], canceled[1])).toEqual([
    'accepted',
  ])
})

test('a code with too many wrong attempts has no attempts left, also after a newer code', () => {
  const wrong = [1500, 'code.rejected', 'code-wrong'] as const
  const sent = [1000, 'code.sent'] as const
  expect(outcomes(3000, sent, wrong)).toEqual(['waiting'])
  expect(outcomes(3000, sent, wrong, wrong)).toEqual(['no-attempts'])
  expect(outcomes(3000, sent, wrong, wrong, [2000, 'code.sent'])).toEqual([
    'waiting',
    'no-attempts',
  ])
  expect(outcomes(3000, sent, wrong, [1600, 'code.accepted'], wrong)).toEqual(['accepted'])
})

test('an approved action was accepted, and a refused one was refused: both are not expired', () => {
  const sent = [1000, 'code.sent'] as const
  expect(outcomes(400_000, sent, [2000, 'action.approved'])).toEqual(['accepted'])
  expect(outcomes(400_000, sent, [2000, 'action.refused'])).toEqual(['refused'])
})

test('events without a send, and events of another version, are no sends', () => {
  expect(
    outcomes(3000, [1000, 'code.accepted'], [1500, 'constructor'], [2000, 'something.new']),
  ).toEqual([])
})
