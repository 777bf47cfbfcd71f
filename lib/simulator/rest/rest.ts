import type { IncomingMessage, ServerResponse } from 'node:http'
import { SimulatorError } from '../errors.js'
import { contentTypeOf, parseJson, readBody, respond } from '../http/body.js'
import { isRecord } from '../network/faults.js'
import type { Space } from '../space.js'
import type { Mutable, RestRequest } from '../types/records.js'
import { codes, createCallFailure, failure, type Outcome } from './outcome.js'
import { findRoute, isCreateCall, isMfaPath, type Route } from './routes.js'

type Fields = Readonly<Record<string, unknown>>

/** Handles a request to the REST API, with its faults. @internal */
export async function handleRest(
  space: Space,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<void> {
  const request: Mutable<RestRequest> = {
    /* v8 ignore next -- a request has a method */
    method: req.method ?? '',
    path,
    fields: {},
    authorized: false,
    status: 0,
    response: undefined,
    isFaulty: false,
  }
  space.requests.push(request)
  const route = findRoute(space, request.method, path)
  request.authorized = isAuthorized(space, req) && hasScope(space, route)
  const outcome = await decide(space, req, request, route)
  const fault = route === undefined ? undefined : space.faults[route.part]
  const send = (status: number, body: unknown): void => {
    request.status = status
    request.response = body
    respond(res, status, body, status === 401 ? { 'WWW-Authenticate': 'Basic realm="Space"' } : {})
  }
  if (fault === undefined) {
    send(outcome.status, outcome.body)
    outcome.begin?.()
    return
  }
  request.isFaulty = true
  outcome.begin?.()
  await space.realDelay(fault.delayMs ?? 0)
  if (fault.drop === true) req.socket.destroy()
  else
    send(
      fault.status ?? outcome.status,
      fault.body === undefined ? (fault.status === undefined ? outcome.body : {}) : fault.body,
    )
}

/**
 * What the request leads to. A fault with an error status or a dropped connection has no effect.
 */
async function decide(
  space: Space,
  req: IncomingMessage,
  request: Mutable<RestRequest>,
  route: Route | undefined,
): Promise<Outcome> {
  const isMfa = isMfaPath(request.path)
  let fields: Fields
  try {
    fields = await readFields(req, isMfa)
  } catch (error) {
    const { status, message } =
      error instanceof SimulatorError
        ? error
        : new SimulatorError(400, 'the body could not be read')
    if (isMfa) return { status, body: { error: message } }
    return status === 400 && isCreateCall(request.method, request.path)
      ? createCallFailure(codes.invalidArgument, message)
      : failure(status, codes.invalidArgument, message)
  }
  request.fields = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  if (!request.authorized) return unauthorized(isMfa)
  if (route === undefined) return notFound(isMfa, 'There is no such resource')
  if (route.project !== undefined && route.project !== space.identity.project)
    return notFound(false, 'There is no such project in this Space')
  const { drop = false, status = 200 } = space.faults[route.part] ?? {}
  return drop || status >= 300 ? { status: 503, body: {} } : route.run(fields)
}

function unauthorized(isMfa: boolean): Outcome {
  if (isMfa) return { status: 401, body: { error: 'Unauthorized' } }
  return failure(
    401,
    codes.authentication,
    'Authentication failed: send project ID and API token by Basic authentication. ' +
      'Both are on the page API Credentials of the dashboard. ' +
      'The token needs the scope Voice for calls and Messaging for messages.',
  )
}

function notFound(isMfa: boolean, message: string): Outcome {
  return isMfa
    ? { status: 404, body: { error: 'Not Found' } }
    : failure(404, codes.notFound, message)
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

const hasScope = ({ settings }: Space, route: Route | undefined): boolean =>
  route === undefined || settings.scopes.includes(route.scope)

async function readFields(req: IncomingMessage, isMfa: boolean): Promise<Fields> {
  const text = await readBody(req)
  /* v8 ignore next -- a request has a URL */
  const { url = '' } = req
  if (req.method !== 'POST')
    return parseForm(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '')
  if (!isMfa) {
    if (text !== '' && contentTypeOf(req) !== 'application/x-www-form-urlencoded')
      throw new SimulatorError(
        400,
        'send a form with Content-Type: application/x-www-form-urlencoded',
      )
    return parseForm(text)
  }
  const json = contentTypeOf(req) === 'application/json' ? parseJson(text) : undefined
  if (!isRecord(json))
    throw new SimulatorError(400, 'send a JSON object with Content-Type: application/json')
  return json
}

function parseForm(text: string): Readonly<Record<string, string>> {
  try {
    decodeURIComponent(text)
  } catch {
    throw new SimulatorError(400, 'the form is malformed')
  }
  const form = new URLSearchParams(text)
  return Object.fromEntries(
    [...new Set(form.keys())].map(name => {
      const values = form.getAll(name)
      // Only this parameter is a list.
      if (values.length > 1 && name !== 'StatusCallbackEvent')
        throw new SimulatorError(400, `the form has '${name}' ${values.length} times`)
      return [name, values.join(' ')]
    }),
  )
}
