// The example's app, listening on a free port, with a simulated Space.
import { createServer, type ServerOptions } from 'node:http'
import { pino } from 'pino'
import { Simulator, type SimulatorOptions } from 'passport-voice-otp/simulator'
import { type AppOptions, createApp } from '../../example/app.js'
import { type Account, cheapPeople, createUsers, type Users } from './people.js'
import { listen } from './listen.js'
import { secret, sessionSecret } from './secrets.js'

/** How a site is started. The other options are those of `createApp`. */
export interface ExampleOptions extends Partial<
  Omit<AppOptions, 'users' | 'publicUrl' | 'signalwire' | 'logger'>
> {
  readonly signalwire?: AppOptions['signalwire']
  /** Default: the people of the demo. */
  readonly people?: readonly Account[]
  readonly users?: Users
  readonly simulatorOptions?: SimulatorOptions
  readonly serverOptions?: ServerOptions
  /** Options that need to know the addresses of the app and of the simulated Space. */
  readonly more?: (place: {
    readonly url: string
    readonly port: number
    readonly simulator: Simulator
  }) => Partial<AppOptions>
}

/** Starts the app of `example/`. `close()` ends it. */
export async function startExample({
  people = cheapPeople,
  users = createUsers(people),
  simulatorOptions,
  serverOptions = {},
  more = () => ({}),
  ...options
}: ExampleOptions = {}) {
  const simulator = await Simulator.start(simulatorOptions)
  const server = createServer(serverOptions)
  const { url, port, close } = await listen(server, { backlog: 2048 })
  const logLines: string[] = []
  const write = (line: string): void => {
    logLines.push(line)
  }
  const { app, voiceOtp } = createApp({
    users,
    publicUrl: url,
    sessionSecret,
    secret,
    signalwire: simulator.signalwire,
    logger: pino({ base: null }, { write }),
    ...more({ url, port, simulator }),
    ...options,
  })
  server.on('request', app)

  return {
    url,
    app,
    voiceOtp,
    users,
    simulator,
    /** What the app logged, a line of JSON each. */
    logLines,
    close: async (): Promise<void> => {
      await close()
      await simulator.stop()
    },
  }
}
