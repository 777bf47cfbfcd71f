import { expect, test } from 'vitest'
import { createLimits } from '../support/applied-limits.js'

const place = { userId: 'alice', sessionId: 's1', phone: '+12025550123' }

test.each(['5f3c1a09-7b2e-4d6f-8a10-9c4be2d7f651', '00000000-0000-0000-0000-000000000001'])(
  'the call %s is found again, in its session and for its phone only',
  async callSid => {
    const { lastCalls } = createLimits()
    await lastCalls.remember(place, { callSid, activation: 7 })
    expect(await lastCalls.find(place)).toEqual({ callSid, activation: 7 })
    expect(await lastCalls.find({ ...place, sessionId: 's2' })).toBeUndefined()
    expect(await lastCalls.find({ ...place, phone: '+12025550123;ext=7' })).toBeUndefined()
  },
)

test('a call whose id is not a UUID, and a call without an interval, are not remembered', async () => {
  for (const [limits, callSid] of [
    [{}, 'CA5f3c1a097b2e4d6f8a109c4be2d7f651'],
    [{ callIntervalSeconds: false }, '5f3c1a09-7b2e-4d6f-8a10-9c4be2d7f651'],
  ] as const) {
    const { lastCalls, store } = createLimits(limits)
    await lastCalls.remember(place, { callSid, activation: 7 })
    expect(await lastCalls.find(place)).toBeUndefined()
    expect(store.operations).not.toContain('last-call.set')
  }
})
