import type { Prompts } from '../options/prompts.js'
import type { Challenge } from '../session/challenge.js'
import { askAnnouncement, askLanguages } from '../callbacks.js'
import type { Destination } from '../phone.js'
import { fitsOneSegment } from '../signalwire/messages.js'
import { openingUrl } from '../call/token.js'
import type { Situation } from './context.js'

/** Has SignalWire deliver the code by the challenge's way; answers SignalWire's name for it. @internal */
export async function deliver<User>(
  situation: Situation<User>,
  challenge: Challenge,
  destination: Destination,
  code: string,
): Promise<string> {
  const { parts, user, userId, req } = situation
  const {
    calls,
    mfa,
    sendText,
    settings: { appName, codeLength, codeSeconds, limits, webhookUrl },
  } = parts
  const { number: to, extension } = destination
  const languages = await askLanguages(parts, userId, user, req)
  /* v8 ignore next -- there is one */
  const prompts = languages[0] ?? parts.settings.defaultPrompts

  switch (challenge.way) {
    case 'call':
      return calls.place({
        to,
        extension,
        url: await callUrl(situation, challenge, destination, code, languages),
      })
    case 'text':
      return sendText({ to, body: textWith(prompts, appName, code, new URL(webhookUrl).hostname) })
    case 'hostedCall':
    case 'hostedText':
      return mfa.request({
        channel: challenge.way === 'hostedCall' ? 'call' : 'sms',
        to,
        message: prompts.opening[challenge.purpose](appName),
        codeLength,
        validSeconds: codeSeconds,
        attempts: limits.guessesPerChallenge,
      })
  }
}

async function callUrl<User>(
  { parts, user, userId, purpose, req }: Situation<User>,
  challenge: Challenge,
  destination: Destination,
  code: string,
  languages: readonly Prompts[],
): Promise<string> {
  const content = {
    challengeId: challenge.id,
    userId,
    purpose,
    ticket: challenge.ticket,
    code,
    phone: destination.number,
    matchingDigits: challenge.matchingDigits,
    expiresAt: challenge.expiresAt,
    languages: languages.map(({ language }) => language),
  }
  const announcement = await askAnnouncement(parts, userId, user, req)
  const url = openingUrl(parts, { ...content, announcement })
  if (url !== undefined) return url
  parts.emit('prompt.defaulted', { userId, what: 'announce', reason: 'too-long' })
  /* v8 ignore next -- here it answers or throws */
  return openingUrl(parts, content) ?? ''
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
