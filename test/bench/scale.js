// One, two and four processes of one app on one Redis: the logins per second, and whether the
// limits hold.
import { execFileSync, fork, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { VoiceOtpStrategy } from '../../dist/index.mjs'
import { redisLimiter } from '../../dist/redis/index.mjs'
import { createClient } from 'redis'
import { makeChallenge } from '../../build/session/challenge.js'
import { numberOf, request, secret, spaceOf } from './base.js'
import { measureLogins } from './logins.js'

const logins = 6000
const attacked = { users: 40, attemptsEach: 25, comparedEach: 5 }
const raced = { users: 40, timesEach: 10 }
let users = 0

/**
 * Returns a row for each number of processes and what logins cost, or `undefined` without
 * redis-server. Throws if a limit did not hold.
 */
export async function measureScale(node) {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
  } catch {
    console.log(
      'redis-server is not on this machine (apt-get install redis-server): the rows on scale are left out.',
    )
    return undefined
  }
  const port = await freePort()
  const redis = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  )
  const url = `redis://127.0.0.1:${port}`
  const client = createClient({ url, socket: { reconnectStrategy: 50 } })
  client.on('error', () => undefined) // The client retries until the server listens.
  await client.connect()
  try {
    const rows = []
    for (const processes of [1, 2, 4]) rows.push(await measure({ node, url, client, processes }))
    const logins = await measureLogins(client, spaceUrl => startSite(node, url, spaceUrl))
    return { rows, ...logins }
  } finally {
    client.destroy()
    redis.kill('SIGKILL')
  }
}

async function measure({ node, url, client, processes }) {
  const children = await Promise.all(Array.from({ length: processes }, () => startSite(node, url)))
  try {
    const people = await makePeople(client, logins + attacked.users + raced.users)
    await load(children, people.splice(0, 1000))
    const seconds = await load(children, people.splice(0, logins - 1000))
    await attackByForce(children, people.splice(0, attacked.users))
    await raceRightCodes(children, people)
    return {
      processes,
      perSecond: (logins - 1000) / seconds,
    }
  } finally {
    for (const { child } of children) child.kill()
    await client.flushAll()
  }
}

async function startSite(node, url, ...spaceUrl) {
  const child = fork(fileURLToPath(new URL('scale-site.js', import.meta.url)), [url, ...spaceUrl], {
    execPath: node,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [{ port }] = await once(child, 'message')
  return { child, port }
}

/** People who have sent the password and heard their code. */
async function makePeople(client, count) {
  const {
    context: { keys, activeChallenges },
  } = new VoiceOtpStrategy(
    {
      appName: 'Acme',
      webhookUrl: 'http://127.0.0.1:3999/voice-otp',
      secret,
      signalwire: spaceOf('http://127.0.0.1:3998'),
      limiter: redisLimiter(client),
    },
    () => null,
  )
  const makePerson = async () => {
    const userId = `u${users++}`
    const sessionId = randomBytes(24).toString('base64url')
    const number = numberOf(userId)
    const { challenge, code } = makeChallenge(keys, {
      userId,
      purpose: 'login',
      channel: 'call',
      destination: { number, phone: number },
      activation: await activeChallenges.activate(userId),
      sessionId,
      codeLength: 6,
      matching: true,
      expiresAt: Date.now() + 600_000,
      nextCallAt: Date.now(),
    })
    await client.set(
      `session:${sessionId}`,
      JSON.stringify({
        cookie: { originalMaxAge: null, httpOnly: true, path: '/' },
        passport: { user: userId },
        voiceOtp: { challenge },
      }),
      { EX: 3600 },
    )
    return { sessionId, code }
  }
  // In batches: a slow machine would run into the deadline of the limiter if all were made at the
  // same time.
  const people = []
  while (people.length < count)
    people.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(100, count - people.length) }, makePerson),
      )),
    )
  return people
}

const asks = ({ sessionId, code }) => request(sessionId, 'POST', '/otp', { code })

/**
 * Sends everybody's right code, spread over the processes. Returns the time until the last
 * response.
 */
async function load(children, people) {
  const startedAt = performance.now()
  let last = startedAt
  await Promise.all(
    children.map(async ({ port }, index) => {
      const list = people.filter((_, position) => position % children.length === index).map(asks)
      let next = 0
      let wrong = 0
      const instance = autocannon({
        url: `http://127.0.0.1:${port}`,
        connections: 10,
        amount: list.length,
        requests: [{ setupRequest: each => ({ ...each, ...list[next++ % list.length] }) }],
      })
      instance.on('response', (_client, status) => {
        last = performance.now()
        if (status !== 302) wrong++
      })
      const { errors } = await instance
      if (wrong + errors > 0)
        throw new Error(`${wrong + errors} of ${list.length} right codes were not accepted.`)
    }),
  )
  return (last - startedAt) / 1000
}

async function attackByForce(children, people) {
  await Promise.all(
    people.flatMap(({ sessionId, code }) =>
      Array.from({ length: attacked.attemptsEach }, (_, index) => {
        const wrong = String((Number(code) + 1 + index) % 1_000_000).padStart(6, '0')
        return send(children[index % children.length], { sessionId, code: wrong })
      }),
    ),
  )
  const compared = await Promise.all(
    children.map(async ({ child }) => {
      child.send('used?')
      const [answer] = await once(child, 'message')
      return answer.compared
    }),
  )
  const total = compared.reduce((sum, each) => sum + each, 0)
  const allowed = attacked.users * attacked.comparedEach
  if (total !== allowed)
    throw new Error(`${total} wrong codes were compared where ${allowed} are allowed.`)
}

async function raceRightCodes(children, people) {
  for (const person of people) {
    const statuses = await Promise.all(
      Array.from({ length: raced.timesEach }, (_, index) =>
        send(children[index % children.length], person),
      ),
    )
    const accepted = statuses.filter(status => status === 302).length
    if (accepted !== 1) throw new Error(`One code was accepted ${accepted} times.`)
  }
}

async function send({ port }, person) {
  const { path, ...rest } = asks(person)
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...rest, redirect: 'manual' })
  await response.arrayBuffer()
  return response.status
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}
