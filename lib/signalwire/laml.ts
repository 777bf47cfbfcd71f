import type { Line, Turn } from '../call/script.js'
import { loadVendor } from './client.js'

/**
 * Writes a turn as LaML, SignalWire's XML, with the vendor's own writer, which escapes every text.
 * `actions` are absolute URLs, one for each question: SignalWire sends the pressed keys there.
 * @internal
 */
export async function writeLaml(
  { lines, questions, ending }: Turn,
  actions: readonly string[],
): Promise<string> {
  const { VoiceResponse } = (await loadVendor()).LaML
  const response = new VoiceResponse()
  const writeLine = (parent: Pick<typeof response, 'say' | 'pause'>, line: Line): unknown =>
    'say' in line
      ? parent.say({ voice: line.voice, language: line.language }, line.say)
      : parent.pause({ length: line.silenceSeconds })

  for (const line of lines) writeLine(response, line)
  for (const [index, { digits, waitSeconds, lines }] of questions.entries()) {
    /* v8 ignore next -- there is an action for each question */
    const action = actions[index] ?? ''
    // Without a key, SignalWire goes on with the next verb: the next question, or the ending.
    const gather = response.gather({
      input: 'dtmf',
      numDigits: digits,
      timeout: waitSeconds,
      action,
      method: 'POST',
    })
    for (const line of lines) writeLine(gather, line)
  }
  for (const line of ending) writeLine(response, line)
  response.hangup()
  return response.toString()
}
