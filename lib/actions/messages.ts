import type { Prompts } from '../options/prompts.js'
import { countSegments } from '../signalwire/segments.js'

/** The most segments that a text message with a code may have. */
const maxSegments = 3

/** What a text message is about. @internal */
export interface TextContent {
  readonly appName: string
  readonly code: string
  /** The host of the site on which a phone may fill in the code. */
  readonly domain: string
  /** What the user approves with the code. */
  readonly approvalText?: string | undefined
}

/**
 * The text message with the code, at most three segments. With its last line, phones fill in the
 * code on this site only (WICG, "Origin-bound one-time codes delivered via SMS"). If it is too
 * long, it leaves out the sentence with the name, then the last line, but never the warning.
 *
 * An approval begins with what the user approves, which is never left out. It has no last line: a
 * phone must not fill in a code before the user has read what the code approves.
 * @internal
 */
export function writeText(
  prompts: Prompts,
  { appName, code, domain, approvalText }: TextContent,
): string {
  const { neverAsked } = prompts
  const firstLine = approvalText === undefined ? '' : `${approvalText}\n`
  const lastLine = `@${domain} #${code}`
  const named = `${firstLine}${join(prompts.text(appName, code), neverAsked)}`
  const shortest = `${firstLine}${code}\n\n${neverAsked}`
  const texts =
    approvalText === undefined ? [`${named}\n\n${lastLine}`, `${shortest}\n\n${lastLine}`] : [named]
  return texts.find(text => countSegments(text) <= maxSegments) ?? shortest
}

/**
 * The sentence that SignalWire's hosted channels say or write before their code. Sentence and code
 * must fit into one segment (SignalWire, "MFA" of the Relay REST API). If they do not, the warning
 * is left out, then the name of the app.
 * @internal
 */
export function writeHostedMessage(prompts: Prompts, appName: string, codeLength: number): string {
  const named = prompts.hosted(appName)
  const fits = (message: string): boolean =>
    countSegments(`${message} ${'0'.repeat(codeLength)}`) === 1
  return [join(prompts.neverAsked, named), named].find(fits) ?? prompts.codeIs
}

/** Chinese and Japanese have no space between sentences. */
const join = (one: string, other: string): string =>
  one.endsWith('。') ? one + other : `${one} ${other}`
