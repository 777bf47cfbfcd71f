// The harness of the simulator's tests: an app whose responses to webhooks are set by the test, and
// clients of the REST API.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { onTestFinished, vi } from 'vitest'
import { listen } from '../support/listen.js'
import { type SimulatedCall, Simulator, type SimulatorOptions } from 'passport-voice-otp/simulator'

export const alice = '+12025550123'
export const bob = '+12025550145'

/** A webhook as the app got it. */
export interface ReceivedWebhook {
  readonly method: string
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  readonly req: IncomingMessage
}

type Response = string | ((webhook: ReceivedWebhook, res: ServerResponse) => unknown)

export interface App {
  readonly url: string
  readonly received: ReceivedWebhook[]
  /**
   * The response of each path: the inside of a `<Response>`, or what the function does. Default:
   * the call ends.
   */
  readonly responses: Record<string, Response>
}

/** Starts an app. With `responses`, a test says what the app responds to a webhook. */
export async function startApp(responses: Record<string, Response> = {}): Promise<App> {
  const received: ReceivedWebhook[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const { pathname, search } = new URL(req.url ?? '', 'http://app')
        const text = req.method === 'GET' ? search : Buffer.concat(chunks).toString()
        const webhook = {
          method: req.method ?? '',
          path: pathname,
          fields: Object.fromEntries(new URLSearchParams(text)),
          req,
        }
        received.push(webhook)
        const response = responses[pathname] ?? '<Hangup/>'
        if (typeof response === 'string') sendXml(res, `<Response>${response}</Response>`)
        else response(webhook, res)
      })
  })
  const { url, close } = await listen(server)
  onTestFinished(close)
  return { url, received, responses }
}

export function sendXml(res: ServerResponse, xml: string, contentType = 'application/xml'): void {
  res.writeHead(200, { 'Content-Type': contentType }).end(xml)
}

export async function startSimulator(options?: SimulatorOptions): Promise<Simulator> {
  const simulator = await Simulator.start(options)
  onTestFinished(() => simulator.stop())
  return simulator
}

/** A Gather whose keys go to `/keys`. */
export const gather = (
  url: string,
  attributes = 'numDigits="2" timeout="5"',
  inside = '<Say>Two digits</Say>',
) => `<Gather action="${url}/keys" ${attributes}>${inside}</Gather><Say>Nothing came</Say>`

/** A simulator, and an app that asks for two digits and then says thank you. */
export async function startBoth(options?: SimulatorOptions) {
  const [simulator, app] = [await startSimulator(options), await startApp()]
  app.responses['/open'] = gather(app.url)
  app.responses['/keys'] = '<Say>Thank you</Say>'
  /** Creates a call to Alice. Returns its SID. */
  const order = (more?: Readonly<Record<string, string>>) =>
    place(simulator, `${app.url}/open`, more)
  /** Creates a call and answers it. Returns the call when it waits for a person or is over. */
  const callNow = async (more?: Readonly<Record<string, string>>): Promise<SimulatedCall> => {
    const sid = await order(more)
    await simulator.answer(sid)
    await simulator.idle(sid)
    return simulator.call(sid)!
  }
  /** The person presses keys and listens. Returns the call as it is then. */
  const press = async (sid: string, keys: string): Promise<SimulatedCall> => {
    await simulator.press(sid, keys)
    await simulator.idle(sid)
    return simulator.call(sid)!
  }
  return { simulator, app, order, callNow, press }
}

/**
 * Waits for the sockets while the timers of this process may stand still, until something is so.
 */
export async function until(isSo: () => boolean, milliseconds = 20_000): Promise<void> {
  const end = performance.now() + milliseconds
  while (!isSo()) {
    if (performance.now() > end)
      throw new Error(`Not so after ${milliseconds} ms: ${isSo.toString()}`)
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** Stops the timers of this process, so that the test moves them. The sockets go on. */
export function stopTimers(...names: ('setTimeout' | 'setInterval')[]): void {
  const given = names.length === 0 ? (['setTimeout'] as const) : names
  vi.useFakeTimers({
    toFake: given.flatMap(name => [name, name.replace('set', 'clear') as 'clearTimeout']),
  })
  onTestFinished(() => {
    vi.useRealTimers()
  })
}

export const authorization = ({ signalwire: { project, token } }: Simulator) =>
  `Basic ${Buffer.from(`${project}:${token}`).toString('base64')}`

/** Sends a form to the REST API, as a client does. */
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

/** Reads from the REST API. */
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

/** Sends JSON to the routes of hosted MFA. */
export async function mfa(
  simulator: Simulator,
  path: string,
  body: unknown,
  contentType = 'application/json',
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of any shape
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${simulator.url}/api/relay/rest/mfa/${path}`, {
    method: 'POST',
    headers: { Authorization: authorization(simulator), 'Content-Type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

/** Creates a call to Alice with this URL for its webhooks. Returns its SID. */
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
  if (status !== 200) throw new Error(JSON.stringify(body))
  return (body as { sid: string }).sid
}

/** Sends a request with any headers, also `Host` and `Origin`, which fetch would not send. */
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

/** Sends JSON to the simulator's routes for scripts. */
export async function control(
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
