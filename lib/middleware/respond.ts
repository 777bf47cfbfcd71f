import type { ServerResponse } from 'node:http'

/** Sends a JSON response. Every response of this package uses it, except LaML. @internal */
export function sendJson(res: ServerResponse, status: number, body: object): void {
  // A timeout of the app has responded already. To throw here would crash the process.
  if (res.headersSent) return
  res
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(body))
}
