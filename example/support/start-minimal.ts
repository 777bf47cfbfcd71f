// `npm run example:minimal`: starts a simulated Space, and the app of example/minimal/ with its
// credentials.
import { randomBytes } from 'node:crypto'
import { Simulator } from 'passport-voice-otp/simulator'
import { must, readConfig } from './config.js'
import { explainError } from './messages.js'

// For example, a port may be in use.
process.on('uncaughtException', error => {
  console.error(explainError(error))
  process.exit(1)
})

const { PORT, SIMULATOR_PORT } = process.env
const { port, simulatorPort } = readConfig({ PORT, SIMULATOR_PORT })
must(port !== 0, 'PORT: this app needs a port other than 0.')
const simulator = await Simulator.start({ port: simulatorPort, clock: 'real', callsPerSecond: 1 })
const { project, token, space, from, signingKey } = simulator.signalwire
Object.assign(process.env, {
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  SESSION_SECRET: randomBytes(32).toString('base64url'),
  VOICE_OTP_SECRET: randomBytes(32).toString('base64url'),
  SIGNALWIRE_PROJECT: project,
  SIGNALWIRE_TOKEN: token,
  SIGNALWIRE_SPACE: space,
  SIGNALWIRE_NUMBER: from,
  SIGNALWIRE_SIGNING_KEY: signingKey,
})
console.log(`The phones: ${simulator.url}`)
// @ts-expect-error -- the app is plain JavaScript without types
await import('../minimal/app.cjs')
