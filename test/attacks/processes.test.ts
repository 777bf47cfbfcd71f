import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openProcesses, type Processes } from './support/processes.js'
import { describeWithRedis } from './support/redis.js'

describeWithRedis('two processes on one Redis', () => {
  let group: Processes
  beforeAll(async () => { group = await openProcesses(2) })
  afterEach(() => group.checkCanary())
  afterAll(() => group.close())

test('smoke', async () => {
  const alice = group.person('alice')
  await alice.passBoth()
  expect(await alice.isIn({ url: group.processes[1]!.url })).toBe(true)
  expect(group.events().map(e => e.name)).toEqual(['redis.ready', 'redis.ready', 'call.placed', 'code.accepted'])
  console.log(group.redis.recorded.length, group.redis.recorded.join('').length, (await group.redis.dump()))
})
})
