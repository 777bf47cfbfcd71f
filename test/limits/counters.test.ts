// The names, limits and windows of the counters in the limiter's store. An upgrade that changed one
// of them would forget what was counted.
import { expect, test } from 'vitest'
import type { Limits } from '../../lib/options/limits.js'
import { callOf, createLimits, RecordingStore } from '../support/applied-limits.js'

const unlimited = 2_147_483_647

function countersWith(change: Partial<Limits> = {}) {
  const store = new RecordingStore()
  store.limits(change)
  return Object.fromEntries(
    store.made.map(({ keyPrefix, points, duration }) => [keyPrefix, [points, duration]]),
  )
}

test('each counter has its own name, limit and window; the counters of a code outlive the code by a minute', () => {
  expect(countersWith()).toEqual({
    'voice-otp:active-challenge': [unlimited, 360],
    'voice-otp:attempts': [5, 360],
    'voice-otp:uses': [1, 360],
    'voice-otp:last-call': [2147483647, 60],
    'voice-otp:readings': [2147483647, 360],
    'voice-otp:logins': [1, 60],
    'voice-otp:logouts': [2147483647, 360],
    'voice-otp:fetches': [3, 360],
    'voice-otp:failures': [10, 86_400],
    'voice-otp:consecutive-failures': [100, 1_728_000],
    'voice-otp:lockout': [unlimited, 900],
    'voice-otp:locked': [unlimited, 1_728_000],
    'voice-otp:factor-failures': [10, 86_400],
    'voice-otp:factor-lockout': [unlimited, 900],
    'voice-otp:factor-codes': [1, 900],
    'voice-otp:factor-steps': [unlimited, 600],
    'voice-otp:reported': [unlimited, 600],
    'voice-otp:reports': [1, 360],
    'voice-otp:waivers': [1, 86_400],
    'voice-otp:user-interval': [1, 60],
    'voice-otp:phone-interval': [1, 60],
    'voice-otp:approve-user-interval': [1, 20],
    'voice-otp:approve-phone-interval': [1, 20],
    'voice-otp:new-phone': [unlimited, 86_400],
    'voice-otp:factor-reset': [unlimited, 1_728_000],
    'voice-otp:approved-change': [unlimited, 600],
    'voice-otp:approved-phone': [unlimited, 86_400],
    'voice-otp:refused': [unlimited, 360],
    'voice-otp:user-hour': [unlimited, 3600],
    'voice-otp:phone-10min': [unlimited, 600],
    'voice-otp:number-day': [unlimited, 86_400],
    'voice-otp:prefix-10min': [unlimited, 600],
    'voice-otp:app-minute': [unlimited, 60],
    'voice-otp:turns': [unlimited, 61],
    'voice-otp:accepted-calls': [unlimited, 1_728_000],
    'voice-otp:turn-correction': [unlimited, 120],
    'voice-otp:app-day': [unlimited, 86_400],
  })
})

test('a counter whose limit is disabled still gets a number of points and a window, because a limiter requires them', () => {
  expect(
    countersWith({
      attemptsPerUser: false,
      maxConsecutiveFailures: false,
      callIntervalSeconds: false,
      callsPerUserHour: false,
      reportedSeconds: false,
    }),
  ).toMatchObject({
    'voice-otp:failures': [unlimited, 86_400],
    'voice-otp:consecutive-failures': [unlimited, 1_728_000],
    'voice-otp:user-interval': [1, 1],
    'voice-otp:phone-interval': [1, 1],
    'voice-otp:user-hour': [unlimited, 3600],
    'voice-otp:reported': [unlimited, 1],
  })
})

test('the names in the store reveal neither the user nor the number', async () => {
  const { activeChallenges, attempts, sends, store } = createLimits()
  await sends.admit(callOf('alice'))
  const activation = await activeChallenges.activate('alice')
  await (await attempts.begin({ userId: 'alice', id: 'the-challenge', activation })).failed()
  await (await attempts.beginRecovery('alice')).failed()
  const dump = store.dump()
  expect(dump.length).toBeGreaterThan(500)
  for (const word of ['alice', '2025550123', '202555']) expect(dump).not.toContain(word)
})
