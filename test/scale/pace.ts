// npm run scale:pace [-- --real]: 300 people ask for a call within one second. The Space starts one
// call a second. Two processes of an app share one Redis. With --real, time passes by itself: that
// takes eleven minutes, on a machine that does nothing else.
import { cpus } from 'node:os'
import { redisLimiter } from 'passport-voice-otp/redis'
import { openRedis } from '../support/redis.js'
import { type RushResult, runRush } from '../support/rush.js'

const clock = process.argv.includes('--real') ? 'real' : 'moved'

/** One run, over a Redis of its own. */
async function run(callsPerSecond: number): Promise<RushResult> {
  const redis = await openRedis()
  const clients = await Promise.all([0, 1].map(() => redis.client.duplicate().connect()))
  const limiters = clients.map(client => redisLimiter(client))
  try {
    return await runRush({ people: 300, callsPerSecond, clock, limiters })
  } finally {
    for (const client of clients) client.destroy()
    await redis.close()
  }
}

const before = await run(Infinity)
const after = await run(1)
const rows: readonly (readonly [string, (result: RushResult) => string])[] = [
  ['people who ask for a call', ({ people }) => String(people)],
  ['calls that are placed', ({ placed }) => String(placed)],
  ['people who hear their code in time', ({ loggedIn }) => String(loggedIn)],
  ['people whose call comes too late', ({ calledInVain }) => String(calledInVain)],
  ['people who are offered a text instead, and get it', ({ texted }) => String(texted)],
  ['longest wait for a call', ({ longestWait }) => `${longestWait.toFixed(0)} s`],
  [
    'largest error of the wait that a person was told',
    ({ largestError }) => `${largestError.toFixed(1)} s`,
  ],
]
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}\n`)
console.log('| | `callsPerSecond: Infinity` | `callsPerSecond: 1` |\n| --- | --- | --- |')
for (const [name, read] of rows) console.log(`| ${name} | ${read(before)} | ${read(after)} |`)
