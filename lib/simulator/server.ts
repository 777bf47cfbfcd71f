import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SimulatorError } from './errors.js'
import { handleFace } from './control.js'
import { respond } from './http/body.js'
import { handleRest, isRestPath } from './rest/rest.js'
import type { Space } from './space.js'

/** Listens on this machine only: whoever reaches it hears every code. @internal */
export async function listen(
  space: Space,
  port: number,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  const { port: given } = server.address() as AddressInfo
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map(
    host => new URL(`http://${host}:${given}`).host,
  )
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    handle(space, req, res, hosts).catch((error: unknown) => {
      answerError(res, error)
    })
  })
  return { url: `http://127.0.0.1:${given}`, close: () => close(server) }
}

async function handle(
  space: Space,
  req: IncomingMessage,
  res: ServerResponse,
  hosts: readonly string[],
): Promise<void> {
  // A name that leads here (DNS rebinding) would make a foreign page one of ours.
  if (!hosts.includes(req.headers.host?.toLowerCase() ?? ''))
    throw new SimulatorError(403, `the Host must be one of ${hosts.join(', ')}`)
  const { url = '' } = req
  if (!url.startsWith('/'))
    throw new SimulatorError(400, 'ask for a path, not for an absolute address')
  /* v8 ignore next -- split() answers one */
  const path = url.split('?')[0] ?? ''
  if (isRestPath(path)) await handleRest(space, req, res, path)
  else
    await handleFace(
      space,
      req,
      res,
      path,
      hosts.map(host => `http://${host}`),
    )
}

function answerError(res: ServerResponse, error: unknown): void {
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
