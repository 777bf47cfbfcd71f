import { voiceWarning } from '../laml/voices.js'
import type { Clock } from '../network/clock.js'
import type { CallStatus, Entry, SimulatedCall, Waiting } from '../types/call.js'

/** What happened in a call so far. @internal */
export class CallRecord {
  status: CallStatus = 'queued'
  error: string | null = null
  waitingFor: Waiting | null = null
  speaking: string | null = null
  answeredAt: number | undefined
  endedAt: number | undefined
  readonly createdAt: number
  /** Length of what was said and waited for while the manual clock stood still. */
  skippedMilliseconds = 0
  private readonly heard: string[] = []
  private readonly entries: Entry[] = []
  private readonly warnings: string[] = []

  constructor(
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {
    this.createdAt = clock.now()
  }

  get length(): number {
    return this.entries.length
  }

  /** Milliseconds since the answer, with the length of what was said. */
  durationMs(): number {
    if (this.answeredAt === undefined) return 0
    return (this.endedAt ?? this.clock.now()) - this.answeredAt + this.skippedMilliseconds
  }

  become(status: CallStatus): void {
    this.status = status
    this.changed()
  }

  note(entry: Entry): void {
    this.entries.push(entry)
    this.changed()
  }

  say(text: string, voice: string | null, language: string | null): void {
    const warning = voiceWarning(voice, language)
    if (warning !== undefined) this.warn(warning)
    this.heard.push(text)
    this.note({ kind: 'say', text, voice, language })
  }

  /** Adds a warning, once. */
  warn(warning: string): void {
    if (!this.warnings.includes(warning)) this.warnings.push(warning)
    this.changed()
  }

  snapshot(): Pick<
    SimulatedCall,
    | 'status'
    | 'heard'
    | 'waitingFor'
    | 'error'
    | 'warnings'
    | 'speaking'
    | 'transcript'
    | 'durationMs'
  > {
    const { status, waitingFor, error, speaking } = this
    return {
      status,
      heard: [...this.heard],
      waitingFor,
      error,
      warnings: [...this.warnings],
      speaking,
      transcript: [...this.entries],
      durationMs: this.durationMs(),
    }
  }
}
