import type { ServerResponse } from 'node:http'

/** Answers with JSON; every answer of this package that is not LaML. @internal */
export function sendJson(res: ServerResponse, status: number, body: object): void {
  if (res.headersSent) return // a time limit of the app's answered; to throw here would end the process
  res
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(body))
}
