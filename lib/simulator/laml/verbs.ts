/** What a call can say or play without the app. @internal */
export type Line =
  | {
      readonly verb: 'say'
      readonly text: string
      readonly voice: string | null
      readonly language: string | null
      /** `Infinity` repeats the text until the call ends or a key is pressed. */
      readonly times: number
    }
  | {
      readonly verb: 'play'
      readonly url: string
      /** `Infinity` repeats the sound until the call ends or a key is pressed. */
      readonly times: number
    }
  | { readonly verb: 'pause'; readonly seconds: number }

/** Takes keys, and sends them to the app. @internal */
export interface Gather {
  readonly verb: 'gather'
  readonly lines: readonly Line[]
  /** `null`: the URL of the document. */
  readonly action: string | null
  readonly method: 'GET' | 'POST'
  /** `null`: any number. */
  readonly numDigits: number | null
  /** The keys that end the input, each of them by itself. */
  readonly finishOnKey: string
  readonly timeout: number
  /** Whether the app is asked although no key was pressed. */
  readonly actionOnEmptyResult: boolean
}

/** One step of a call. @internal */
export type Verb =
  | Line
  | Gather
  | { readonly verb: 'redirect'; readonly url: string; readonly method: 'GET' | 'POST' }
  | { readonly verb: 'hangup' }
