import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that listens before the app is ready, so that a port in use is reported at once. */
export interface HttpServer {
  readonly port: number
  /** From now on the app handles the requests. Until then, every request gets a 503. */
  serve(app: RequestListener): void
  close(): Promise<void>
}

/** @param host `undefined` = all interfaces. */
export async function openServer(port: number, host: string | undefined): Promise<HttpServer> {
  let handle: RequestListener = respondStarting
  // A slow client loses its connection instead of blocking it.
  const server = createServer({
    requestTimeout: 15_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2000,
  })
  server.on('request', (req, res) => handle(req, res))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    serve(app) {
      handle = app
    },
    close: () => closeServer(server),
  }
}

const respondStarting: RequestListener = (_req, res) => {
  res.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '1' })
  res.end(JSON.stringify({ ready: false, message: 'The app is starting. Try again in a second.' }))
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeIdleConnections()
    // Requests in progress may finish, but a client that hangs must not keep the process alive.
    setTimeout(() => server.closeAllConnections(), 3000).unref()
  })
}
