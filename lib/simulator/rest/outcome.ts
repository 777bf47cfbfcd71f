/** What the REST API answers; `begin` starts what was ordered, once the answer is on its way. @internal */
export interface Outcome {
  readonly status: number
  readonly body: unknown
  readonly begin?: () => void
}

/** An error in the documented shape of the Compatibility API. @internal */
export function failure(status: number, code: string, message: string): Outcome {
  return {
    status,
    body: {
      errors: [
        {
          code,
          message,
          more_info: `https://developer.signalwire.com/rest/compatibility-api/error-codes#${code}`,
        },
      ],
    },
  }
}
