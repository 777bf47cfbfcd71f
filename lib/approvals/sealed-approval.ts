import { isSpeakable } from '../call/check-prompts.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { ApprovalDetails } from '../options/approval.js'
import { canonicalizeDetails, parseDetails } from './details.js'

/** What an approval is about, as the session and the code's hash hold it. @internal */
export interface ApprovalContent {
  readonly kind: string
  /** The details in their canonical text. */
  readonly details: string
  /** What the call says and the page shows, by language tag. */
  readonly texts: Readonly<Record<string, string>>
  /** The languages of the call: first the one that is spoken. */
  readonly languages: readonly string[]
}

const maxCharacters = 200
const maxBytes = 400

/**
 * Markup, and characters with which a page could show another text than the call says:
 *
 * - controls of the writing direction, and invisible characters (U+2800 is an empty Braille
 *   pattern);
 * - private and unassigned characters, which no font and no voice knows;
 * - U+FFFC and U+FFFD, which replace lost text.
 */
const forbiddenCharacters =
  /[<>\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/u

/** Whether `kind` is the name of a kind of approval. @internal */
export const isKind = (kind: unknown): kind is string =>
  typeof kind === 'string' && /^[a-z][a-z0-9-]{0,39}$/.test(kind)

/**
 * Checks what the app's `approve(req)` returned. Throws a `VoiceOtpError` (`callback-failed`) for a
 * mistake of the app. Throws the failure `approval-malformed` or `approval-too-long` for a text
 * that a call cannot say, or a page cannot show, in full.
 * @param languages The languages that the user may hear, by tag; the first is the default.
 * @internal
 */
export function checkApproval(
  kind: string,
  returned: unknown,
  languages: readonly string[],
): ApprovalContent {
  const { details, text } = Object(returned) as { details?: unknown; text?: unknown }
  const texts = readTexts(text, languages)
  for (const each of Object.values(texts)) checkText(each)
  return {
    kind,
    details: readDetails(details),
    texts,
    languages: languages.filter(tag => Object.hasOwn(texts, tag)),
  }
}

/** The approval as one text; {@link parseApproval} reads it again. @internal */
export const writeApproval = (content: ApprovalContent): string => JSON.stringify(content)

/** An approval that {@link writeApproval} wrote. @internal */
export const parseApproval = (text: string): ApprovalContent => JSON.parse(text) as ApprovalContent

/** What an approval says, in the language that is spoken first. @internal */
export function spokenText({ texts, languages }: ApprovalContent): string {
  /* v8 ignore next -- checkApproval() has required a text in this language */
  return texts[languages[0] ?? ''] ?? ''
}

/** The details of an approval, frozen. @internal */
export const detailsOf = ({ details }: ApprovalContent): ApprovalDetails => parseDetails(details)

function readTexts(text: unknown, languages: readonly string[]): Readonly<Record<string, string>> {
  const [spoken = ''] = languages
  if (typeof text === 'string') return { [spoken]: text }
  const given = Object(text) as Readonly<Record<string, unknown>>
  const known = languages.filter(tag => Object.hasOwn(given, tag))
  if (!known.includes(spoken))
    throw new VoiceOtpError(
      'callback-failed',
      `approve() must return a text in the language of the call: text['${spoken}'].`,
    )
  return Object.fromEntries(known.map(tag => [tag, given[tag]])) as Record<string, string>
}

/** Checks a text. The call says exactly what the page shows, so the text is never shortened. */
function checkText(text: unknown): void {
  if (typeof text !== 'string' || text.trim() === '')
    throw new VoiceOtpError('callback-failed', 'approve() must return a text that is not empty.')
  if (text.length > maxCharacters || Buffer.byteLength(text) > maxBytes)
    throw new Failure('approval-too-long')
  if (
    !isSpeakable(text, maxCharacters) ||
    forbiddenCharacters.test(text) ||
    !/[\p{L}\p{N}]/u.test(text)
  )
    throw new Failure('approval-malformed')
}

/** Converts a mistake in `details` into the error of the app's callback. */
function readDetails(details: unknown): string {
  try {
    return canonicalizeDetails(details)
  } catch (error) {
    throw new VoiceOtpError('callback-failed', `approve(): ${(error as Error).message}`)
  }
}
