// The documented shapes of SignalWire's responses, as JSON schemas of our own. Every response that
// a simulator sends in the whole test suite is checked against them (see check-contract.ts).
// Sources: SignalWire's OpenAPI of the Compatibility API (signalwire/docs,
// specs/compatibility-api), its pages "MFA", "Paging" and "Error codes", and responses that users
// recorded.
import { Ajv, type ValidateFunction } from 'ajv'
import type { RestRequest } from 'passport-voice-otp/simulator'

const text = { type: 'string' } as const
const integer = { type: 'integer' } as const
const nothing = { type: 'null' } as const
const textOrNull = { type: ['string', 'null'] } as const
const numberOrNull = { type: ['number', 'null'] } as const
const uuid = { type: 'string', pattern: '^[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}$' } as const
/** A project ID that a test has chosen need not be a UUID. */
const project = { type: 'string', minLength: 1 } as const
const phone = { type: 'string', pattern: '^\\+[1-9]\\d{6,14}$' } as const
const date = {
  type: 'string',
  pattern:
    '^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d \\+0000$',
} as const
const dateOrNull = { anyOf: [date, nothing] } as const

/** An object with exactly these properties. */
const exactly = (properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const call = exactly({
  sid: uuid,
  account_sid: project,
  api_version: { const: '2010-04-01' },
  annotation: nothing,
  answered_by: { enum: ['human', 'machine', null] },
  audio_in_mos: numberOrNull,
  audio_out_jitter_avg: numberOrNull,
  audio_out_jitter_max: numberOrNull,
  audio_out_jitter_min: numberOrNull,
  audio_out_lost: numberOrNull,
  audio_rtt_avg: numberOrNull,
  audio_rtt_max: numberOrNull,
  audio_rtt_min: numberOrNull,
  caller_name: nothing,
  date_created: date,
  date_updated: date,
  direction: { enum: ['inbound', 'outbound'] },
  duration: { type: 'integer', minimum: 0 },
  end_time: dateOrNull,
  formatted_from: text,
  formatted_to: text,
  forwarded_from: nothing,
  from: phone,
  from_formatted: text,
  group_sid: nothing,
  parent_call_sid: textOrNull,
  phone_number_sid: textOrNull,
  price: numberOrNull,
  price_unit: text,
  sip_result_code: textOrNull,
  start_time: dateOrNull,
  status: {
    enum: [
      'queued',
      'ringing',
      'in-progress',
      'canceled',
      'completed',
      'busy',
      'failed',
      'no-answer',
    ],
  },
  subresource_uris: exactly({ notifications: text, recordings: text }),
  to: phone,
  to_formatted: text,
  uri: { type: 'string', pattern: '^/api/laml/2010-04-01/Accounts/[^/]+/Calls/[\\w-]+\\.json$' },
})

const message = exactly({
  sid: uuid,
  account_sid: project,
  api_version: { const: '2010-04-01' },
  body: text,
  date_created: date,
  date_sent: dateOrNull,
  date_updated: date,
  direction: { const: 'outbound-api' },
  error_code: textOrNull,
  error_message: textOrNull,
  from: phone,
  messaging_service_sid: textOrNull,
  num_media: integer,
  num_segments: { type: 'integer', minimum: 1 },
  price: numberOrNull,
  price_unit: text,
  status: { enum: ['queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed'] },
  subresource_uris: exactly({ media: text }),
  to: phone,
  uri: { type: 'string', pattern: '^/api/laml/2010-04-01/Accounts/[^/]+/Messages/[\\w-]+\\.json$' },
})

const pageOf = (name: string, item: object) =>
  exactly({
    uri: text,
    first_page_uri: text,
    next_page_uri: textOrNull,
    previous_page_uri: textOrNull,
    page: integer,
    page_size: integer,
    [name]: { type: 'array', items: item },
  })

const callPage = pageOf('calls', call)
const messagePage = pageOf('messages', message)

const moreInfo = { type: 'string', pattern: '^https://developer\\.signalwire\\.com/' } as const

const flatError = exactly({ code: integer, message: text, more_info: moreInfo, status: integer })
const createCallError = exactly({
  errors: {
    type: 'array',
    minItems: 1,
    items: exactly({
      code: { type: 'string', pattern: '^(\\d+|not_routable)$' },
      message: text,
      more_info: moreInfo,
    }),
  },
})

const mfaRequest = exactly({
  id: uuid,
  success: { const: true },
  to: phone,
  channel: { enum: ['call', 'sms'] },
})
const mfaVerification = exactly({ success: { type: 'boolean' } })
const mfaError = exactly({ error: text })
const mfaInvalid = exactly({
  errors: {
    type: 'array',
    minItems: 1,
    items: exactly({
      detail: text,
      status: { const: '422' },
      title: { const: 'Invalid Attribute' },
      code: { const: '422' },
    }),
  },
})

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true })
const validators = new Map<object, ValidateFunction>()

interface Expectation {
  /** The HTTP status, if only one is documented. */
  readonly status?: number
  readonly schema: object
}

/** What SignalWire documents for a request with this response. */
function expectationFor({ method, path, status }: RestRequest): Expectation {
  if (path.startsWith('/api/relay/')) {
    if (status === 422) return { schema: mfaInvalid }
    if (status >= 400) return { schema: mfaError }
    return { status: 200, schema: path.endsWith('/verify') ? mfaVerification : mfaRequest }
  }
  const [, resource = '', sid] = /\/(Calls|Messages)(?:\/([^/.]+))?(?:\.json)?$/.exec(path) ?? []
  const isCreation = method === 'POST' && sid === undefined
  if (status === 400 && resource === 'Calls' && isCreation) return { schema: createCallError }
  if (status >= 400) return { status, schema: flatError }
  const isCalls = resource === 'Calls'
  if (method === 'GET' && sid === undefined)
    return { status: 200, schema: isCalls ? callPage : messagePage }
  return { status: isCreation && !isCalls ? 201 : 200, schema: isCalls ? call : message }
}

/** What is wrong with a response, or `undefined`. */
function problemOf(request: RestRequest): string | undefined {
  const { status, schema } = expectationFor(request)
  if (status !== undefined && status !== request.status)
    return `status ${request.status}, documented is ${status}`
  const validate = validators.get(schema) ?? ajv.compile(schema)
  validators.set(schema, validate)
  if (validate(request.response)) return undefined
  return ajv.errorsText(validate.errors, { dataVar: 'body' })
}

/**
 * Throws an Error that names every response that SignalWire does not document. Responses with a
 * fault are meant to be wrong.
 */
export function checkContract(requests: readonly RestRequest[]): void {
  const problems = requests
    .filter(({ status, isFaulty }) => status !== 0 && !isFaulty)
    .flatMap(request => {
      const problem = problemOf(request)
      return problem === undefined
        ? []
        : [`${request.method} ${request.path}: ${problem}: ${JSON.stringify(request.response)}`]
    })
  if (problems.length > 0)
    throw new Error(`SignalWire documents other responses:\n${problems.join('\n')}`)
}
