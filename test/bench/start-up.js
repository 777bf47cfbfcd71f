import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { median } from './statistics.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ask = (node, code, ...flags) =>
  JSON.parse(
    execFileSync(node, [...flags, '--input-type=module', '-e', code], {
      cwd: root,
      encoding: 'utf8',
    }),
  )

/** What the import of a package adds to that of the packages that are loaded before it. */
const imported = (name, { before = ['passport'], then = '' } = {}) => `
  for (const each of ${JSON.stringify(before)}) await import(each)
  gc()
  const memory = process.memoryUsage().rss
  const before = performance.now()
  const { VoiceOtpStrategy } = await import('${name}')
  ${then}
  const milliseconds = performance.now() - before
  gc()
  console.log(JSON.stringify({ milliseconds, megabytes: (process.memoryUsage().rss - memory) / 2 ** 20 }))
`

/** Loads the parser of phone numbers, too. */
const firstStrategy = `
  new VoiceOtpStrategy(
    {
      appName: 'Acme',
      secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
      webhookUrl: 'https://acme.example/voice-otp',
      signalwire: {
        space: 'acme.signalwire.com',
        project: '00000000-0000-4000-8000-000000000000',
        token: 'PT0000000000000000000000000000000000000000000000',
        signingKey: 'PSK_000000000000000000000000',
        from: '+12025550100',
      },
    },
    () => '+12025550123',
  )
`

/**
 * The memory of 10,000 active challenges with their counters, and of what is left 3 seconds later,
 * when all have expired.
 */
const challenges = `
  import { applyLimits } from './build/limits/apply-limits.js'
  import { createKeys } from './build/crypto.js'
  import { makeChallenge } from './build/session/challenge.js'
  const keys = createKeys(['QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'], 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn')
  const limits = {
    approveCallIntervalSeconds: false, attemptsPerChallenge: 5, attemptsPerUser: 10, attemptsPerUserSeconds: 1, lockoutSeconds: 1,
    maxConsecutiveFailures: 100, consecutiveFailureSeconds: 1, callIntervalSeconds: 1, callsPerUserHour: false,
    callsPerPhoneTenMinutes: false, callsPerPhoneDay: false, callsPerPrefixTenMinutes: false, callsPerAppMinute: false, callsPerAppDay: false,
    enrollCallsPerPhoneTenMinutes: false, enrollCallsPerPhoneDay: false, reportedSeconds: 1,
  }
  const codeSeconds = -58 // The counters of a challenge live a minute longer: 2 seconds.
  const { activeChallenges, attempts, sends } = applyLimits({ limits, codeSeconds, approveAfterHours: 24 }, keys)
  const heap = () => { gc(); gc(); return process.memoryUsage().heapUsed / 2 ** 20 }
  const before = heap()
  for (let index = 0; index < 10_000; index++) {
    const userId = 'u' + index, number = '+1202' + (5550000 + index)
    await sends.admit({ userId, number, phone: number, kind: 'own', intervalWaived: false })
    const activation = await activeChallenges.activate(userId)
    const { challenge } = makeChallenge(keys, {
      userId, purpose: 'login', channel: 'call', destination: { number, phone: number }, activation,
      sessionId: 'x', codeLength: 6, matching: true, expiresAt: 1, nextCallAt: 1,
    })
    await attempts.begin(challenge)
  }
  const full = heap() - before
  await new Promise(resolve => setTimeout(resolve, 3000))
  console.log(JSON.stringify({ full, left: heap() - before }))
`

/** Seconds from `npm run example` to the first page. */
async function startExample() {
  const port = await findPort()
  const startedAt = performance.now()
  const example = spawn('npm', ['run', '--silent', 'example'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), SIMULATOR_PORT: '0' },
    stdio: 'ignore',
    detached: true, // npm's children are in its group
  })
  const isServed = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isServed())) await new Promise(resolve => setTimeout(resolve, 5))
  const seconds = (performance.now() - startedAt) / 1000
  const ended = once(example, 'exit')
  process.kill(-example.pid, 'SIGINT')
  await ended
  return seconds
}

async function findPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/**
 * What the import adds to Passport's, beside what Express adds; the start of the example; the
 * memory of many challenges; the size of the package.
 */
export async function measureStartUp(node) {
  const imports = [
    imported('passport-voice-otp'),
    imported('express'),
    // As an app has it: Express has loaded raw-body already.
    imported('passport-voice-otp', { before: ['passport', 'express'], then: firstStrategy }),
  ]
  const runs = Array.from({ length: 15 }, () => imports.map(code => ask(node, code, '--expose-gc')))
  const of = (index, part) => median(runs.map(run => run[index][part]))
  const starts = []
  for (let run = 0; run < 5; run++) starts.push(await startExample())
  const { full, left } = ask(node, challenges, '--expose-gc')
  const folder = mkdtempSync(`${tmpdir()}/packed-`)
  try {
    const [{ size }] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
    const { dependencies } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
    const { packages } = JSON.parse(readFileSync(`${root}/node_modules/.package-lock.json`, 'utf8'))
    return {
      milliseconds: of(0, 'milliseconds'),
      expressMilliseconds: of(1, 'milliseconds'),
      shareOfExpress: median(runs.map(([own, express]) => own.milliseconds / express.milliseconds)),
      megabytes: of(0, 'megabytes'),
      inAppMilliseconds: of(2, 'milliseconds'),
      inAppMegabytes: of(2, 'megabytes'),
      exampleSeconds: median(starts),
      challengesMegabytes: full,
      leftMegabytes: left,
      packedKilobytes: size / 1000,
      dependencies: Object.keys(dependencies).length,
      installedPackages: Object.keys(packages).length,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
