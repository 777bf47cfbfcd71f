import type { Purpose } from '../options/purpose.js'

import { VoiceOtpError } from '../errors.js'
import type { Keys } from '../crypto.js'

/** The places of a call at which SignalWire asks what comes next; part of the sealed token. @internal */
export const steps = { open: 1, keys: 2, again: 3 } as const
/** One of them. @internal */
export type Step = (typeof steps)[keyof typeof steps]

/** What a token holds, sealed: a call has no session cookie, and the code is at rest nowhere. @internal */
export interface TokenContent {
  readonly challengeId: string
  readonly userId: string
  readonly purpose: Purpose
  readonly activation: number
  readonly code: string
  /** E.164, as SignalWire's `To` says it. */
  readonly phone: string
  readonly matchingDigits?: string | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Language tags: the one that is spoken, then those that key three leads to. */
  readonly languages: readonly string[]
  /** Only in the first token of a call. */
  readonly announcement?: string | undefined
  /** How often the code, or the question, may still be asked for again. */
  readonly repeatsLeft: number
}

/** What sealing needs: the keys, and the URL at which `webhooks()` is mounted. @internal */
export interface TokenContext {
  readonly keys: Keys
  readonly settings: { readonly webhookUrl: string }
}

const repeats = 2
/** Longest URL that is handed to SignalWire. */
const urlLength = 2000

/** The URL that SignalWire asks first, for a call that is about to be placed; `undefined` if only the announcement makes it too long. @internal */
export function openingUrl(
  context: TokenContext,
  content: Omit<TokenContent, 'repeatsLeft'>,
): string | undefined {
  const url = sealedUrl(context, steps.open, { ...content, repeatsLeft: repeats })
  if (url.length < urlLength) return url
  if (content.announcement !== undefined) return undefined
  throw new VoiceOtpError(
    'configuration',
    `webhookUrl and userId together make a webhook address of over ${urlLength} characters.`,
  )
}

/** The URL for the next step of a call. @internal */
export function sealedUrl(
  { settings, keys }: TokenContext,
  step: Step,
  content: TokenContent,
): string {
  return `${settings.webhookUrl}/${keys.seal(step, content)}`
}

/** The authentication tag of a token that opened: its last 16 bytes. @internal */
export const tagOf = (token: string): string => token.slice(-22)

/** What a token of ours holds; `undefined` for any other text. @internal */
export function openToken(
  { keys }: TokenContext,
  token: string,
): { readonly step: Step; readonly content: TokenContent } | undefined {
  const opened = keys.open(token)
  const step = Object.values(steps).find(each => each === opened?.step)
  return step === undefined ? undefined : { step, content: opened?.payload as TokenContent }
}
