import type { Purpose } from '../challenge.js'

/** Everything that a call says in one language; one file each in `prompts/`. Sentences hold no digit: only a code does. */
export interface Prompts {
  /** BCP 47 tag, as SignalWire's `Say` takes it. */
  readonly language: string
  /** A voice of SignalWire's list; an unknown one falls back silently. */
  readonly voice: string
  /** Between the digits of a code, so that each is read alone: a full stop would make ordinals in some languages. */
  readonly separator: string
  /** The first sentence says who calls and why: call screening shows it to people. */
  readonly opening: Readonly<Record<Purpose, (appName: string) => string>>
  readonly pressMatchingDigits: string
  readonly pressAnyKey: string
  readonly pressIfNotYou: string
  readonly codeIs: string
  readonly onceMore: string
  readonly menu: string
  readonly goodbye: string
  readonly wrongDigits: string
  readonly noDigits: string
  readonly expired: string
  readonly reported: string
}
