import type { Call } from '../call/call.js'
import { rfc2822, sipResultCode, wholeSeconds } from '../call/fields.js'
import { parseLaml } from '../laml/parse.js'
import type { Verb } from '../laml/verbs.js'
import type { Space } from '../space.js'
import {
  createRules,
  notSimulatedAtCreate,
  orderOf,
  updateOf,
  updateRules,
} from './call-parameters.js'
import { listPage } from './lists.js'
import { codes, createCallFailure, failure, type Outcome } from './outcome.js'
import { checkParameters, type Parameters } from './parameters.js'
import { callObstacle } from './permissions.js'

const required = [
  ['To', 21201],
  ['From', 21213],
  ['Url', 21205],
] as const

/** `POST Calls`. Source: SignalWire, "Create a Call". @internal */
export function createCall(space: Space, given: Parameters): Outcome {
  const problem =
    checkParameters(given, createRules, notSimulatedAtCreate) ??
    required
      .filter(([name]) => given[name] === undefined)
      .map(([name, code]) => ({ code, message: `'${name}' is missing` }))[0]
  if (problem !== undefined) return createCallFailure(problem.code, problem.message)
  const order = orderOf(given)
  if (order.from !== space.identity.from) return createCallFailure(21210, foreignNumber)
  const obstacle = callObstacle(space.settings, order.to)
  if (obstacle !== undefined) return createCallFailure(obstacle.code, obstacle.message)
  if (space.ringQueue.isFull())
    return createCallFailure(
      21611,
      `${space.settings.queueLength} calls are waiting: the queue is full`,
    )
  const call = space.place(order)
  return {
    status: 200,
    body: describeCall(space, call),
    begin: () => {
      call.begin()
    },
  }
}

/** Why a `From` is refused. @internal */
export const foreignNumber =
  "'From' is not a number of this project: " +
  'project, token, signing key and number must belong to one project'

/** `GET Calls`. Source: SignalWire, "List all Calls". @internal */
export function listCalls(space: Space, query: Parameters): Outcome {
  return listPage(space, query, {
    resource: 'Calls',
    items: [...space.calls.values()].reverse().map(call => describeCall(space, call)),
    filters: { From: 'from', To: 'to', Status: 'status' },
  })
}

/** `GET Calls/<sid>`. Source: SignalWire, "Retrieve a Call". @internal */
export function readCall(space: Space, sid: string): Outcome {
  const call = space.calls.get(sid)
  return call === undefined ? unknownCall(sid) : { status: 200, body: describeCall(space, call) }
}

/**
 * `POST Calls/<sid>`: ends a call or gives it a new document. Source: SignalWire, "Update a Call".
 * @internal
 */
export function updateCall(space: Space, sid: string, given: Parameters): Outcome {
  const call = space.calls.get(sid)
  if (call === undefined) return unknownCall(sid)
  const problem = checkParameters(given, updateRules, []) ?? checkState(call, given)
  if (problem !== undefined) return failure(400, problem.code, problem.message)
  const laml = given['Twiml'] ?? given['Laml']
  let document: readonly Verb[] | undefined
  try {
    document = laml === undefined ? undefined : parseLaml(laml)
  } catch (error) {
    return failure(400, 20422, `'Twiml' is not valid: ${(error as Error).message}`)
  }
  call.update(updateOf(given, document))
  const status = given['Status']
  if (status === 'canceled' || status === 'completed') call.cancel(status)
  return { status: 200, body: describeCall(space, call) }
}

function checkState(call: Call, given: Parameters) {
  const { status } = call.snapshot()
  const documents = ['Url', 'Twiml', 'Laml'].filter(name => given[name] !== undefined)
  if (documents.length + (given['Status'] === undefined ? 0 : 1) > 1)
    return {
      code: codes.invalidArgument,
      message: "give one of 'Status', 'Url' and 'Twiml'",
    }
  if (!['queued', 'ringing', 'in-progress'].includes(status))
    return { code: codes.invalidArgument, message: `the call is ${status}: it cannot be updated` }
  if (given['Status'] === 'canceled' && status === 'in-progress')
    return {
      code: codes.invalidArgument,
      message: "the call is in-progress: only a queued or ringing call can be 'canceled'",
    }
  if (documents.length > 0 && status !== 'in-progress')
    return {
      code: 21220,
      message: `the call is ${status}: only a call in progress can be redirected`,
    }
  return undefined
}

const unknownCall = (sid: string): Outcome =>
  failure(404, codes.notFound, `There is no call ${sid.slice(0, 64)}`)

const dateOrNull = (milliseconds: number | undefined): string | null =>
  milliseconds === undefined ? null : rfc2822(milliseconds)

/** "(202) 555-0123" for a North American number. */
const formatted = (number: string): string =>
  number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3')

/** What is measured on a real line. */
const audio = {
  audio_in_mos: null,
  audio_rtt_avg: null,
  audio_rtt_min: null,
  audio_rtt_max: null,
  audio_out_jitter_min: null,
  audio_out_jitter_max: null,
  audio_out_jitter_avg: null,
  audio_out_lost: null,
}

/** Source: SignalWire, OpenAPI of the Compatibility API, `Call`. */
function describeCall(space: Space, call: Call): Readonly<Record<string, unknown>> {
  const { project } = space.identity
  const { sid, from, to, status, durationMs } = call.snapshot()
  const { createdAt, answeredAt, endedAt, answeredBy } = call.times()
  const uri = `/api/laml/2010-04-01/Accounts/${project}/Calls/${sid}`
  return {
    sid,
    account_sid: project,
    api_version: '2010-04-01',
    from,
    formatted_from: formatted(from),
    from_formatted: formatted(from),
    to,
    formatted_to: formatted(to),
    to_formatted: formatted(to),
    status,
    direction: 'outbound',
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(endedAt ?? answeredAt ?? createdAt),
    start_time: dateOrNull(answeredAt),
    end_time: dateOrNull(endedAt),
    duration: endedAt === undefined ? 0 : wholeSeconds(durationMs),
    answered_by: answeredBy,
    sip_result_code: sipResultCode(status),
    ...audio,
    price: null,
    price_unit: 'USD',
    parent_call_sid: null,
    phone_number_sid: null,
    caller_name: null,
    forwarded_from: null,
    annotation: null,
    group_sid: null,
    uri: `${uri}.json`,
    subresource_uris: {
      notifications: `${uri}/Notifications.json`,
      recordings: `${uri}/Recordings.json`,
    },
  }
}
