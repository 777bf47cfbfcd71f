/** Keys being collected. @internal */
export interface Gathering {
  /** Takes keys until it has enough; answers those it took, the finishing key among them. */
  take(keys: string): string
  digits(): string
  isFinished(): boolean
  /** Whether a key was pressed, which ends what is being said. */
  isInterrupted(): boolean
}

/** Collects keys until there are `numDigits` (`null`: any number) or `finishOnKey` is pressed, which is not kept. @internal */
export function startGathering(numDigits: number | null, finishOnKey: string): Gathering {
  let digits = ''
  let isFinished = false

  function takeOne(key: string): void {
    if (key === finishOnKey) isFinished = true
    else digits += key
    if (digits.length === numDigits) isFinished = true
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
    isInterrupted: () => isFinished || digits !== '',
  }
}
