// The wrong responses that SignalWire may send when a code is delivered, and what each must lead
// to.
import { inspect } from 'node:util'
import type { FailureCode } from 'passport-voice-otp'
import type { RestFault } from 'passport-voice-otp/simulator'
import { secret, type World } from './world.js'

export interface Answer {
  readonly name: string
  readonly fault: RestFault
  readonly status: 403 | 503
  readonly code: FailureCode | 'signalwire-unavailable'
  /** The reason in the event `code.failed`. The vendor's client may use its own word. */
  readonly reason: RegExp
  /** Whether SignalWire refused: then no phone rings, and the next call need not wait. */
  readonly refused: boolean
}

const failed = (name: string, fault: RestFault, reason: RegExp, refused = false): Answer => ({
  name,
  fault,
  status: 503,
  code: 'signalwire-unavailable',
  reason,
  refused,
})
const badNumber = (name: string, body: unknown, reason: RegExp): Answer => ({
  name,
  fault: { status: 400, body },
  status: 403,
  code: 'phone-refused',
  reason,
  refused: true,
})
const documented = (code: unknown) => ({
  errors: [{ code, message: 'no', more_info: 'https://developer.signalwire.com' }],
})

/** An unusable number is a failure. Everything else is an error. */
export const badAnswers: readonly Answer[] = [
  badNumber('a number that is none, in the documented shape', documented('21211'), /^21211$/),
  badNumber(
    'a number that cannot be reached, flat',
    { code: 21217, message: 'no', status: 400 },
    /^21217$/,
  ),
  badNumber('a number that a trial account has not verified', documented(21219), /^21219$/),
  badNumber('no permission for the country', documented('not_routable'), /^not_routable$/),
  failed('a From that is not ours', { status: 400, body: documented('21212') }, /^21212$/, true),
  failed(
    '401',
    { status: 401, body: { error: 'Unauthorized' } },
    /^(http-401|scope-missing)$/,
    true,
  ),
  failed('402, no balance', { status: 402, body: documented('30002') }, /^30002$/, true),
  failed(
    '422',
    {
      status: 422,
      body: {
        errors: [
          {
            detail: 'to is wrong',
            status: '422',
            title: 'Unprocessable Entity',
            code: 'invalid_to',
          },
        ],
      },
    },
    /^invalid_to$/,
    true,
  ),
  failed('429', { status: 429, body: documented('20429') }, /^20429$/, true),
  failed(
    'a code that is no code',
    { status: 400, body: { code: '<script>', message: 'x' } },
    /^http-400$/,
    true,
  ),
  failed('500', { status: 500, body: documented('20500') }, /^20500$/),
  failed(
    'the code of a bad number, but 500',
    { status: 500, body: documented('21211') },
    /^21211$/,
  ),
  failed('503 with HTML', { status: 503, body: '<html>Service Unavailable</html>' }, /^http-503$/),
  failed('a redirect', { status: 302, body: '' }, /^redirect$/),
  failed('200 with HTML', { status: 200, body: '<html>ok</html>' }, /^garbage$/),
  failed('200 with nothing', { status: 200, body: '' }, /^garbage$/),
  failed('200 with null', { status: 200, body: null }, /^garbage$/),
  failed(
    '200 with a list',
    { status: 200, body: [{ sid: 'x', id: 'x', success: true }] },
    /^garbage$/,
  ),
  failed(
    '200 without a name',
    { status: 200, body: { success: true, status: 'queued' } },
    /^garbage$/,
  ),
  failed(
    '200 with a name that is a number',
    { status: 200, body: { success: true, sid: 7, id: 7 } },
    /^garbage$/,
  ),
  failed(
    '200 with a name that is a path',
    { status: 200, body: { success: true, sid: '../../evil', id: '../../evil' } },
    /^garbage$/,
  ),
  failed('200 with 70 KiB', { status: 200, body: 'x'.repeat(70 * 1024) }, /^too-large$/),
  failed('500 with 70 KiB', { status: 500, body: 'x'.repeat(70 * 1024) }, /^too-large$/),
  failed('the connection is closed', { drop: true }, /^network$/),
]

/**
 * Fails if a response, a log line or an error contains a credential, the number or one of
 * `codes`.
 */
export function expectNoSecrets(
  world: World,
  shown: readonly unknown[],
  codes: readonly string[] = [],
): void {
  const { project, token, signingKey } = world.simulator.signalwire
  const text = shown
    .map(
      each =>
        `${inspect(each, { depth: 10, showHidden: true })} ${JSON.stringify(each)} ${each instanceof Error ? (each.stack ?? '') : ''}`,
    )
    .join('\n')
  const basic = Buffer.from(`${project}:${token}`).toString('base64')
  for (const secretText of [token, signingKey, secret, basic, '2025550123', ...codes]) {
    if (text.includes(secretText))
      throw new Error(
        `A secret was shown: ${text.slice(Math.max(0, text.indexOf(secretText) - 200), text.indexOf(secretText))}...`,
      )
  }
}
