import type { Prompts } from '../options/prompts.js'
import type { Challenge } from '../session/challenge.js'
import { askAnnouncement, askLanguages } from '../callbacks.js'
import type { Destination } from '../phone.js'
import { fitsOneSegment } from '../signalwire/segments.js'
import { openingUrl } from '../call/token.js'
import type { ActionContext } from './context.js'

/** Has SignalWire deliver the code by the challenge's way; answers SignalWire's name for it. @internal */
export async function deliver<User>(
  action: ActionContext<User>,
  challenge: Challenge,
  destination: Destination,
  code: string,
): Promise<string> {
  const { context, user, userId, req } = action
  const {
    calls,
    mfa,
    sendText,
    settings: { appName, codeLength, codeSeconds, limits, webhookUrl },
  } = context
  const { number: to, extension } = destination
  const languages = await askLanguages(context, userId, user, req)
  /* v8 ignore next -- there is one */
  const prompts = languages[0] ?? context.settings.defaultPrompts

  switch (challenge.channel) {
    case 'call':
      return calls.place({
        to,
        extension,
        url: await callUrl(action, challenge, destination, code, languages),
      })
    case 'sms':
      return sendText({ to, body: textWith(prompts, appName, code, new URL(webhookUrl).hostname) })
    case 'hosted-call':
    case 'hosted-sms':
      return mfa.request({
        channel: challenge.channel === 'hosted-call' ? 'call' : 'sms',
        to,
        message: prompts.opening[challenge.purpose](appName),
        codeLength,
        validSeconds: codeSeconds,
        attempts: limits.attemptsPerChallenge,
      })
  }
}

async function callUrl<User>(
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
    matchingDigits: challenge.matchingDigits,
    expiresAt: challenge.expiresAt,
    languages: languages.map(({ language }) => language),
  }
  const announcement = await askAnnouncement(context, userId, user, req)
  const url = openingUrl(context, { ...content, announcement })
  if (url !== undefined) return url
  context.emit('prompt.fallback', { userId, what: 'announce', reason: 'too-long' })
  /* v8 ignore next -- here it answers or throws */
  return openingUrl(context, content) ?? ''
}

/** A text whose last line lets telephones fill the code in on this site alone. Source: WICG, "Origin-bound one-time codes delivered via SMS". */
function textWith(prompts: Prompts, appName: string, code: string, domain: string): string {
  const lastLine = `@${domain} #${code}`
  return (
    [`${prompts.text(appName, code)}\n\n${lastLine}`, `${code}\n\n${lastLine}`].find(
      fitsOneSegment,
    ) ?? code
  )
}
