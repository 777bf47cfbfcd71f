import type { Line, Turn } from '../call/script.js'
import { loadVendor } from './client.js'

/**
 * Writes a turn as LaML, SignalWire's XML, with the vendor's own writer, which escapes every text.
 * `action` is the absolute URL to which SignalWire sends the pressed keys, for a turn that asks for
 * keys.
 * @internal
 */
export async function writeLaml({ lines, ask, ending }: Turn, action = ''): Promise<string> {
  const { VoiceResponse } = (await loadVendor()).LaML
  const response = new VoiceResponse()
  const writeLine = (parent: Pick<typeof response, 'say' | 'pause'>, line: Line): unknown =>
    'say' in line
      ? parent.say({ voice: line.voice, language: line.language }, line.say)
      : parent.pause({ length: line.pauseSeconds })

  for (const line of lines) writeLine(response, line)
  if (ask !== undefined) {
    const gather = response.gather({
      input: 'dtmf',
      numDigits: ask.digits,
      timeout: ask.waitSeconds,
      action,
      method: 'POST',
    })
    for (const line of ask.lines) writeLine(gather, line)
  }
  for (const line of ending) writeLine(response, line)
  response.hangup()
  return response.toString()
}
