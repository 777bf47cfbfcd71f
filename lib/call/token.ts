import { copyOwn } from '../check-options.js'
import type { Country } from '../options/phone.js'
import type { Purpose } from '../options/purpose.js'
import { VoiceOtpError } from '../errors.js'
import type { Keys } from '../crypto.js'

/** Where a call is when SignalWire asks what comes next; part of the sealed token. @internal */
export const steps = {
  /** The phone was just answered. */
  answered: 1,
  /** Keys were pressed at the question before the code. */
  question: 2,
  /** A key was pressed at the menu after the code. */
  menu: 3,
  /** Key zero refused what the user was asked to approve. */
  refused: 4,
} as const
/** One of {@link steps}. @internal */
export type Step = (typeof steps)[keyof typeof steps]

/**
 * What a token holds, sealed. A webhook has no session cookie and the code is stored nowhere, so
 * the URL carries all that the call needs.
 * @internal
 */
export interface TokenContent {
  readonly challengeId: string
  readonly userId: string
  readonly purpose: Purpose
  /** The value of the user's active challenge when this call was placed. */
  readonly activation: number
  readonly code: string
  /** E.164, as in SignalWire's field `To`. */
  readonly phone: string
  /** The country of the number, for events. */
  readonly country?: Country | undefined
  readonly matchingDigits?: string | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Language tags: first the one that is spoken, then those that key three leads to. */
  readonly languages: readonly string[]
  /** Only in the first token of a call. */
  readonly announcement?: string | undefined
  /** For `approve`: what the call says that the user approves, by language tag. */
  readonly approvalTexts?: Readonly<Record<string, string>> | undefined
  /** For `approve`: what the app's audit log needs if the user refuses. */
  readonly approval?: { readonly kind: string; readonly detailsHash: string } | undefined
  /** How many times the code may still be repeated, or the language changed. */
  readonly repeatsLeft: number
}

/** What is needed to seal a token: the keys, and the URL of `webhooks()`. @internal */
export interface TokenContext {
  readonly keys: Keys
  readonly settings: { readonly webhookUrl: string }
}

const maxRepeats = 2
/** Longest URL that SignalWire gets from us, in characters. */
const maxUrlLength = 2000

/**
 * The URL that SignalWire requests first, for a call that is about to be placed. `undefined` if the
 * announcement or the texts of an approval make it too long. Throws a {@link VoiceOtpError}
 * (`configuration`) if it is too long without them.
 * @internal
 */
export function openingUrl(
  context: TokenContext,
  content: Omit<TokenContent, 'repeatsLeft'>,
): string | undefined {
  const url = sealedUrl(context, steps.answered, { ...content, repeatsLeft: maxRepeats })
  if (url.length < maxUrlLength) return url
  if (content.announcement !== undefined || content.approvalTexts !== undefined) return undefined
  throw new VoiceOtpError(
    'configuration',
    `webhookUrl and userId are too long: together they make a webhook URL of over ${maxUrlLength} characters.`,
  )
}

/** Longest segment of a path: some gateways and servers refuse more than 260 characters. */
const segmentLength = 200
const segmentBeforeAnother = new RegExp(`.{${segmentLength}}(?=.)`, 'g')

/** A token in the form that a URL has: a slash after each 200 characters. @internal */
export const toTokenPath = (token: string): string => token.replace(segmentBeforeAnother, '$&/')

/**
 * The end of a path that can be a token: the last segment, and all segments of 200 characters right
 * before it. Where `webhooks()` is mounted does not matter, so a proxy may change the beginning of
 * the path.
 * @internal
 */
export function findTokenPath(path: string): string {
  const segments = path.split('/')
  let start = segments.length - 1
  while (segments[start - 1]?.length === segmentLength) start--
  return segments.slice(start).join('/')
}

/** The URL for the next step of a call. @internal */
export function sealedUrl(
  { settings, keys }: TokenContext,
  step: Step,
  content: TokenContent,
): string {
  return `${settings.webhookUrl}/${toTokenPath(keys.seal(step, content))}`
}

/** A token of ours. @internal */
export interface OpenedToken {
  readonly step: Step
  readonly content: TokenContent
  /** The authentication tag (16 bytes), which is different for every token. */
  readonly tag: string
}

/** Opens a token in the form that a URL has; `undefined` for any other text. @internal */
export function openToken({ keys }: TokenContext, path: string): OpenedToken | undefined {
  const token = path.replaceAll('/', '')
  // Only one spelling opens, as for base64url in `keys.open()`.
  const opened = toTokenPath(token) === path ? keys.open(token) : undefined
  const step = Object.values(steps).find(each => each === opened?.step)
  if (step === undefined) return undefined
  return { step, content: copyOwn(opened?.payload as TokenContent), tag: token.slice(-22) }
}
