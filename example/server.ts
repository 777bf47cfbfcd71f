import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VoiceOtpError, type SignalWireOptions } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { pino } from 'pino'
import { createApp } from './app.js'
import { checkCredentials, checkPublicUrl, type Finding } from './check.js'
import { type Config, ConfigError, inVariables, loadEnvironment, readConfig } from './config.js'
import { connectRedis } from './redis.js'
import { createUsers, demoPassword, demoPeople, realPeople } from './users.js'

const isCheck = process.argv.includes('--check')
const logger = pino({ base: null })
/** What was started, and how it is ended; the last one first. */
const endings: (() => unknown)[] = []
let isReady = false

async function start(config: Config) {
  const { isReal, instance } = config
  const space = config.signalwire ?? (await simulatedSpace(config))
  const simulatorUrl = isReal ? undefined : space.space

  const shared =
    config.redisUrl === undefined
      ? undefined
      : // The demo and each project apart: who got in with the published password must not be in where calls cost money.
        await connectRedis(config.redisUrl, `acme:${isReal ? space.project : 'demo'}`, logger)
  if (shared) endings.push(shared.close)

  // Random at each start; from the session's secret where several processes must agree on them.
  const password = (username: string): string =>
    (shared
      ? createHmac('sha256', config.sessionSecret[0] ?? '')
          .update(`password of ${username}`)
          .digest()
      : randomBytes(15)
    )
      .subarray(0, 15)
      .toString('base64url')
  const passwords = isReal
    ? new Map(demoPeople.map(({ username }) => [username, password(username)]))
    : undefined

  // Slow clients lose their connection instead of holding it.
  const server = createServer({
    requestTimeout: 15_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2000,
  })
  // The demo's password is published, so it stays on this machine; in production a proxy or a container is in front.
  await listen(server, config.port, config.isProduction ? undefined : '127.0.0.1')
  const { port } = server.address() as AddressInfo
  const publicUrl = config.publicUrl ?? `http://127.0.0.1:${port}`
  const { app, voiceOtp } = createApp({
    users: createUsers(
      passwords ? await realPeople(config.demoPhone ?? null, passwords) : demoPeople,
      shared?.phones,
    ),
    publicUrl,
    otherOrigins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
    sessionSecret: config.sessionSecret,
    secret: config.secrets,
    signalwire: space,
    countries: isReal ? config.countries : undefined,
    // A Space carries texts only for a campaign that the carriers have registered; see the README.
    channels: isReal ? ['call'] : ['call', 'sms', 'hosted-call', 'hosted-sms'],
    simulatorUrl,
    sessionStore: shared?.sessionStore,
    limiter: shared?.limiter,
    remember: shared && { days: 30, store: shared.browsers },
    recovery: shared?.recovery,
    health: () => ({ ready: isReady && (shared?.isReady() ?? true), instance }),
    logger,
  })
  server.on('request', app)
  await voiceOtp.warmUp()
  isReady = true
  return { config, port, publicUrl, space, simulatorUrl, passwords, shared }
}

type Started = Awaited<ReturnType<typeof start>>

async function simulatedSpace({ simulatorPort }: Config): Promise<SignalWireOptions> {
  const simulator = await Simulator.start({ port: isCheck ? 0 : simulatorPort, clock: 'real' })
  endings.push(() => simulator.stop())
  return simulator.signalwire
}

async function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  const attempt = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject).listen(wanted, host, resolve)
    })
  // During a check the app itself may be running on its port already, and be what the address leads to.
  await attempt(port).catch((error: unknown) => {
    if (!isCheck) throw error
    return attempt(0)
  })
  endings.push(
    () =>
      new Promise(resolve => {
        server.close(resolve)
        server.closeIdleConnections()
        // A browser that polls or a call in progress may finish; one that hangs may not hold the process.
        setTimeout(() => server.closeAllConnections(), 3000).unref()
      }),
  )
}

const noDemoPhone =
  'DEMO_PHONE is not set, so nobody can be called: set it to the number of your own telephone'

function introduce({ config, publicUrl, simulatorUrl, passwords }: Started): void {
  const lines = [`The app:        ${publicUrl}`]
  if (passwords === undefined) {
    lines.push(
      `The telephones: ${simulatorUrl ?? ''}`,
      '',
      `Log in as ${demoPeople.map(each => each.username).join(', ')}; the password of each is: ${demoPassword}`,
    )
  } else {
    lines.push(
      '',
      'Log in as alice; whoever has no number here can not get in. Passwords, printed this once:',
    )
    for (const [username, password] of passwords) lines.push(`  ${username.padEnd(8)} ${password}`)
    if (config.demoPhone === undefined) lines.push(`${noDemoPhone}, which becomes alice's.`)
    lines.push('', 'Is it all set up? npm run example -- --check')
  }
  if (config.hasOwnSecrets)
    lines.push(
      '',
      `SESSION_SECRET or VOICE_OTP_SECRET is not set: one was drawn for this start${config.redisUrl === undefined ? '.' : ', and other processes on this Redis will not share it.'}`,
    )
  console.log(lines.join('\n'))
}

async function reportCheck({ config, port, publicUrl, space, shared }: Started): Promise<boolean> {
  const findings: Finding[] = await Promise.all([
    checkCredentials(space),
    checkPublicUrl(publicUrl, config.instance, config.port || port),
  ])
  if (shared)
    findings.push(
      shared.isReady()
        ? { isGood: true, text: 'Redis answers.' }
        : {
            isGood: false,
            text: 'REDIS_URL: no Redis answers there. Start it, or correct the address.',
          },
    )
  if (config.isReal && config.demoPhone === undefined)
    findings.push({ isGood: false, text: `${noDemoPhone}.` })
  for (const { isGood, text } of findings) console.log(`${isGood ? 'good ' : 'wrong'} ${text}`)
  const isGood = findings.every(each => each.isGood)
  if (!config.isReal)
    console.log(
      'This was the demo with its simulator; for your own Space, set the five SIGNALWIRE_* variables.',
    )
  else if (isGood)
    console.log(
      'Only a call can show whether SIGNALWIRE_SIGNING_KEY is right: with a wrong one, the log says webhook.rejected, signature.',
    )
  return isGood
}

async function stop(): Promise<void> {
  isReady = false
  for (const end of endings.splice(0).reverse()) {
    await Promise.resolve(end()).catch(() => undefined)
  }
}

function explain(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE')
    return `Port ${String(port)} is in use: stop what listens there, or set PORT (and SIMULATOR_PORT) to free ones.`
  if (code === 'EACCES') return `Port ${String(port)} may not be used: set PORT to one above 1023.`
  if (error instanceof ConfigError || error instanceof VoiceOtpError) return error.message
  if (error instanceof TypeError) return inVariables(error.message)
  return `The example could not start: ${error instanceof Error ? error.message : 'for an unknown reason'}`
}

// The terminal, npm and tsx may each send one; the first is enough, and ends it within seconds.
let stopping: Promise<void> | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    stopping ??= stop().then(() => process.exit(0))
  })

try {
  const strange = process.argv.slice(2).find(word => word !== '--check')
  if (strange !== undefined)
    throw new ConfigError(
      `There is no ${strange} here: only --check, and the variables that .env.example explains.`,
    )
  loadEnvironment()
  const started = await start(readConfig(process.env))
  if (isCheck) {
    process.exitCode = (await reportCheck(started)) ? 0 : 1
    await stop()
  } else {
    introduce(started)
  }
} catch (error) {
  console.error(explain(error))
  await stop()
  process.exit(1)
}
