// The health check of the container. It asks the address that other containers use. If the app
// listens on loopback only, no other container can reach it, and the check fails.
import { networkInterfaces } from 'node:os'

const addresses = Object.values(networkInterfaces()).flat()
const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')
const url = `http://${outside?.address ?? '127.0.0.1'}:${process.env.PORT || 3000}/healthz`
const isHealthy = await fetch(url, { signal: AbortSignal.timeout(2500) }).then(
  response => response.ok,
  () => false,
)
process.exit(isHealthy ? 0 : 1)
