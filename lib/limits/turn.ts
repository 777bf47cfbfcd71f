import { copyOwn } from '../check-options.js'

/** When a call gets its turn. @internal */
export interface Turn {
  /** Milliseconds since 1970. */
  readonly takenAt: number
  /** Seconds that the call waits because of the counted calls before it. */
  readonly countedSeconds: number
  /** Seconds that the call is expected to wait: `countedSeconds`, corrected by recent calls. */
  readonly seconds: number
  /** Whether only a call can reach the phone, because it has an extension. */
  readonly callOnly?: boolean
}

/** What is known about a call that waits. @internal */
export interface Wait {
  /** Whole seconds until the phone rings. */
  readonly startsIn: number
  /** Calls that ring before. */
  readonly callsBefore: number
}

/** The wait of a call that rings at once. @internal */
export const noWait: Wait = { startsIn: 0, callsBefore: 0 }

/** How long a call still waits, and how many are before it. @internal */
export function remainingWait(
  { takenAt, countedSeconds, seconds }: Turn,
  now: number,
  callsPerSecond: number,
): Wait {
  const left = takenAt + seconds * 1000 - now
  if (left <= 0) return noWait
  const calls = countedSeconds * callsPerSecond * Math.min(1, left / (seconds * 1000))
  return { startsIn: Math.ceil(left / 1000), callsBefore: Math.round(calls) }
}

/** Whether a value from a session is a turn. @internal */
export function isTurn(value: unknown): value is Turn {
  const { takenAt, countedSeconds, seconds } = copyOwn(Object(value) as Partial<Turn>)
  return [takenAt, countedSeconds, seconds].every(
    each => Number.isFinite(each) && Number(each) >= 0,
  )
}
