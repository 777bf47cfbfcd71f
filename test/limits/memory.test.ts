// Active challenges must not fill the memory. A process of its own, with the counters in memory.
import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { compiled } from '../support/compiled.js'
import { testLimits } from '../support/applied-limits.js'

const at = (file: string) => JSON.stringify(pathToFileURL(compiled(file)).href)
const script = `
  const { applyLimits } = await import(${at('lib/limits/apply-limits.ts')})
  const { createKeys } = await import(${at('lib/crypto.ts')})
  const secret = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
  const limits = ${JSON.stringify({ ...testLimits, callsPerPrefixTenMinutes: false, callsPerAppMinute: false, callsPerAppDay: false })}
  const { activeChallenges, attempts, sends } = applyLimits({ limits, codeSeconds: 300, approveAfterHours: 24 }, createKeys([secret], secret))
  const measureHeap = () => { gc(); return process.memoryUsage().heapUsed / 2 ** 20 }
  const addChallenge = async index => {
    const [userId, number] = ['user ' + index, '+1202555' + String(index).padStart(4, '0')]
    await sends.admit({ userId, number, phone: number, kind: 'own' })
    const activation = await activeChallenges.activate(userId)
    await (await attempts.begin({ userId, id: 'challenge ' + index, activation })).failed()
  }
  await addChallenge(10000)
  const before = measureHeap()
  for (let index = 0; index < 10000; index++) await addChallenge(index)
  process.stdout.write(String(measureHeap() - before))
`

test('10,000 active challenges, each with a call and a wrong code, take less than 64 MiB in memory', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '-e',
    script,
  ])
  expect(Number(stdout)).toBeGreaterThan(1)
  expect(Number(stdout)).toBeLessThan(64)
})
