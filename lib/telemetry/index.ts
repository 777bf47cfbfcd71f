/**
 * Metrics and traces of the second factor, over `@opentelemetry/api`.
 * @module passport-voice-otp/telemetry
 */
import type { SpanStatusCode, Tracer } from '@opentelemetry/api'
import type { EventEmitter } from 'node:events'
import type { VoiceOtpEvents } from '../events.js'
import { Budgets } from './budgets.js'
import { createInstruments } from './instruments.js'
import { Labels } from './labels.js'
import { createRecorders, dependencyOf, type Recorders } from './record.js'

/** The part of `@opentelemetry/api` that is used. */
type OpenTelemetry = Pick<typeof import('@opentelemetry/api'), 'metrics' | 'trace'>

/** The part of a `VoiceOtpStrategy` that is measured. */
export interface Instrumented {
  /** The events of the strategy. */
  readonly events: EventEmitter<VoiceOtpEvents>
}

const name = 'passport-voice-otp'
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- no enum there
const errorStatus: SpanStatusCode.ERROR = 2

/**
 * Measures a strategy and adds a span for each send, each webhook and each check of a code. Call it
 * once, after the app has set up its OpenTelemetry SDK. Without an SDK it does nothing. No metric
 * and no span holds a user, a number or a code, and each label has at most 60 values.
 *
 * Resolves to a function that ends it. Rejects if the package `@opentelemetry/api` is not
 * installed.
 */
export async function instrument(voiceOtp: Instrumented): Promise<() => void> {
  const api = await load()
  const instruments = createInstruments(api.metrics.getMeter(name))
  const budgets = new Budgets()
  const recorders: Recorders = createRecorders(instruments, budgets, new Labels())
  const handlers = Object.entries(recorders) as [keyof VoiceOtpEvents, () => void][]
  const trace = createTracing(api.trace.getTracer(name))
  for (const [event, handler] of handlers) voiceOtp.events.on(event, handler)
  voiceOtp.events.on('request.handled', trace)
  instruments.budgetLeft.addCallback(budgets.report)
  return () => {
    for (const [event, handler] of handlers) voiceOtp.events.off(event, handler)
    voiceOtp.events.off('request.handled', trace)
    instruments.budgetLeft.removeCallback(budgets.report)
  }
}

async function load(): Promise<OpenTelemetry> {
  try {
    // `import()` of the CommonJS build offers the package only as its default export.
    return (await import('@opentelemetry/api')).default
  } catch {
    throw new Error(
      'passport-voice-otp/telemetry needs the package @opentelemetry/api: npm install @opentelemetry/api',
    )
  }
}

/** Writes a span for a request that has ended. Its parent is the span of the app's request. */
function createTracing(tracer: Tracer): (...details: VoiceOtpEvents['request.handled']) => void {
  return ({ what, outcome, milliseconds, purpose }) => {
    const endTime = Date.now()
    const span = tracer.startSpan(`voice_otp.${what}`, {
      startTime: endTime - milliseconds,
      attributes: {
        'voice_otp.outcome': outcome,
        ...(purpose === undefined ? {} : { 'voice_otp.purpose': purpose }),
      },
    })
    if (dependencyOf(outcome) !== undefined) span.setStatus({ code: errorStatus })
    span.end(endTime)
  }
}
