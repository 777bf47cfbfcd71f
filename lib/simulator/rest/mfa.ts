import { randomInt, randomUUID } from 'node:crypto'
import { countSegments } from '../message/segments.js'
import { isPhoneNumber } from '../network/phones.js'
import type { Space } from '../space.js'
import type { Mutable, SimulatedMfa } from '../types/records.js'
import type { Outcome } from './outcome.js'
import { callObstacle, trialObstacle } from './permissions.js'

type Fields = Readonly<Record<string, unknown>>
type Check = readonly [fits: (value: unknown) => boolean, detail: string]

const wholeNumber = (least: number, most: number): Check => [
  value => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  `must be a whole number from ${least} to ${most}`,
]
const phoneNumber: Check = [
  value => typeof value === 'string' && isPhoneNumber(value),
  'must be a phone number in E.164',
]
/** Source: SignalWire, "MFA" of the Relay REST API. */
const checks: Readonly<Record<string, Check>> = {
  to: phoneNumber,
  from: phoneNumber,
  message: [value => typeof value === 'string' && value.length > 0, 'must be text'],
  token_length: wholeNumber(4, 20),
  valid_for: wholeNumber(1, 604_800),
  max_attempts: wholeNumber(1, 20),
  allow_alphas: [value => typeof value === 'boolean', 'must be true or false'],
}

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ringSeconds = 60

/** What an app can ask for, with all defaults. */
interface MfaOrder {
  readonly from: string
  readonly to: string
  readonly message: string
  readonly token_length: number
  readonly valid_for: number
  readonly max_attempts: number
  readonly allow_alphas: boolean
}

/** The 422 of hosted MFA. Source: SignalWire, "MFA"; recorded: title and code. */
function unprocessable(parameter: string, detail: string): Outcome {
  return {
    status: 422,
    body: {
      errors: [
        {
          detail: `${parameter} ${detail}`,
          status: '422',
          title: 'Invalid Attribute',
          code: '422',
        },
      ],
    },
  }
}

/**
 * `POST mfa/call` and `POST mfa/sms`: the Space creates a code and delivers it. Source: SignalWire,
 * "MFA".
 * @internal
 */
export function requestMfa(space: Space, channel: 'call' | 'sms', fields: Fields): Outcome {
  const order: MfaOrder = {
    from: space.identity.from,
    message: 'Your code is',
    token_length: 6,
    valid_for: 3600,
    max_attempts: 3,
    allow_alphas: false,
    ...(fields as { to: string }),
  }
  const problem = checkFields(fields) ?? checkOrder(space, channel, order)
  if (problem !== undefined) return problem
  const request: Mutable<SimulatedMfa> = {
    id: randomUUID(),
    to: order.to,
    from: order.from,
    channel,
    code: createCode(order.token_length, order.allow_alphas),
    message: order.message,
    attemptsLeft: order.max_attempts,
    expiresAt: space.clock.now() + order.valid_for * 1000,
    verified: false,
  }
  space.mfaRequests.push(request)
  space.changed()
  const body = { id: request.id, success: true, to: order.to, channel }
  return channel === 'call'
    ? { status: 200, body, begin: placeMfaCall(space, request) }
    : { status: 200, body }
}

function checkFields(fields: Fields): Outcome | undefined {
  if (fields['to'] === undefined) return unprocessable('to', 'is missing')
  for (const [name, value] of Object.entries(fields)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (check === undefined)
      return unprocessable(name.slice(0, 40), 'is not a parameter of this request')
    if (!check[0](value)) return unprocessable(name, check[1])
  }
  return undefined
}

function checkOrder(space: Space, channel: 'call' | 'sms', order: MfaOrder): Outcome | undefined {
  const { identity, settings } = space
  if (order.from !== identity.from) return unprocessable('from', 'is not a number of this project')
  if (countSegments(`${order.message} ${'0'.repeat(order.token_length)}`) > 1)
    return unprocessable('message', 'must fit into one segment together with the code')
  const obstacle = (channel === 'call' ? callObstacle : trialObstacle)(settings, order.to)
  return obstacle === undefined ? undefined : unprocessable('to', obstacle.message)
}

function createCode(length: number, allowsLetters: boolean): string {
  const alphabet = allowsLetters ? digits + letters : digits
  /* v8 ignore next -- the index is within the alphabet */
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)] ?? '').join('')
}

/**
 * The call reads the code to everybody who answers: it asks for no key, has one language, and has
 * no webhooks.
 */
function placeMfaCall(space: Space, { from, to, message, code }: SimulatedMfa): () => void {
  const say = (text: string) =>
    ({ verb: 'say', text, voice: null, language: null, times: 1 }) as const
  const call = space.place({
    from,
    to,
    parameters: {},
    opening: [say(message), say(Array.from(code).join(', '))],
    ringSeconds,
    sendDigits: null,
    detectsMachines: false,
  })
  return () => {
    call.begin()
  }
}

/** `POST mfa/<id>/verify`. Source: SignalWire, "MFA". @internal */
export function verifyMfa(space: Space, id: string, { token, ...others }: Fields): Outcome {
  const [other] = Object.keys(others)
  if (other !== undefined)
    return unprocessable(other.slice(0, 40), 'is not a parameter of this request')
  if (typeof token !== 'string' || token === '') return unprocessable('token', 'must be text')
  const request: Mutable<SimulatedMfa> | undefined = space.mfaRequests.find(each => each.id === id)
  if (
    request === undefined ||
    request.verified ||
    request.attemptsLeft < 1 ||
    request.expiresAt <= space.clock.now()
  )
    return { status: 404, body: { error: 'Not Found' } }
  request.attemptsLeft--
  request.verified = token === request.code
  space.changed()
  return { status: 200, body: { success: request.verified } }
}
