import type { ApprovalContent } from '../approvals/sealed-approval.js'
import { openingUrl } from '../call/token.js'
import { askAnnouncement, askLanguages } from '../callbacks.js'
import type { Prompts } from '../options/prompts.js'
import type { Destination } from '../phone.js'
import type { Challenge } from '../session/challenge.js'
import type { ActionContext } from './context.js'
import { writeHostedMessage, writeText } from './messages.js'

/**
 * Makes SignalWire deliver the code over the channel of the challenge. Returns SignalWire's id of
 * the call, the message or the hosted challenge. Pass its errors only to `toDeliveryError`, because
 * they may hold credentials.
 * @internal
 */
export async function deliver<User>(
  action: ActionContext<User>,
  challenge: Challenge,
  destination: Destination,
  code: string,
  approval?: ApprovalContent,
): Promise<string> {
  const { context } = action
  const {
    calls,
    mfa,
    sendText,
    settings: { appName, codeLength, codeSeconds, limits, webhookUrl },
  } = context
  const { number: to, extension } = destination
  const languages = await findLanguages(action, approval)
  /* v8 ignore next -- askLanguages() returns at least one language */
  const prompts = languages[0] ?? context.settings.defaultPrompts

  switch (challenge.channel) {
    case 'call':
      return calls.place({
        to,
        extension,
        url:
          approval === undefined
            ? await createCallUrl(action, challenge, destination, code, languages)
            : createApprovalUrl(action, challenge, destination, code, approval),
      })
    case 'sms':
      return sendText({
        to,
        body: writeText(prompts, {
          appName,
          code,
          domain: new URL(webhookUrl).hostname,
          approvalText: approval?.texts[prompts.language],
        }),
      })
    case 'hosted-call':
    case 'hosted-sms':
      return mfa.request({
        channel: challenge.channel === 'hosted-call' ? 'call' : 'sms',
        to,
        message: writeHostedMessage(prompts, appName, codeLength),
        codeLength,
        validSeconds: codeSeconds,
        attempts: limits.attemptsPerChallenge,
      })
  }
}

/** The languages of an approval, or those of the user. */
async function findLanguages<User>(
  { context, user, userId, req }: ActionContext<User>,
  approval: ApprovalContent | undefined,
): Promise<readonly Prompts[]> {
  if (approval === undefined) return askLanguages(context, userId, user, req)
  /* v8 ignore next -- askLanguages() has returned these languages before */
  return approval.languages.flatMap(tag => context.settings.prompts.get(tag) ?? [])
}

/** The URL of the first webhook of a call that asks for an approval. */
function createApprovalUrl<User>(
  { context, userId, purpose }: ActionContext<User>,
  challenge: Challenge,
  destination: Destination,
  code: string,
  approval: ApprovalContent,
): string {
  const { id, activation, country, matchingDigits, expiresAt } = challenge
  const { kind, details, texts, languages } = approval
  const url = openingUrl(context, {
    challengeId: id,
    userId,
    purpose,
    activation,
    code,
    phone: destination.number,
    country,
    matchingDigits,
    expiresAt,
    languages,
    approvalTexts: texts,
    approval: { kind, detailsHash: context.keys.hash('details', details) },
  })
  /* v8 ignore next -- readApproval() has left out what does not fit */
  return url ?? ''
}

/**
 * The URL of the first webhook. Leaves the announcement out if the URL would be too long with it.
 */
async function createCallUrl<User>(
  { context, user, userId, purpose, req }: ActionContext<User>,
  challenge: Challenge,
  destination: Destination,
  code: string,
  languages: readonly Prompts[],
): Promise<string> {
  const content = {
    challengeId: challenge.id,
    userId,
    purpose,
    activation: challenge.activation,
    code,
    phone: destination.number,
    country: challenge.country,
    matchingDigits: challenge.matchingDigits,
    expiresAt: challenge.expiresAt,
    languages: languages.map(({ language }) => language),
  }
  /* v8 ignore next -- askLanguages() returns at least one language */
  const [spoken = ''] = content.languages
  const announcement = await askAnnouncement(context, userId, user, req, spoken)
  const url = openingUrl(context, { ...content, announcement })
  if (url !== undefined) return url
  context.emit('prompt.fallback', { userId, what: 'announce', reason: 'too-long' })
  /* v8 ignore next -- without an announcement, the URL is short enough */
  return openingUrl(context, content) ?? ''
}
