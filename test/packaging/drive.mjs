// Runs one consumer: `node drive.mjs app.js`. Starts a simulated Space and the app, and logs in over HTTP.
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Simulator } from 'passport-voice-otp/simulator'
import { logIn } from './login.mjs'
import { startRedis } from './redis.mjs'

const loaded = await import(pathToFileURL(resolve(process.argv[2])).href)
// Node does not see the export names of a bundled CommonJS file.
const app = loaded.createApp ? loaded : loaded.default
const redis = app.needsRedis ? await startRedis() : undefined
const simulator = await Simulator.start()
const server = createServer()
await new Promise(done => server.listen(0, '127.0.0.1', done))
const origin = `http://127.0.0.1:${server.address().port}`

const listener = await app.createApp({
  secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
  signalwire: simulator.signalwire,
  webhookUrl: `${origin}/voice-otp`,
  ...(redis && { redisUrl: redis.url }),
})
server.on('request', listener)

await (app.check ?? logIn)(origin, simulator)

if (redis) await redis.stop()
await simulator.stop()
process.exit(0) // whatever a framework or a client left open
