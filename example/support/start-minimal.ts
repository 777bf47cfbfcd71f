// `npm run example:minimal`: starts a simulated Space, and the app of example/minimal/ with its
// credentials.
import { Simulator } from 'passport-voice-otp/simulator'
import { must, readConfig } from './config.js'
import { exitWithReason } from './messages.js'

process.on('uncaughtException', exitWithReason) // for example, a port may be in use

const { PORT, SIMULATOR_PORT } = process.env
const { port, simulatorPort, sessionSecret, secrets } = readConfig({ PORT, SIMULATOR_PORT })
must(port !== 0, 'PORT: this app needs a port other than 0.')
const { signalwire } = await Simulator.start({
  port: simulatorPort,
  clock: 'real',
  callsPerSecond: 1,
})
Object.assign(process.env, {
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  SESSION_SECRET: sessionSecret.join(),
  VOICE_OTP_SECRET: secrets.join(),
  SIGNALWIRE_PROJECT: signalwire.project,
  SIGNALWIRE_TOKEN: signalwire.token,
  SIGNALWIRE_SPACE: signalwire.space,
  SIGNALWIRE_NUMBER: signalwire.from,
  SIGNALWIRE_SIGNING_KEY: signalwire.signingKey,
})
console.log(`The phones: ${signalwire.space}`)
// @ts-expect-error -- the app is plain JavaScript without types
await import('../minimal/app.cjs')
