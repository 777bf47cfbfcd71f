import type { Mutable } from '../types/records.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { placeCall, readCall, updateCall } from './calls.js'
import { placeMessage, readMessage } from './messages.js'
import { requestMfa, verifyMfa } from './mfa.js'
import { contentTypeOf, parseJson, readBody, respond } from '../http/body.js'
import { SimulatorError } from '../errors.js'
import { isRecord } from '../network/faults.js'
import { failure, type Outcome } from './outcome.js'
import type { Space } from '../space.js'
import type { RestFault } from '../types/faults.js'
import type { RestRequest } from '../types/records.js'

type Part = 'calls' | 'messages' | 'mfa'

interface Route {
  readonly part: Part
  /** The project in the path; hosted MFA has none. */
  readonly project?: string
  readonly run: (fields: Readonly<Record<string, unknown>>) => Outcome
}

/** @internal */
export const isRestPath = (path: string): boolean => /^\/(?:2010-04-01|api)(?:\/|$)/.test(path)

/** Answers a request to the REST API, faults and all. @internal */
export async function handleRest(
  space: Space,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<void> {
  /* v8 ignore next -- a request has one */
  const request: Mutable<RestRequest> = {
    method: req.method ?? '',
    path,
    fields: {},
    authorized: isAuthorized(space, req),
    status: 0,
  }
  space.requests.push(request)
  const route = findRoute(space, request.method, path)
  const outcome = await decide(space, req, request, route)
  const fault = route === undefined ? undefined : space.faults[route.part]
  const answer = (status: number, body: unknown): void => {
    request.status = status
    respond(res, status, body, status === 401 ? { 'WWW-Authenticate': 'Basic realm="Space"' } : {})
  }
  if (fault === undefined) {
    answer(outcome.status, outcome.body)
    outcome.begin?.()
    return
  }
  outcome.begin?.()
  await space.realDelay(fault.delayMs ?? 0)
  if (fault.drop === true) req.socket.destroy()
  else
    answer(
      fault.status ?? outcome.status,
      fault.body === undefined ? (fault.status === undefined ? outcome.body : {}) : fault.body,
    )
}

async function decide(
  space: Space,
  req: IncomingMessage,
  request: Mutable<RestRequest>,
  route: Route | undefined,
): Promise<Outcome> {
  const isMfa = request.path.startsWith('/api/relay/')
  let fields: Readonly<Record<string, unknown>>
  try {
    fields = await readFields(req, isMfa)
  } catch (error) {
    const { status, message } =
      error instanceof SimulatorError
        ? error
        : new SimulatorError(400, 'the body could not be read')
    return isMfa ? { status, body: { error: message } } : failure(status, '20001', message)
  }
  request.fields = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  const refused = refuse(space, request, route, isMfa)
  if (refused !== undefined) return refused
  /* v8 ignore next -- refuse() was before */
  const fault: RestFault = space.faults[route?.part ?? 'calls'] ?? {}
  if (fault.drop === true || (fault.status ?? 200) >= 300) return { status: 503, body: {} }
  /* v8 ignore next -- refuse() was before */
  return route?.run(fields) ?? failure(404, '20404', 'Not found')
}

function refuse(
  { identity }: Space,
  { authorized }: RestRequest,
  route: Route | undefined,
  isMfa: boolean,
): Outcome | undefined {
  if (!authorized)
    return isMfa
      ? { status: 401, body: { error: 'Unauthorized' } }
      : failure(
          401,
          '20003',
          'Authentication failed: give project ID and API token by Basic authentication',
        )
  if (route === undefined)
    return isMfa
      ? { status: 404, body: { error: 'Not Found' } }
      : failure(404, '20404', 'There is no such resource')
  if (route.project !== undefined && route.project !== identity.project)
    return failure(404, '20404', 'There is no such project in this Space')
  return undefined
}

function findRoute(space: Space, method: string, path: string): Route | undefined {
  const [, project = '', kind, sid] =
    /^(?:\/api\/laml)?\/2010-04-01\/Accounts\/([^/]+)\/(Calls|Messages)(?:\/([^/]+?))?(?:\.json)?$/.exec(
      path,
    ) ?? []
  if (kind === 'Calls' && sid === undefined && method === 'POST')
    return { part: 'calls', project, run: fields => placeCall(space, fields) }
  if (kind === 'Calls' && sid !== undefined && method === 'GET')
    return { part: 'calls', project, run: () => readCall(space, sid) }
  if (kind === 'Calls' && sid !== undefined && method === 'POST')
    return { part: 'calls', project, run: fields => updateCall(space, sid, fields) }
  if (kind === 'Messages' && sid === undefined && method === 'POST')
    return { part: 'messages', project, run: fields => placeMessage(space, fields) }
  if (kind === 'Messages' && sid !== undefined && method === 'GET')
    return { part: 'messages', project, run: () => readMessage(space, sid) }

  const [, channel, id] =
    /^\/api\/relay\/rest\/mfa\/(?:(call|sms)|([^/]+)\/verify)$/.exec(path) ?? []
  if (method !== 'POST') return undefined
  if (channel === 'call' || channel === 'sms')
    return { part: 'mfa', run: fields => requestMfa(space, channel, fields) }
  if (id !== undefined) return { part: 'mfa', run: fields => verifyMfa(space, id, fields) }
  return undefined
}

function isAuthorized(
  { identity: { project, token } }: Space,
  { headers: { authorization = '' } }: IncomingMessage,
): boolean {
  const [, encoded] = /^basic +([\w+/=-]+)$/i.exec(authorization) ?? []
  return (
    encoded !== undefined &&
    Buffer.from(encoded, 'base64').toString('utf8') === `${project}:${token}`
  )
}

async function readFields(
  req: IncomingMessage,
  isMfa: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readBody(req)
  if (req.method !== 'POST') return {}
  if (!isMfa) return parseForm(contentTypeOf(req), text)
  const json = contentTypeOf(req) === 'application/json' ? parseJson(text) : undefined
  if (!isRecord(json))
    throw new SimulatorError(400, 'send a JSON object with Content-Type: application/json')
  return json
}

function parseForm(contentType: string, text: string): Readonly<Record<string, string>> {
  if (text === '') return {}
  if (contentType !== 'application/x-www-form-urlencoded')
    throw new SimulatorError(
      400,
      'send a form with Content-Type: application/x-www-form-urlencoded',
    )
  try {
    decodeURIComponent(text)
  } catch {
    throw new SimulatorError(400, 'the form is malformed')
  }
  const form = new URLSearchParams(text)
  return Object.fromEntries(
    [...new Set(form.keys())].map(name => {
      const values = form.getAll(name)
      // The only field that is a list.
      if (values.length > 1 && name !== 'StatusCallbackEvent')
        throw new SimulatorError(400, `the form has '${name}' ${values.length} times`)
      return [name, values.join(' ')]
    }),
  )
}
