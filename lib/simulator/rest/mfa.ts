import type { Mutable } from '../types/records.js'
import { randomInt, randomUUID } from 'node:crypto'
import type { Outcome } from './outcome.js'
import type { Space } from '../space.js'
import { isPhoneNumber } from '../network/phones.js'
import type { SimulatedMfa } from '../types/records.js'

type Fields = Readonly<Record<string, unknown>>
type Check = readonly [fits: (value: unknown) => boolean, detail: string]

const wholeNumber = (least: number, most: number): Check => [
  value => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  `must be a whole number from ${least} to ${most}`,
]
const isNumber: Check = [
  value => typeof value === 'string' && isPhoneNumber(value),
  'must be a telephone number in E.164',
]
const checks: Readonly<Record<string, Check>> = {
  to: isNumber,
  from: isNumber,
  message: [
    value => typeof value === 'string' && value.length > 0 && value.length <= 1600,
    'must be text of 1 to 1600 characters',
  ],
  token_length: wholeNumber(4, 20),
  valid_for: wholeNumber(1, 604_800),
  max_attempts: wholeNumber(1, 20),
  allow_alphas: [value => typeof value === 'boolean', 'must be true or false'],
}

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ringSeconds = 60

function unprocessable(parameter: string, detail: string): Outcome {
  return {
    status: 422,
    body: {
      errors: [
        {
          detail: `${parameter} ${detail}`,
          status: '422',
          title: 'Unprocessable Entity',
          code: `invalid_${parameter}`,
        },
      ],
    },
  }
}

/** `POST mfa/call` and `POST mfa/sms`: the Space makes a code and delivers it. Source: SignalWire, "MFA". @internal */
export function requestMfa(space: Space, channel: 'call' | 'sms', fields: Fields): Outcome {
  if (fields['to'] === undefined) return unprocessable('to', 'is missing')
  for (const [name, value] of Object.entries(fields)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (check === undefined)
      return unprocessable(name.slice(0, 40), 'is not a parameter that is known here')
    if (!check[0](value)) return unprocessable(name, check[1])
  }
  const {
    from,
    to,
    message,
    token_length: length,
    valid_for: validSeconds,
    max_attempts: attemptsLeft,
    allow_alphas: allowAlphas,
  } = {
    from: space.identity.from,
    message: 'Your code is',
    token_length: 6,
    valid_for: 3600,
    max_attempts: 3,
    allow_alphas: false,
    ...fields,
  } as {
    from: string
    to: string
    message: string
    token_length: number
    valid_for: number
    max_attempts: number
    allow_alphas: boolean
  }
  if (from !== space.identity.from) return unprocessable('from', 'is not a number of this Space')

  const alphabet = allowAlphas ? digits + letters : digits
  /* v8 ignore next -- within the alphabet */
  const code = Array.from({ length }, () => alphabet[randomInt(alphabet.length)] ?? '').join('')
  const request = {
    id: randomUUID(),
    to,
    from,
    channel,
    code,
    message,
    attemptsLeft,
    expiresAt: space.clock.now() + validSeconds * 1000,
    verified: false,
  }
  space.mfaRequests.push(request)
  space.changed()
  const body = { id: request.id, success: true, to, channel }
  return channel === 'call'
    ? { status: 200, body, begin: ring(space, request) }
    : { status: 200, body }
}

/** The telephone rings and reads the code out to whoever answers: no gate, no language, no signature to check. */
function ring(space: Space, { from, to, message, code }: SimulatedMfa): () => void {
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

/** `POST mfa/<id>/verify`. @internal */
export function verifyMfa(space: Space, id: string, { token, ...others }: Fields): Outcome {
  const [other] = Object.keys(others)
  if (other !== undefined)
    return unprocessable(other.slice(0, 40), 'is not a parameter that is known here')
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
