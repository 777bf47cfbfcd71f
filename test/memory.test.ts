// What waits must not fill the memory: 10,000 challenges in a process of their own, with the counters in memory.
import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { compiled } from './support/compiled.js'

const at = (file: string) => JSON.stringify(pathToFileURL(compiled(file)).href)
const script = `
  const { createCounters } = await import(${at('lib/limits/attempts.ts')})
  const { createKeys } = await import(${at('lib/crypto.ts')})
  const secret = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
  const limits = {
    attemptsPerChallenge: 5, attemptsPerUser: 10, attemptsPerUserSeconds: 86400, lockoutSeconds: 900, maxConsecutiveFailures: 100, consecutiveFailureSeconds: 1728000, callIntervalSeconds: 60, callsPerUserHour: 5, callsPerPhoneTenMinutes: 3,
    callsPerPhoneDay: 10, callsPerPrefixTenMinutes: false, callsPerAppMinute: false, enrollCallsPerPhoneTenMinutes: 2, enrollCallsPerPhoneDay: 4, enrollCallsPerAppMinute: 20, reportedSeconds: 600,
  }
  const counters = createCounters(undefined, limits, 300, createKeys([secret], secret))
  const held = () => { gc(); return process.memoryUsage().heapUsed / 2 ** 20 }
  const wait = async index => {
    const [userId, phone] = ['user ' + index, '+1202555' + String(index).padStart(4, '0')]
    await counters.admitCall({ userId, phone, telephone: phone, enroll: false, waived: false })
    const ticket = await counters.issueTicket(userId)
    await counters.admitGuess(userId, 'challenge ' + index, ticket)
    await counters.admitUserGuess(userId)
  }
  await wait(10000)
  const before = held()
  for (let index = 0; index < 10000; index++) await wait(index)
  process.stdout.write(String(held() - before))
`

test('10,000 challenges that wait, each with a call and a wrong code, take less than 64 MiB', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '-e',
    script,
  ])
  expect(Number(stdout)).toBeGreaterThan(1)
  expect(Number(stdout)).toBeLessThan(64)
})
