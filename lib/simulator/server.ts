import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { handleControl } from './control.js'
import { SimulatorError } from './errors.js'
import { respond } from './http/body.js'
import { handleRest } from './rest/rest.js'
import { isRestPath } from './rest/routes.js'
import type { Space } from './space.js'

/**
 * Listens on loopback unless the user decides otherwise, because every client can read every code.
 * @internal
 */
export async function listen(
  space: Space,
  port: number,
  host: string,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  const { port: actualPort } = server.address() as AddressInfo
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map(
    host => new URL(`http://${host}:${actualPort}`).host,
  )
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    handle(space, req, res, hosts).catch((error: unknown) => {
      respondWithError(res, error)
    })
  })
  return { url: `http://127.0.0.1:${actualPort}`, close: () => close(server) }
}

async function handle(
  space: Space,
  req: IncomingMessage,
  res: ServerResponse,
  hosts: readonly string[],
): Promise<void> {
  // With a host name of its own that leads here (DNS rebinding), a page of an attacker could read
  // the codes.
  if (!hosts.includes(req.headers.host?.toLowerCase() ?? ''))
    throw new SimulatorError(403, `the Host must be one of ${hosts.join(', ')}`)
  /* v8 ignore next -- a request has a URL */
  const { url = '' } = req
  if (!url.startsWith('/')) throw new SimulatorError(400, 'request a path, not an absolute URL')
  /* v8 ignore next -- split() returns at least one part */
  const path = url.split('?')[0] ?? ''
  if (isRestPath(path)) await handleRest(space, req, res, path)
  else
    await handleControl(
      space,
      req,
      res,
      path,
      hosts.map(host => `http://${host}`),
    )
}

function respondWithError(res: ServerResponse, error: unknown): void {
  if (error instanceof SimulatorError) respond(res, error.status, { error: error.message })
  else respond(res, 500, { error: 'the simulator failed' })
}

async function close(server: Server): Promise<void> {
  await new Promise<void>(resolve => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
