/** Keys that are being collected. @internal */
export interface Gathering {
  /**
   * Takes keys until there are enough. Returns the keys that it took, the finishing key included.
   */
  take(keys: string): string
  /** The keys that go to the app. */
  digits(): string
  isFinished(): boolean
  /** Whether a key was pressed. */
  hasBegun(): boolean
}

/** How keys are collected. @internal */
export interface GatheringRules {
  /** `null`: any number. */
  readonly numDigits: number | null
  /** The keys that end the input, each of them by itself. */
  readonly finishOnKey: string
  /** Whether the finishing key goes to the app. */
  readonly keepsFinishKey: boolean
}

/** Collects keys until there are `numDigits`, or until a finishing key is pressed. @internal */
export function startGathering({
  numDigits,
  finishOnKey,
  keepsFinishKey,
}: GatheringRules): Gathering {
  let digits = ''
  let isFinished = false

  function takeOne(key: string): void {
    const isFinishKey = finishOnKey.includes(key)
    if (!isFinishKey || keepsFinishKey) digits += key
    if (isFinishKey || digits.length === numDigits) isFinished = true
  }

  return {
    take(keys) {
      let taken = ''
      for (const key of keys) {
        if (isFinished) break
        takeOne(key)
        taken += key
      }
      return taken
    },
    digits: () => digits,
    isFinished: () => isFinished,
    hasBegun: () => isFinished || digits !== '',
  }
}
