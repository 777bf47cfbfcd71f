import type { Line, Turn } from '../call/script.js'
import { loadVendor } from './client.js'

/**
 * Writes a turn as LaML, SignalWire's XML, with the vendor's own writer: every text is escaped,
 * every verb is known. `action` is the absolute URL that is told which keys were pressed, for a
 * turn that asks for some.
 * @internal
 */
export async function writeLaml({ lines, ask, ending }: Turn, action = ''): Promise<string> {
  const { VoiceResponse } = (await loadVendor()).LaML
  const response = new VoiceResponse()
  const write = (into: Pick<typeof response, 'say' | 'pause'>, line: Line): unknown =>
    'say' in line
      ? into.say({ voice: line.voice, language: line.language }, line.say)
      : into.pause({ length: line.pauseSeconds })

  for (const line of lines) write(response, line)
  if (ask !== undefined) {
    const gather = response.gather({
      input: 'dtmf',
      numDigits: ask.digits,
      timeout: ask.waitSeconds,
      action,
      method: 'POST',
    })
    for (const line of ask.lines) write(gather, line)
  }
  for (const line of ending) write(response, line)
  response.hangup()
  return response.toString()
}
