import type { IncomingMessage, ServerResponse } from 'node:http'
import { SimulatorError } from './errors.js'
import { streamEvents } from './events.js'
import { contentTypeOf, parseJson, readBody, respond } from './http/body.js'
import { checkFaults, checkQueue, isRecord } from './network/faults.js'
import { checkKeys, checkPhone, isPhoneNumber } from './network/phones.js'
import { sendPage } from './page.js'
import { addPlainPhones, pageOf } from './plain-page.js'
import type { Space } from './space.js'

type Body = Readonly<Record<string, unknown>>

/** The simulator's own routes, for scripts and for its web page. @internal */
export async function handleControl(
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
  // A browser sends requests of a foreign page to this server, too. Such a page could press keys
  // and read codes.
  if (origin !== undefined && !ownOrigins.includes(origin))
    throw new SimulatorError(403, 'requests from pages of other origins are refused')
  if (method === 'GET') await get(space, req, res, path)
  else if (origin !== undefined && contentTypeOf(req) === 'application/x-www-form-urlencoded')
    actOnForm(space, res, method, path, new URLSearchParams(await readBody(req)))
  else respond(res, 200, change(space, method, path, await readJson(req)))
}

async function get(
  space: Space,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<void> {
  if (path === '/calls.json') respond(res, 200, space.snapshots())
  else if (path === '/mfa.json') respond(res, 200, [...space.mfaRequests].reverse())
  else if (path === '/messages.json')
    respond(res, 200, space.messages.map(message => message.snapshot()).reverse())
  else if (path === '/events') streamEvents(space, res)
  else if (path === '/') {
    const query = new URLSearchParams(req.url?.split('?')[1])
    const isWholePage = req.headers['sec-fetch-dest'] === 'document'
    await sendPage(res, '/page/index.html', html =>
      addPlainPhones(html, space, readNumber(query.get('phone')), isWholePage),
    )
  } else await sendPage(res, path)
}

/**
 * A form of the page in a browser without JavaScript, from our own origin. Whatever happened to the
 * call in the meantime, the page shows it.
 */
function actOnForm(
  space: Space,
  res: ServerResponse,
  method: string,
  path: string,
  form: URLSearchParams,
): void {
  if (!path.startsWith('/calls/'))
    throw new SimulatorError(400, 'send JSON with Content-Type: application/json')
  try {
    change(space, method, path, { digits: form.get('digits') })
  } catch (error) {
    /* v8 ignore next -- only a mistake of the simulator throws anything else */
    if (!(error instanceof SimulatorError)) throw error
  }
  respond(res, 303, '', { Location: pageOf(readNumber(form.get('phone'))) })
}

/** A number from a query or a form. A plus sign without encoding arrives as a space. */
function readNumber(text: string | null): string | undefined {
  const number = text?.replace(/^ /, '+')
  return number !== undefined && isPhoneNumber(number) ? number : undefined
}

/**
 * Reads the body of a request that changes something. Only JSON: a form could come from any page
 * without a preflight.
 */
async function readJson(req: IncomingMessage): Promise<Body> {
  const text = await readBody(req)
  const isJson = contentTypeOf(req) === 'application/json'
  if (!isJson && (text !== '' || req.headers.origin !== undefined))
    throw new SimulatorError(400, 'send JSON with Content-Type: application/json')
  const json = text === '' ? {} : parseJson(text)
  if (!isRecord(json)) throw new SimulatorError(400, 'send a JSON object')
  return json
}

function change(space: Space, method: string, path: string, body: Body): unknown {
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

function act(space: Space, sid: string, action: string | undefined, body: Body): unknown {
  const call = space.calls.get(sid)
  if (call === undefined) throw new SimulatorError(404, `there is no call ${sid.slice(0, 64)}`)
  if (action === 'answer') call.answer()
  else if (action === 'hangup') call.hangUp()
  else call.press(checkKeys(body['digits']))
  return call.snapshot()
}

function setPhone(space: Space, number: string, { behaviour, keys, ...others }: Body): unknown {
  const [other] = Object.keys(others)
  if (other !== undefined)
    throw new SimulatorError(
      400,
      `a phone has no '${other.slice(0, 40)}': give { behaviour, keys? }`,
    )
  const phone = checkPhone(number, behaviour, keys)
  space.phones.set(number, phone)
  return phone
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new SimulatorError(400, 'the number in the path is malformed')
  }
}
