import type { Counter, Histogram, Meter, ObservableGauge } from '@opentelemetry/api'

/** Seconds from the request of a code to something that a person waits for. */
const waitBuckets = [1, 2, 3, 5, 8, 13, 20, 30, 45, 60, 90, 120, 180, 300, 600]
/** Seconds of one request to the strategy. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10]

/** Everything that is measured. @internal */
export interface Instruments {
  readonly timeToRing: Histogram
  readonly timeToAnswer: Histogram
  readonly timeToCode: Histogram
  readonly queueWait: Histogram
  readonly requests: Histogram
  readonly sends: Counter
  readonly answers: Counter
  readonly completions: Counter
  readonly unused: Counter
  readonly attempts: Counter
  readonly locks: Counter
  readonly reports: Counter
  readonly errors: Counter
  readonly budgetLeft: ObservableGauge
}

/** @internal */
export function createInstruments(meter: Meter): Instruments {
  const seconds = (name: string, description: string, buckets = waitBuckets): Histogram =>
    meter.createHistogram(`voice_otp.${name}`, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: buckets },
    })
  const count = (name: string, description: string): Counter =>
    meter.createCounter(`voice_otp.${name}`, { description })
  return {
    timeToRing: seconds('time_to_ring', 'From the request of a call to its first ring'),
    timeToAnswer: seconds('time_to_answer', 'From the request of a call to its answer'),
    timeToCode: seconds('time_to_code', 'From the request of a code to the right code'),
    queueWait: seconds('queue_wait', 'How long a call waits for its turn'),
    requests: seconds('request_duration', 'Requests to the strategy', requestBuckets),
    sends: count('sends', 'Codes that were asked for'),
    answers: count('answers', 'Calls that somebody answered'),
    completions: count('completions', 'Right codes'),
    unused: count('unused', 'Codes that expired and were never entered'),
    attempts: count('attempts', 'Codes that were entered'),
    locks: count('locks', 'Users who reached a limit on wrong codes'),
    reports: count('reports', 'Calls that were reported as "this was not me"'),
    errors: count('errors', 'Requests that failed because of a dependency'),
    budgetLeft: meter.createObservableGauge('voice_otp.budget_left', {
      description: 'The smallest part of a budget for unused codes that was left, 0 to 1',
      unit: '1',
    }),
  }
}
