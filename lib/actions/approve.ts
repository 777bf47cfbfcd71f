import { checkPhoneChange, newPhoneOf } from '../approvals/phone-change.js'
import {
  type ApprovalContent,
  checkApproval,
  detailsOf,
  parseApproval,
  spokenText,
} from '../approvals/sealed-approval.js'
import { openingUrl } from '../call/token.js'
import { askLanguages, runCallback } from '../callbacks.js'
import { isHosted } from '../channels.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { Approval } from '../options/approval.js'
import type { Channel } from '../options/channel.js'
import type { Destination } from '../phone.js'
import { type Challenge, openApproval } from '../session/challenge.js'
import type { ActionContext } from './context.js'
import { checkPhone, readAttempt, useCode } from './verify.js'

/**
 * Asks the app what the user is to approve, before a call is counted. Throws a {@link Failure} if
 * this user, this phone or this channel cannot approve it.
 * @internal
 */
export async function readApproval<User>(
  action: ActionContext<User>,
  channel: Channel,
  { number, enrolledAt }: Destination,
): Promise<ApprovalContent> {
  const { context, loginState, options, req, user, userId } = action
  const { clock, numberMatching } = context.settings
  if (!loginState.user) throw new Failure('second-factor-required')
  if (numberMatching !== true)
    throw new VoiceOtpError('configuration', 'Approvals need numberMatching: true.')
  if (isHosted(channel)) throw new Failure('choice-unknown')
  if (await context.newPhones.isTooNew(userId, number, enrolledAt, clock.now()))
    throw new Failure('phone-too-new')
  const languages = await askLanguages(context, userId, user, req)
  const returned: unknown = await runCallback('approve', () => options.approve?.(req))
  const tags = languages.map(({ language }) => language)
  /* v8 ignore next -- createActionContext() has refused a request without a kind */
  const { kind = '' } = options
  const content = checkApproval(kind, returned, tags)
  checkPhoneChange(content) // before the call: it must say the whole number
  return fitIntoUrl(action, channel, number, content)
}

/**
 * Returns the approval with all its languages if the webhook URL can hold them, otherwise with the
 * first one only. Throws a {@link Failure} (`approval-too-long`) if even that text is too long.
 */
function fitIntoUrl<User>(
  { context, userId, purpose }: ActionContext<User>,
  channel: Channel,
  phone: string,
  approval: ApprovalContent,
): ApprovalContent {
  if (channel !== 'call') return approval
  const [spoken = ''] = approval.languages
  const oneLanguage = {
    ...approval,
    languages: [spoken],
    texts: { [spoken]: spokenText(approval) },
  }
  const fitting = [approval, oneLanguage].find(({ kind, languages, texts }) => {
    // Values of the largest size: the code and the challenge do not exist yet.
    const content = {
      challengeId: 'x'.repeat(32),
      userId,
      purpose,
      activation: 2 ** 31,
      code: '0'.repeat(context.settings.codeLength),
      phone,
      matchingDigits: '00',
      expiresAt: context.settings.clock.now(),
      languages,
      approvalTexts: texts,
      approval: { kind, detailsHash: 'x'.repeat(43) },
    }
    return openingUrl(context, content) !== undefined
  })
  if (fitting === undefined) throw new Failure('approval-too-long')
  return fitting
}

/**
 * Checks the code of an approval and uses it up, before the route's handler runs. Then the handler
 * finds the approval at `req.approval`. Session, user and verification stay as they are. Throws a
 * {@link Failure} for every code that is not accepted.
 * @internal
 */
export async function approve<User>(action: ActionContext<User>): Promise<void> {
  const { context, loginState, options, req, userId } = action
  const { emit, keys, settings } = context
  if (!loginState.user) throw new Failure('second-factor-required')
  const { challenge, code } = readAttempt(action)
  const content = openContent(action, challenge)
  if (content === undefined || content.kind !== options.kind) throw new Failure('no-challenge')
  const attempt = await useCode(action, challenge, code, checkPhone(action, challenge))
  await attempt.succeeded()
  if (!loginState.user) throw new Failure('code-expired') // logged out meanwhile
  const newPhone = newPhoneOf(content)
  if (newPhone !== undefined) await context.newPhones.approveChange(userId, newPhone)
  await loginState.endChallenge()
  const { kind } = content
  const method = challenge.channel === 'sms' ? 'sms' : 'call'
  const approvedAt = settings.clock.now()
  const approval: Approval = Object.freeze({
    kind,
    details: detailsOf(content),
    approvedAt,
    method,
  })
  Object.defineProperty(req, 'approval', { value: approval, enumerable: true })
  emit('action.approved', {
    userId,
    kind,
    method,
    detailsHash: keys.hash('details', content.details),
  })
}

/** What the challenge asks to approve; `undefined` if the session was changed. */
function openContent<User>(
  { context }: ActionContext<User>,
  challenge: Challenge,
): ApprovalContent | undefined {
  const text = openApproval(context.keys, challenge)
  return text === undefined ? undefined : parseApproval(text)
}
