// Servers on a free loopback port.
import { randomInt } from 'node:crypto'
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net'

/** A server that is listening, and how to end it. */
export interface Listening {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string
  readonly port: number
  /** Ends the server and every connection. */
  readonly close: () => Promise<void>
}

/** Starts to listen on a free port of 127.0.0.1, unless `options` names a port. */
export async function listen(
  server: Server & { closeAllConnections?: () => void },
  options: ListenOptions = {},
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1', ...options }, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections?.()
      }),
  }
}

/**
 * A free port for a program that cannot listen on port 0. It lies below the ports that systems give
 * to sockets by themselves, so that no other test takes it before the program starts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const listening = await listen(createServer(), { port }).catch(() => undefined)
    await listening?.close()
    if (listening !== undefined) return port
  }
}
