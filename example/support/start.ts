import { createHmac, randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { SignalWireOptions } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { createApp } from '../app.js'
import type { connectRedis } from '../stores/redis.js'
import { createUsers, demoPeople, realPeople } from '../stores/users.js'
import type { Config } from './config.js'
import { createDemoLimits } from './demo-limits.js'
import { openServer, type HttpServer } from './http-server.js'

/** The example while it runs. */
export interface RunningExample {
  readonly config: Config
  readonly port: number
  readonly publicUrl: string
  readonly space: SignalWireOptions
  /** Where the simulated phones are; `undefined` with a real Space. */
  readonly simulatorUrl: string | undefined
  /** With a real Space: the password of each user. */
  readonly passwords: ReadonlyMap<string, string> | undefined
  readonly redis: Redis | undefined
}

type Redis = Awaited<ReturnType<typeof connectRedis>>

/**
 * Starts and stops the example. `isCheck`: only for `--check`, while the example itself may be
 * running on its ports.
 */
export class Example {
  private readonly cleanups: (() => unknown)[] = []
  private isReady = false

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
    private readonly isCheck: boolean,
  ) {}

  /** Resolves when the app can serve requests. The server responds with 503 until then. */
  async start(): Promise<RunningExample> {
    const { config } = this
    const server = await this.openServer()
    const space = config.signalwire ?? (await this.startSimulator())
    const redis = await this.connectRedis(space)
    const example = {
      config,
      port: server.port,
      publicUrl: config.publicUrl ?? `http://127.0.0.1:${server.port}`,
      space,
      simulatorUrl: config.isReal ? undefined : space.space,
      passwords: config.isReal ? makePasswords(config, redis !== undefined) : undefined,
      redis,
    }
    const { app, voiceOtp } = await this.createApp(example)
    await voiceOtp.warmUp()
    server.serve(app)
    this.isReady = true
    return example
  }

  /** Ends everything that was started, the last one first. */
  async stop(): Promise<void> {
    this.isReady = false
    for (const cleanup of this.cleanups.splice(0).reverse())
      await Promise.resolve(cleanup()).catch(() => undefined)
  }

  private async openServer(): Promise<HttpServer> {
    const { port, host } = this.config
    const server = await openServer(port, host).catch((error: unknown) => {
      if (!this.isCheck) throw error
      return openServer(0, host)
    })
    this.cleanups.push(() => server.close())
    return server
  }

  private async startSimulator(): Promise<SignalWireOptions> {
    const { simulatorPort, host } = this.config
    const port = this.isCheck ? 0 : simulatorPort
    const simulator = await Simulator.start({ port, host, clock: 'real', callsPerSecond: 1 })
    this.cleanups.push(() => simulator.stop())
    return simulator.signalwire
  }

  private async connectRedis(space: SignalWireOptions): Promise<Redis | undefined> {
    const { redisUrl, isReal } = this.config
    if (redisUrl === undefined) return undefined
    // The demo and each project use different keys. A user who logged in with the published
    // password must not be logged in where calls cost money.
    const stores = await import('../stores/redis.js')
    const redis = await stores.connectRedis(
      redisUrl,
      `acme:${isReal ? space.project : 'demo'}`,
      this.logger,
    )
    this.cleanups.push(redis.close)
    return redis
  }

  private async createApp({
    port,
    publicUrl,
    space,
    passwords,
    redis,
    ...example
  }: RunningExample) {
    const { config } = this
    // Without Redis, and with the simulator in this process, the demo has limits of its own.
    const demo = config.signalwire === undefined && !redis ? createDemoLimits() : undefined
    const people = passwords ? await realPeople(config.demoPhone ?? null, passwords) : demoPeople
    return createApp({
      users: createUsers(people, redis?.records),
      publicUrl,
      otherOrigins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
      sessionSecret: config.sessionSecret,
      secret: config.secrets,
      signalwire: space,
      countries: config.isReal ? config.countries : undefined,
      // SignalWire delivers text messages only for a campaign that the carriers have registered:
      // see docs/channels.md.
      channels: config.isReal ? ['call'] : ['call', 'sms', 'hosted-call', 'hosted-sms'],
      simulatorUrl: example.simulatorUrl,
      sessionStore: redis?.sessionStore,
      limits: demo?.limits,
      limiter: redis?.limiter ?? demo?.limiter,
      resetDemo: demo?.reset,
      remember: redis && { days: 30, store: redis.browsers },
      recovery: redis?.recovery,
      trail: redis?.trail,
      records: redis?.records,
      health: () => ({
        ready: this.isReady && (redis?.isReady() ?? true),
        instance: config.instance,
      }),
      logger: this.logger,
    })
  }
}

/**
 * A password for each user: random at each start, or derived from the session secret where several
 * processes must agree.
 */
function makePasswords(config: Config, isShared: boolean): ReadonlyMap<string, string> {
  const derive = (username: string): Buffer =>
    createHmac('sha256', config.sessionSecret[0] ?? '')
      .update(`password of ${username}`)
      .digest()
  return new Map(
    demoPeople.map(({ username }) => {
      const bytes = isShared ? derive(username) : randomBytes(15)
      return [username, bytes.subarray(0, 15).toString('base64url')]
    }),
  )
}
