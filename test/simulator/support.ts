// An app that answers webhooks as told, and what it was asked.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { Simulator, type SimulatorOptions } from 'passport-voice-otp/simulator'

export const alice = '+12025550123'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  readonly req: IncomingMessage
}

type Answer = string | ((asked: Asked, res: ServerResponse) => unknown)

export interface App {
  readonly url: string
  readonly asked: Asked[]
  /** What each path answers: the inside of a `<Response>`, or whatever the function does. */
  readonly answers: Record<string, Answer>
}

export async function startApp(answers: Record<string, Answer> = {}): Promise<App> {
  const asked: Asked[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const { pathname, search } = new URL(req.url ?? '', 'http://app')
        const text = req.method === 'GET' ? search : Buffer.concat(chunks).toString()
        const request = {
          method: req.method ?? '',
          path: pathname,
          fields: Object.fromEntries(new URLSearchParams(text)),
          req,
        }
        asked.push(request)
        const answer = answers[pathname] ?? '<Hangup/>'
        if (typeof answer === 'string')
          sendXml(res, `<?xml version="1.0" encoding="UTF-8"?><Response>${answer}</Response>`)
        else answer(request, res)
      })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answers }
}

export function sendXml(res: ServerResponse, xml: string, contentType = 'application/xml'): void {
  res.writeHead(200, { 'Content-Type': contentType }).end(xml)
}

export async function startSimulator(options?: SimulatorOptions): Promise<Simulator> {
  const simulator = await Simulator.start(options)
  onTestFinished(() => simulator.stop())
  return simulator
}

export const authorization = ({ signalwire: { project, token } }: Simulator) =>
  `Basic ${Buffer.from(`${project}:${token}`).toString('base64')}`

/** A form to the REST API, as a client sends it. */
export async function post(
  simulator: Simulator,
  resource: string,
  fields: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of any shape
): Promise<{ status: number; body: any }> {
  const response = await fetch(
    `${simulator.url}/api/laml/2010-04-01/Accounts/${simulator.signalwire.project}/${resource}`,
    {
      method: 'POST',
      headers: {
        Authorization: authorization(simulator),
        'Content-Type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: typeof fields === 'string' ? fields : new URLSearchParams(fields),
    },
  )
  return { status: response.status, body: await response.json() }
}

export async function get(
  simulator: Simulator,
  resource: string,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of any shape
): Promise<{ status: number; body: any }> {
  const response = await fetch(
    `${simulator.url}/api/laml/2010-04-01/Accounts/${simulator.signalwire.project}/${resource}`,
    { headers: { Authorization: authorization(simulator) } },
  )
  return { status: response.status, body: await response.json() }
}

/** Places a call to Alice whose app is asked at `url`; answers its SID. */
export async function place(
  simulator: Simulator,
  url: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { status, body } = await post(simulator, 'Calls', {
    To: alice,
    From: simulator.signalwire.from,
    Url: url,
    ...more,
  })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return (body as { sid: string }).sid
}

/** A request with any headers, `Host` and `Origin` among them, which fetch would not send. */
export function raw(
  simulator: Simulator,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(simulator.url)
    request({ host: '127.0.0.1', port, method, path, headers, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        })
      })
    })
      .on('error', reject)
      .end(body)
  })
}

/** JSON to the simulator's own face. */
export async function face(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of any shape
): Promise<{ status: number; body: any }> {
  const { status, text } = await raw(
    simulator,
    method,
    path,
    { 'Content-Type': 'application/json' },
    body === undefined ? '' : JSON.stringify(body),
  )
  return { status, body: JSON.parse(text) as unknown }
}
