import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VoiceOtpError, type SignalWireOptions } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { pino } from 'pino'
import { createApp } from './app.js'
import { type Config, ConfigError, inVariables, loadEnvironment, readConfig } from './config.js'
import { connectRedis, type SharedState } from './redis.js'
import { createUsers, demoPassword, demoPeople, realPeople, type Person } from './users.js'

const logger = pino({ base: null })
/** What was started, and how it is ended; the last one first. */
const endings: (() => unknown)[] = []
let isReady = false

async function start(config: Config): Promise<void> {
  const isReal = config.signalwire !== undefined && config.simulatorUrl === undefined
  const space = config.signalwire ?? await simulatedSpace(config)
  const simulatorUrl = isReal ? undefined : config.simulatorUrl ?? space.space

  const shared = config.redisUrl === undefined ? undefined
    // The demo and each project apart: who got in with the published password must not be in where calls cost money.
    : await connectRedis(config.redisUrl, `acme:${isReal ? space.project : 'demo'}`, logger)
  if (shared) endings.push(shared.close)

  const people = isReal ? realPeople(config.demoPhone ?? null, passwords(config, shared)) : demoPeople
  const users = await createUsers(people, shared?.phones)

  // Slow clients lose their connection instead of holding it.
  const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000, connectionsCheckingInterval: 2000 })
  // The demo's password is published, so it stays on this machine; in production a proxy or a container is in front.
  await listen(server, config.port, config.isProduction ? undefined : '127.0.0.1')
  const { port } = server.address() as AddressInfo
  const publicUrl = config.publicUrl ?? `http://127.0.0.1:${port}`
  const { app, voiceOtp } = createApp({
    users,
    publicUrl,
    otherOrigins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
    sessionSecret: config.sessionSecret,
    secret: config.secrets,
    signalwire: space,
    simulatorUrl,
    demoLogins: isReal ? undefined : { password: demoPassword, usernames: people.map(each => each.username) },
    sessionStore: shared?.sessionStore,
    counters: shared?.counters,
    isReady: () => isReady && (shared?.isReady() ?? true),
    logger,
  })
  server.on('request', app)
  await voiceOtp.warmUp()
  isReady = true
  introduce(publicUrl, simulatorUrl, people, config)
}

async function simulatedSpace({ simulatorPort }: Config): Promise<SignalWireOptions> {
  const simulator = await Simulator.start({ port: simulatorPort, clock: 'real' })
  endings.push(() => simulator.stop())
  return simulator.signalwire
}

/** Random at each start; from the session's secret where several processes must agree on them. */
function passwords({ sessionSecret }: Config, shared: SharedState | undefined): (username: string) => string {
  return username => (shared ? createHmac('sha256', sessionSecret).update(`password of ${username}`).digest() : randomBytes(15)).subarray(0, 15).toString('base64url')
}

async function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  endings.push(() => new Promise(resolve => {
    server.close(resolve)
    server.closeIdleConnections()
    // A browser that polls or a call in progress may finish; one that hangs may not hold the process.
    setTimeout(() => server.closeAllConnections(), 3000).unref()
  }))
}

function introduce(publicUrl: string, simulatorUrl: string | undefined, people: readonly Person[], config: Config): void {
  const lines = [`The app:        ${publicUrl}`]
  if (simulatorUrl !== undefined) lines.push(`The telephones: ${simulatorUrl}`, '', `Log in as ${people.map(each => each.username).join(', ')}; the password of each is: ${demoPassword}`)
  else {
    lines.push('', 'Log in as alice; whoever has no number here can not get in. Passwords, printed this once:')
    for (const { username, password } of people) lines.push(`  ${username.padEnd(8)} ${password}`)
    if (config.demoPhone === undefined) lines.push('DEMO_PHONE is not set, so nobody can be called: set it to the number of your own telephone, which becomes alice\'s.')
  }
  if (config.hasOwnSecrets) lines.push('', `SESSION_SECRET or VOICE_OTP_SECRET is not set: one was drawn for this start${config.redisUrl === undefined ? '.' : ', and other processes on this Redis will not share it.'}`)
  console.log(lines.join('\n'))
}

async function stop(): Promise<void> {
  isReady = false
  for (const end of endings.splice(0).reverse()) {
    await Promise.resolve(end()).catch(() => undefined)
  }
}

function explain(error: unknown): string {
  const { code, port } = error as { code?: string, port?: number }
  if (code === 'EADDRINUSE') return `Port ${String(port)} is in use: stop what listens there, or set PORT (and SIMULATOR_PORT) to free ones.`
  if (code === 'EACCES') return `Port ${String(port)} may not be used: set PORT to one above 1023.`
  if (error instanceof ConfigError || error instanceof VoiceOtpError) return error.message
  if (error instanceof TypeError) return inVariables(error.message)
  return `The example could not start: ${error instanceof Error ? error.message : 'for an unknown reason'}`
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  let asked = false
  process.on(signal, () => {
    if (asked) process.exit(1)
    asked = true
    void stop().then(() => process.exit(0))
  })
}

try {
  loadEnvironment()
  await start(readConfig(process.env))
} catch (error) {
  console.error(explain(error))
  await stop()
  process.exit(1)
}
