import type { Call } from '../call/call.js'
import { failure, type Outcome } from './outcome.js'
import type { Order } from '../call/order.js'
import type { Space } from '../space.js'
import { isPhoneNumber } from '../network/phones.js'

type Fields = Readonly<Record<string, unknown>>

const events = ['initiated', 'ringing', 'answered', 'completed']
const loopback = ['127.0.0.1', 'localhost', '[::1]']

const isMethod = (text: string): boolean => text === 'GET' || text === 'POST'

/** Plain http is read by everybody on the way; on this machine there is no way. */
function isUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return (
    url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.includes(url.hostname))
  )
}

/** Every parameter that is known here: what fits, and the error for what does not. */
const parameters: Readonly<
  Record<string, readonly [fits: (text: string) => boolean, code: string, message: string]>
> = {
  To: [isPhoneNumber, '21211', "'To' is not a telephone number in E.164"],
  From: [isPhoneNumber, '21212', "'From' is not a telephone number in E.164"],
  Url: [isUrl, '21205', "'Url' must be an absolute https address (http only for this machine)"],
  Method: [isMethod, '20001', "'Method' is GET or POST"],
  Timeout: [
    text => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 600,
    '20001',
    "'Timeout' is 1 to 600 seconds",
  ],
  MachineDetection: [
    text => ['none', 'Enable', 'DetectMessageEnd'].includes(text),
    '20001',
    "'MachineDetection' is none, Enable or DetectMessageEnd",
  ],
  SendDigits: [
    text => /^[0-9#*wW]{1,32}$/.test(text),
    '20001',
    "'SendDigits' is 1 to 32 of 0-9, #, *, w and W",
  ],
  StatusCallback: [
    isUrl,
    '21205',
    "'StatusCallback' must be an absolute https address (http only for this machine)",
  ],
  StatusCallbackMethod: [isMethod, '20001', "'StatusCallbackMethod' is GET or POST"],
  StatusCallbackEvent: [
    text => text.split(' ').every(each => events.includes(each)),
    '20001',
    `'StatusCallbackEvent' is any of ${events.join(', ')}`,
  ],
  MaxPricePerMinute: [
    text => /^\d{1,4}(\.\d{1,6})?$/.test(text),
    '20001',
    "'MaxPricePerMinute' is a price in USD",
  ],
}

/** `POST Calls`. Source: SignalWire, "Create a Call". @internal */
export function placeCall(space: Space, fields: Fields): Outcome {
  const given = fields as Readonly<Record<string, string>>
  for (const [name, code] of [
    ['To', '21201'],
    ['From', '21213'],
    ['Url', '21205'],
  ] as const) {
    if (given[name] === undefined) return failure(400, code, `'${name}' is missing`)
  }
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (parameter === undefined)
      return failure(400, '20001', `'${name}' is not a parameter that is known here`)
    const [fits, code, message] = parameter
    if (!fits(value)) return failure(400, code, message)
  }
  if (given['From'] !== space.identity.from)
    return failure(400, '21212', "'From' is not a number of this Space")
  const call = space.place(orderOf(given))
  return {
    status: 201,
    body: describe(space, call),
    begin: () => {
      call.begin()
    },
  }
}

function orderOf(given: Readonly<Record<string, string>>): Order {
  const method = (name: string) => (given[name] === 'GET' ? 'GET' : 'POST')
  const { StatusCallback: callback, StatusCallbackEvent: wanted = 'completed' } = given
  return {
    /* v8 ignore start -- checked before */
    from: given['From'] ?? '',
    to: given['To'] ?? '',
    parameters: given,
    opening: { url: given['Url'] ?? '', method: method('Method') },
    /* v8 ignore stop */
    ringSeconds: Number(given['Timeout'] ?? 60),
    sendDigits: given['SendDigits'] ?? null,
    detectsMachines: (given['MachineDetection'] ?? 'none') !== 'none',
    ...(callback === undefined
      ? {}
      : {
          statusCallback: {
            url: callback,
            method: method('StatusCallbackMethod'),
            events: wanted.split(' '),
          },
        }),
  }
}

/** `GET Calls/<sid>`. @internal */
export function readCall(space: Space, sid: string): Outcome {
  const call = space.calls.get(sid)
  return call === undefined ? unknownCall(sid) : { status: 200, body: describe(space, call) }
}

/** `POST Calls/<sid>`: ends a call. @internal */
export function updateCall(
  space: Space,
  sid: string,
  { Status: status, ...others }: Fields,
): Outcome {
  const call = space.calls.get(sid)
  if (call === undefined) return unknownCall(sid)
  const [other] = Object.keys(others)
  if (other !== undefined)
    return failure(400, '20001', `'${other}' is not a parameter that is known here`)
  if (status !== 'canceled' && status !== 'completed')
    return failure(400, '20001', "'Status' is canceled or completed")
  if (!call.cancel(status)) return failure(400, '21220', 'The call is over')
  return { status: 200, body: describe(space, call) }
}

const unknownCall = (sid: string): Outcome =>
  failure(404, '20404', `There is no call ${sid.slice(0, 64)}`)

const date = (milliseconds: number | undefined): string | null =>
  milliseconds === undefined ? null : new Date(milliseconds).toUTCString().replace('GMT', '+0000')

function describe(space: Space, call: Call): object {
  const { project } = space.identity
  const { sid, from, to, status, durationMs } = call.snapshot()
  const { createdAt, answeredAt, endedAt, answeredBy } = call.times()
  return {
    sid,
    account_sid: project,
    api_version: '2010-04-01',
    from,
    to,
    status,
    direction: 'outbound-api',
    date_created: date(createdAt),
    date_updated: date(endedAt ?? answeredAt ?? createdAt),
    start_time: date(answeredAt),
    end_time: date(endedAt),
    duration: endedAt === undefined ? null : Math.ceil(durationMs / 1000),
    answered_by: answeredBy,
    price: null,
    price_unit: 'USD',
    parent_call_sid: null,
    phone_number_sid: null,
    caller_name: null,
    forwarded_from: null,
    uri: `/api/laml/2010-04-01/Accounts/${project}/Calls/${sid}`,
  }
}
