import { rfc2822 } from '../call/fields.js'
import { Message } from '../message/message.js'
import { countSegments } from '../message/segments.js'
import { isPhoneNumber } from '../network/phones.js'
import type { Space } from '../space.js'
import { foreignNumber } from './calls.js'
import { listPage } from './lists.js'
import { codes, failure, type Outcome } from './outcome.js'
import { checkParameters, type Parameters, type Rule, urlRule } from './parameters.js'
import { trialObstacle } from './permissions.js'

const mostCharacters = 1600

/** Source: SignalWire, "Create a Message" and "Error codes". */
const rules: Readonly<Record<string, Rule>> = {
  To: { fits: isPhoneNumber, code: 21211, message: "'To' is not a phone number in E.164" },
  From: { fits: isPhoneNumber, code: 21603, message: "'From' is not a phone number in E.164" },
  Body: {
    fits: text => text.length <= mostCharacters,
    code: 21617,
    message: `'Body' has over ${mostCharacters} characters`,
  },
  StatusCallback: urlRule('StatusCallback', 21456),
}
const notSimulated: readonly string[] = [
  'ApplicationSid',
  'MaxPrice',
  'MediaUrl',
  'MessagingServiceSid',
  'SendAsMms',
  'ValidityPeriod',
]

/** `POST Messages`. Source: SignalWire, "Create a Message". @internal */
export function createMessage(space: Space, given: Parameters): Outcome {
  const problem = checkParameters(given, rules, notSimulated)
  if (problem !== undefined) return failure(400, problem.code, problem.message)
  const { From: from, To: to, Body: body = '', StatusCallback: callback } = given
  if (to === undefined) return failure(400, 21604, "'To' is missing")
  if (from === undefined) return failure(400, 21603, "'From' is missing")
  if (body === '') return failure(400, 21602, "'Body' is missing")
  if (from !== space.identity.from) return failure(400, 21210, foreignNumber)
  const obstacle = trialObstacle(space.settings, to)
  if (obstacle !== undefined) return failure(400, 21219, obstacle.message)
  const message = new Message(space, {
    from,
    to,
    body,
    statusCallback: callback === undefined ? undefined : { url: callback, method: 'POST' },
  })
  space.messages.push(message)
  space.changed()
  return {
    status: 201,
    body: describeMessage(space, message),
    begin: () => {
      message.begin()
    },
  }
}

/** `GET Messages`. Source: SignalWire, "List all Messages". @internal */
export function listMessages(space: Space, query: Parameters): Outcome {
  return listPage(space, query, {
    resource: 'Messages',
    items: space.messages.map(message => describeMessage(space, message)).reverse(),
    filters: { From: 'from', To: 'to' },
  })
}

/** `GET Messages/<sid>`. Source: SignalWire, "Retrieve a Message". @internal */
export function readMessage(space: Space, sid: string): Outcome {
  const message = space.messages.find(each => each.sid === sid)
  return message === undefined
    ? failure(404, codes.notFound, `There is no message ${sid.slice(0, 64)}`)
    : { status: 200, body: describeMessage(space, message) }
}

/** Source: SignalWire, OpenAPI of the Compatibility API, `Message`. */
function describeMessage(
  { identity: { project } }: Space,
  message: Message,
): Readonly<Record<string, unknown>> {
  const { sid, from, to, body, status } = message.snapshot()
  const { createdAt, sentAt, updatedAt } = message
  const uri = `/api/laml/2010-04-01/Accounts/${project}/Messages/${sid}`
  return {
    sid,
    account_sid: project,
    api_version: '2010-04-01',
    from,
    to,
    body,
    status,
    num_segments: countSegments(body),
    num_media: 0,
    date_created: rfc2822(createdAt),
    date_sent: sentAt === undefined ? null : rfc2822(sentAt),
    date_updated: rfc2822(updatedAt),
    direction: 'outbound-api',
    error_code: message.errorCode(),
    error_message: message.errorCode() === null ? null : 'The phone is not reachable',
    price: null,
    price_unit: 'USD',
    messaging_service_sid: null,
    uri: `${uri}.json`,
    subresource_uris: { media: `${uri}/Media.json` },
  }
}
