import type { Mutable } from '../types/records.js'
import { randomUUID } from 'node:crypto'
import { failure, type Outcome } from './outcome.js'
import type { Space } from '../space.js'
import { isPhoneNumber } from '../network/phones.js'
import type { SimulatedMessage } from '../types/records.js'

/** A text takes a moment; with the manual clock none. */
const realMilliseconds = 300

/** `POST Messages`. Source: SignalWire, "Create a Message". @internal */
export function placeMessage(space: Space, fields: Readonly<Record<string, unknown>>): Outcome {
  const {
    From: from,
    To: to,
    Body: body,
    ...others
  } = fields as Readonly<Record<string, string | undefined>>
  const [other] = Object.keys(others)
  if (other !== undefined)
    return failure(400, '20001', `'${other}' is not a parameter that is known here`)
  if (to === undefined || !isPhoneNumber(to))
    return failure(400, '21211', "'To' must be a telephone number in E.164")
  if (from !== space.identity.from)
    return failure(400, '21212', "'From' is not a number of this Space")
  if (body === undefined || body === '') return failure(400, '21602', "'Body' is missing")
  if (body.length > 1600) return failure(400, '21617', "'Body' has over 1600 characters")
  const message: Mutable<SimulatedMessage> = { sid: randomUUID(), from, to, body, status: 'queued' }
  space.messages.push(message)
  space.activity.enter(message.sid)
  space.changed()
  return {
    status: 201,
    body: describe(space, message),
    begin: () => {
      deliver(space, message)
    },
  }
}

function deliver(space: Space, message: Mutable<SimulatedMessage>): void {
  const arrive = (): void => {
    message.status = space.phone(message.to).behaviour === 'failed' ? 'undelivered' : 'delivered'
    space.changed()
  }
  space.activity.leave(message.sid)
  if (space.clock.isManual && space.queueMilliseconds === 0) arrive()
  else
    space.clock.after(
      Math.max(space.queueMilliseconds, space.clock.isManual ? 0 : realMilliseconds),
      arrive,
    )
}

/** `GET Messages/<sid>`. @internal */
export function readMessage(space: Space, sid: string): Outcome {
  const message = space.messages.find(each => each.sid === sid)
  return message === undefined
    ? failure(404, '20404', `There is no message ${sid.slice(0, 64)}`)
    : { status: 200, body: describe(space, message) }
}

function describe(
  { identity: { project } }: Space,
  { sid, from, to, body, status }: SimulatedMessage,
): object {
  return {
    sid,
    account_sid: project,
    api_version: '2010-04-01',
    from,
    to,
    body,
    status,
    num_segments: Math.ceil(body.length / 160),
    direction: 'outbound-api',
    error_code: status === 'undelivered' ? '30003' : null,
    error_message: null,
    price: null,
    price_unit: 'USD',
    uri: `/api/laml/2010-04-01/Accounts/${project}/Messages/${sid}`,
  }
}
