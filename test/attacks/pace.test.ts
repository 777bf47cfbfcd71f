// Many people, and a Space that starts one call a second: nobody is called in vain.
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import { createClient } from 'redis'
import { expect, onTestFinished, test } from 'vitest'
import type { LimiterFactory } from 'passport-voice-otp'
import { redisLimiter } from 'passport-voice-otp/redis'
import type { Sends } from '../../lib/limits/sends.js'
import { callOf, limitsOver } from '../support/applied-limits.js'
import { callsUnlimited } from '../support/limits.js'
import { describeWithRedis, openRedis } from '../support/redis.js'
import { runRush } from '../support/rush.js'

const memory: LimiterFactory = options => new RateLimiterMemory(options)

test('R-34: of 60 people in one second, nobody is called in vain, and each is told the wait or offered a text', async () => {
  const { largestError, longestWait, ...result } = await runRush({
    people: 60,
    callsPerSecond: 1,
    clock: 'moved',
    codeSeconds: 100,
    limiters: [memory],
  })
  // A code of 100 s leaves 40 s for the wait, 30 s to pick up and 30 s to hear it.
  expect(result).toEqual({ people: 60, placed: 41, loggedIn: 41, calledInVain: 0, texted: 19 })
  expect(longestWait).toBe(40)
  expect(largestError).toBeLessThanOrEqual(2)
}, 60_000)

test('R-34: the same people are called in vain if the strategy does not know the pace of the Space', async () => {
  const result = await runRush({
    people: 60,
    callsPerSecond: Infinity,
    clock: 'moved',
    codeSeconds: 60,
    limiters: [memory],
  })
  expect(result.placed).toBe(60)
  expect(result.calledInVain).toBeGreaterThan(20)
}, 60_000)

describeWithRedis('two processes on one Redis', () => {
  const openTwoProcesses = async () => {
    const redis = await openRedis()
    const clients = await Promise.all(
      [0, 1].map(() =>
        createClient({ url: redis.url })
          .on('error', () => undefined)
          .connect(),
      ),
    )
    onTestFinished(async () => {
      for (const client of clients) client.destroy()
      await redis.close()
    })
    const pace = { callsPerSecond: 1, maxWaitSeconds: 240, now: Date.now }
    return {
      redis,
      processes: clients.map(
        storeClient => limitsOver(redisLimiter(storeClient), callsUnlimited, pace).sends,
      ),
    }
  }

  test('400 requests, 40 of them in parallel at any time, fill the queue exactly: no place is given twice', async () => {
    const { processes } = await openTwoProcesses()
    const start = Date.now()
    const results: PromiseSettledResult<Awaited<ReturnType<Sends['admit']>>>[] = []
    let next = 0
    // With more requests at the same time, a busy machine reaches the deadline of the limiter.
    const askInTurn = async (): Promise<void> => {
      while (next < 400) {
        const index = next++
        const call = callOf(`user ${index}`, '+12025550123', { waitsForTurn: true })
        results.push(...(await Promise.allSettled([processes[index % 2]!.admit(call)])))
      }
    }
    await Promise.all(Array.from({ length: 40 }, askInTurn))
    expect(results).toHaveLength(400)
    const turns = results.flatMap(result =>
      result.status === 'fulfilled' ? [result.value.turn!] : [],
    )
    // A place whose time came while the request was on the way means no wait.
    const waiting = turns.filter(({ countedSeconds }) => countedSeconds > 0)
    const slots = waiting.map(each => Math.floor(each.takenAt / 1000) + each.countedSeconds)
    expect(new Set(slots).size).toBe(waiting.length)
    const seconds = Math.ceil((Date.now() - start) / 1000)
    expect(turns.length).toBeGreaterThanOrEqual(241)
    expect(turns.length).toBeLessThanOrEqual(241 + seconds)
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'queue-full', status: 503 })
  }, 60_000)

  test('a Redis that hangs gives 503 within the deadline, and everybody is let in afterwards', async () => {
    const { redis, processes } = await openTwoProcesses()
    const ask = (name: string) =>
      processes[0]!.admit(callOf(name, '+12025550123', { waitsForTurn: true }))
    await ask('alice')
    redis.fault('hang')
    await expect(ask('bob')).rejects.toMatchObject({ code: 'limiter-unavailable', status: 503 })
    redis.fault('cut')
    redis.fault('good')
    await expect
      .poll(
        () =>
          ask('carol').then(
            () => 'in',
            (error: unknown) => (error as { code: string }).code,
          ),
        {
          timeout: 30_000,
        },
      )
      .toBe('in')
  }, 60_000)
})
