import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SimulatorError } from './errors.js'
import { checkFaults, checkQueue, isRecord } from './network/faults.js'
import { contentTypeOf, parseJson, readBody, respond } from './http/body.js'
import type { Space } from './space.js'
import { checkKeys, checkPhone } from './network/phones.js'

const newest = 20
const commentMilliseconds = 15_000
const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}
const pageHeaders = {
  'Content-Security-Policy':
    "default-src 'self'; frame-ancestors http://127.0.0.1:* http://localhost:*",
  'Referrer-Policy': 'no-referrer',
}

/** The simulator's own HTTP face, for scripts and for its page of telephones. @internal */
export async function handleFace(
  space: Space,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  ownOrigins: readonly string[],
): Promise<void> {
  const {
    method = '',
    headers: { origin },
  } = req
  // A page from elsewhere may send requests here with the browser's help: it could press keys and read codes.
  if (origin !== undefined && !ownOrigins.includes(origin))
    throw new SimulatorError(403, 'requests from pages of other origins are refused')
  if (method === 'GET') await get(space, res, path)
  else respond(res, 200, change(space, method, path, await readJson(req)))
}

async function get(space: Space, res: ServerResponse, path: string): Promise<void> {
  if (path === '/calls.json') respond(res, 200, space.snapshots())
  else if (path === '/mfa.json') respond(res, 200, [...space.mfaRequests].reverse())
  else if (path === '/messages.json') respond(res, 200, [...space.messages].reverse())
  else if (path === '/events') streamEvents(space, res)
  else await sendPage(res, path)
}

/** The body of a request that changes something, as JSON; a form could be sent by any page without asking first. */
async function readJson(req: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await readBody(req)
  const isJson = contentTypeOf(req) === 'application/json'
  if (!isJson && (text !== '' || req.headers.origin !== undefined))
    throw new SimulatorError(400, 'send JSON with Content-Type: application/json')
  const json = text === '' ? {} : parseJson(text)
  if (!isRecord(json)) throw new SimulatorError(400, 'send a JSON object')
  return json
}

function change(
  space: Space,
  method: string,
  path: string,
  body: Readonly<Record<string, unknown>>,
): unknown {
  const [, sid, action] = /^\/calls\/([^/]+)\/(answer|hangup|keys)$/.exec(path) ?? []
  if (method === 'POST' && sid !== undefined) return act(space, sid, action, body)
  const [, number] = /^\/phones\/([^/]+)$/.exec(path) ?? []
  if (method === 'PUT' && number !== undefined) return setPhone(space, decode(number), body)
  if (method === 'PUT' && path === '/faults') return (space.faults = checkFaults(body))
  if (method === 'DELETE' && path === '/faults') return (space.faults = {})
  if (method === 'PUT' && path === '/queue')
    return { delayMs: (space.queueMilliseconds = checkQueue(body)) }
  throw new SimulatorError(404, `there is no ${method} ${path.slice(0, 80)} here`)
}

function act(
  space: Space,
  sid: string,
  action: string | undefined,
  body: Readonly<Record<string, unknown>>,
): unknown {
  const call = space.calls.get(sid)
  if (call === undefined) throw new SimulatorError(404, `there is no call ${sid.slice(0, 64)}`)
  if (action === 'answer') call.answer()
  else if (action === 'hangup') call.hangUp()
  else call.press(checkKeys(body['digits']))
  return call.snapshot()
}

function setPhone(
  space: Space,
  number: string,
  { behaviour, keys, ...others }: Readonly<Record<string, unknown>>,
): unknown {
  const [other] = Object.keys(others)
  if (other !== undefined)
    throw new SimulatorError(
      400,
      `'${other.slice(0, 40)}' is nothing a telephone has: give { behaviour, keys? }`,
    )
  const telephone = checkPhone(number, behaviour, keys)
  space.phones.set(number, telephone)
  return telephone
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new SimulatorError(400, 'the number in the path is malformed')
  }
}

/** Server-sent events: the state at once and after every change, many changes of one tick together. */
function streamEvents(space: Space, res: ServerResponse): void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  const send = (): void => {
    scheduled = undefined
    const state = {
      calls: space.snapshots(newest),
      messages: space.messages.slice(-newest).reverse(),
      mfa: space.mfaRequests.slice(-newest).reverse(),
    }
    res.write(`event: state\ndata: ${JSON.stringify(state)}\n\n`)
  }
  let scheduled: NodeJS.Immediate | undefined
  const forget = space.onChange(() => {
    scheduled ??= setImmediate(send)
  })
  // Proxies and browsers drop a stream on which nothing comes.
  const timer = setInterval(() => {
    res.write(':\n\n')
  }, commentMilliseconds).unref()
  res.on('close', () => {
    forget()
    clearInterval(timer)
    clearImmediate(scheduled)
  })
  send()
}

async function sendPage(res: ServerResponse, path: string): Promise<void> {
  // Only plain names: no path leads out of the folder.
  const [, name, extension = ''] =
    /^\/page\/([a-z0-9-]+\.(html|css|js|svg))$/.exec(path === '/' ? '/page/index.html' : path) ?? []
  const content =
    name === undefined
      ? undefined
      : await readFile(new URL(`./page/${name}`, import.meta.url), 'utf8').catch(() => undefined)
  /* v8 ignore else -- reached; V8 miscounts after the await */
  if (content === undefined) throw new SimulatorError(404, `there is no ${path.slice(0, 80)} here`)
  /* v8 ignore next -- each has a type */
  respond(res, 200, content, { 'Content-Type': types[extension] ?? 'text/plain', ...pageHeaders })
}
