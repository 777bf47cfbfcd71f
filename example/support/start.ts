import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { Simulator } from 'passport-voice-otp/simulator'
import { createApp } from '../app.js'
import { createPasswords, createUsers, demoPeople, realPeople } from '../stores/users.js'
import type { Config } from './config.js'
import { createDemoLimits } from './demo-limits.js'
import { openServer } from './http-server.js'

/** The example while it runs. */
export type RunningExample = Awaited<ReturnType<typeof startExample>>

/**
 * Starts the example. Resolves when the app can serve requests. The server responds with 503 until
 * then.
 * @param isCheck Only for `--check`, while the example itself may be running on its ports.
 */
export async function startExample(config: Config, logger: Logger, isCheck: boolean) {
  const { host, isReal, redisUrl } = config
  const server = await openServer(config.port, host).catch((error: unknown) =>
    isCheck ? openServer(0, host) : Promise.reject(error),
  )
  const { port } = server.address() as AddressInfo
  const publicUrl = config.publicUrl ?? `http://127.0.0.1:${port}`
  const signalwire = config.signalwire ?? (await startSimulator(config, isCheck))
  const simulatorUrl = isReal ? undefined : signalwire.space
  // The demo and each project use different keys. A user who logged in with the published password
  // must not be logged in where calls cost money.
  const keyPrefix = `acme:${isReal ? signalwire.project : 'demo'}`
  const redis = redisUrl ? await connectRedis(redisUrl, keyPrefix, logger) : undefined
  // Without Redis, and with the simulator in this process, the demo has limits of its own.
  const demo = config.signalwire || redis ? undefined : createDemoLimits()
  // Processes that share a Redis must agree on the passwords.
  const passwords = isReal ? createPasswords(redis && config.sessionSecret[0]) : undefined
  const people = passwords ? await realPeople(config.demoPhone ?? null, passwords) : demoPeople

  const { app, voiceOtp } = createApp({
    ...redis?.stores,
    ...demo,
    users: createUsers(people, redis?.stores.records),
    publicUrl,
    otherOrigins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
    sessionSecret: config.sessionSecret,
    secret: config.secrets,
    signalwire,
    countries: isReal ? config.countries : undefined,
    // SignalWire delivers text messages only for a campaign that the carriers have registered:
    // see docs/channels.md.
    channels: isReal ? ['call'] : ['call', 'sms', 'hosted-call', 'hosted-sms'],
    simulatorUrl,
    isReady: () => redis?.client.isReady ?? true,
    logger,
  })
  await voiceOtp.warmUp()
  server.removeAllListeners('request').on('request', app)
  return { config, publicUrl, simulatorUrl, passwords, voiceOtp, redis }
}

async function startSimulator({ simulatorPort, host }: Config, isCheck: boolean) {
  const port = isCheck ? 0 : simulatorPort
  return (await Simulator.start({ port, host, clock: 'real', callsPerSecond: 1 })).signalwire
}

/** Loads the client of Redis only where it is used. */
async function connectRedis(url: string, keyPrefix: string, logger: Logger) {
  return (await import('../stores/redis.js')).connectRedis(url, keyPrefix, logger)
}
