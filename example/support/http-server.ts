import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/**
 * Listens before the app is ready, so that a port in use is reported at once. Until the app handles
 * the requests, every request gets a 503. SIGINT and SIGTERM end the process.
 * @param host `undefined` = all interfaces.
 */
export async function openServer(port: number, host: string | undefined): Promise<Server> {
  const server = createServer(
    // A slow client loses its connection instead of blocking it.
    { requestTimeout: 15_000, headersTimeout: 10_000, connectionsCheckingInterval: 2000 },
    respondStarting,
  ).listen(port, host)
  await once(server, 'listening')
  server.on('close', () => process.exit())
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(server))
  return server
}

/** Requests in progress may finish, but a client that hangs must not keep the process alive. */
function stop(server: Server): void {
  server.close()
  setTimeout(() => server.closeAllConnections(), 3000)
}

function respondStarting(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '1' })
  res.end(JSON.stringify({ ready: false, message: 'The app is starting. Try again in a second.' }))
}
