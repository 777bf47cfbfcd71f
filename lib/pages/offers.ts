import type { Channel } from '../index.js'
import { isText } from './state.js'
import type { PageTexts } from './texts/texts.js'

/** A button that asks for a code. */
export interface Offer {
  readonly channel: Channel
  readonly label: string
  /** What the button says while its form is sent. */
  readonly busyLabel: string
}

/**
 * The buttons that ask for a code, the best channel first. A channel that just failed comes last.
 * @param isAgain Whether a code was sent before.
 */
export function offersOf(
  texts: PageTexts,
  channels: readonly Channel[],
  first: number,
  isAgain: boolean,
): readonly Offer[] {
  const ordered = [...channels.slice(first), ...channels.slice(0, first)]
  return ordered.map((channel, _index, [best = channel]) => ({
    channel,
    label: label(texts, channel, best, isAgain),
    busyLabel: isText(channel) ? texts.ask.texting : texts.ask.calling,
  }))
}

function label({ ask }: PageTexts, channel: Channel, first: Channel, isAgain: boolean): string {
  const isSameKind = isText(channel) === isText(first)
  if (channel === first) {
    if (isText(channel)) return isAgain ? ask.textAgain : ask.textFirst
    return isAgain ? ask.callAgain : ask.callFirst
  }
  switch (channel) {
    case 'call':
      return isSameKind ? ask.callWithKeys : ask.callInstead
    case 'hosted-call':
      return ask.callWithoutKeys
    case 'sms':
      return isSameKind ? ask.textUsual : ask.textInstead
    default:
      return ask.textOther
  }
}
