// Whole logins over one Redis: what one costs, and whether the formula of docs/scale.md predicts a
// run from these costs.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Simulator } from '../../dist/simulator/index.mjs'
import { numberOf, request, spaceOf } from './base.js'

const people = 300
const atOnce = 2
const manyPolls = 10
const predictedPolls = 4
let users = 0

/**
 * Returns the constants of the formula, and for one and two processes what the formula predicts for
 * a run and what was measured.
 * @param startSite Starts a process for a Space.
 */
export async function measureLogins(client, startSite) {
  const space = await Simulator.start(spaceOf(''))
  const runOnce = async (processes, polls) => {
    await client.flushAll()
    const sites = await Promise.all(Array.from({ length: processes }, () => startSite(space.url)))
    try {
      await run({ client, space, sites, polls: 1, count: people }) // the first requests are slow
      await client.flushAll()
      return await run({ client, space, sites, polls, count: people })
    } finally {
      for (const { child } of sites) child.kill()
    }
  }
  // On a busy machine, a request may run into a deadline. Such a run says nothing about the costs.
  const runWith = (...given) =>
    runOnce(...given).catch(() => runOnce(...given).catch(() => runOnce(...given)))
  try {
    const without = await runWith(1, 0)
    const many = await runWith(1, manyPolls)
    const ofPoll = name => Math.max(0, (many[name] - without[name]) / manyPolls)
    const constants = { login: without, poll: {} }
    for (const name of ['nodeMilliseconds', 'redisMilliseconds', 'commands'])
      constants.poll[name] = ofPoll(name)
    const checks = []
    for (const processes of [1, 2])
      checks.push({
        processes,
        logins: people,
        polls: predictedPolls,
        predicted: predict(constants, predictedPolls),
        measured: await runWith(processes, predictedPolls),
      })
    return { constants, checks }
  } finally {
    await space.stop()
    await client.flushAll()
  }
}

/** The formula: what one login costs whose page asks `status()` so many times. */
function predict({ login, poll }, polls) {
  const costs = { ...login }
  for (const [name, ofPoll] of Object.entries(poll)) costs[name] += polls * ofPoll
  return costs
}

/** Lets people log in. Returns what one of them cost. */
async function run({ client, space, sites, polls, count }) {
  const before = await usage(client, sites)
  const waiting = await forEach(count, async index => {
    const person = await makePerson(client)
    const site = sites[index % sites.length]
    const asked = await send(site, request(person.sessionId, 'POST', '/otp/call', {}))
    if (asked.status !== 200) throw new Error(`A call was refused: ${asked.status}`)
    const { matchingDigits } = await asked.json()
    for (let poll = 0; poll < polls; poll++) {
      const response = await send(site, request(person.sessionId, 'GET', '/otp/status'))
      await response.arrayBuffer()
    }
    return { ...person, site, code: await hearCode(space, person.number, matchingDigits) }
  })
  const { bytes: waitingBytes } = await usage(client, sites)
  await forEach(count, async index => {
    const { sessionId, site, code } = waiting[index]
    const response = await send(site, request(sessionId, 'POST', '/otp', { code }))
    await response.arrayBuffer()
    if (response.status !== 302) throw new Error(`A right code was refused: ${response.status}`)
  })
  const after = await usage(client, sites)
  await client.del(await client.keys('session:*'))
  const { bytes: keptBytes } = await usage(client, sites)
  const each = (late, early) => (late - early) / count
  return {
    nodeMilliseconds: each(after.nodeMilliseconds, before.nodeMilliseconds),
    redisMilliseconds: each(after.redisMilliseconds, before.redisMilliseconds),
    commands: each(after.commands, before.commands),
    waitingBytes: each(waitingBytes, before.bytes),
    keptBytes: each(keptBytes, before.bytes),
  }
}

/** Somebody who has sent the password. */
async function makePerson(client) {
  const id = `u${users++}`
  const sessionId = randomBytes(24).toString('base64url')
  const content = {
    cookie: { originalMaxAge: null, httpOnly: true, path: '/' },
    passport: { user: id },
  }
  await client.set(`session:${sessionId}`, JSON.stringify(content), { EX: 3600 })
  return { sessionId, number: numberOf(id) }
}

async function hearCode(space, number, matchingDigits) {
  const { sid } = await space.waitFor(call => call.to === number && call.status === 'ringing')
  await space.answer(sid)
  await space.idle(sid)
  await space.press(sid, matchingDigits)
  await space.idle(sid)
  const heard = space.call(sid).heard.join(' ')
  return /(?:\d, ){5}\d/.exec(heard)[0].replaceAll(', ', '')
}

async function send({ port }, { path, ...rest }) {
  return fetch(`http://127.0.0.1:${port}${path}`, { ...rest, redirect: 'manual' })
}

/** Calls `work` for each index, some at a time. Returns the results in order. */
async function forEach(count, work) {
  const results = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      const index = next++
      results[index] = await work(index)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/** What the processes and Redis have used so far. */
async function usage(client, sites) {
  const used = await Promise.all(
    sites.map(async ({ child }) => {
      child.send('used?')
      const [answer] = await once(child, 'message')
      return answer
    }),
  )
  const sum = name => used.reduce((total, each) => total + each[name], 0)
  const [cpu, memory] = await Promise.all([client.info('cpu'), client.info('memory')])
  const read = (text, name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(text)[1])
  return {
    nodeMilliseconds: sum('milliseconds'),
    redisMilliseconds: 1000 * (read(cpu, 'used_cpu_user') + read(cpu, 'used_cpu_sys')),
    commands: sum('commands'),
    bytes: read(memory, 'used_memory_dataset'),
  }
}
