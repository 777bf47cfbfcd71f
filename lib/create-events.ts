import { EventEmitter } from 'node:events'
import type { Emit, VoiceOtpEvents } from './events.js'

/**
 * Creates the emitter for the app, and the function with which this package emits events. @internal
 */
export function createEvents(): {
  readonly events: EventEmitter<VoiceOtpEvents>
  readonly emit: Emit
} {
  const warn = (name: unknown): void => {
    process.emitWarning(`A listener of the event '${String(name)}' failed.`, 'VoiceOtpWarning')
  }
  const events = new EventEmitter<VoiceOtpEvents>({ captureRejections: true })
  Object.defineProperty(events, Symbol.for('nodejs.rejection'), {
    value: (_error: unknown, name: unknown) => {
      warn(name)
    },
  })
  const emit: Emit = (name, ...details) => {
    try {
      ;(events as EventEmitter).emit(name, ...(details as unknown[]))
    } catch {
      warn(name)
    }
  }
  return { events, emit }
}
