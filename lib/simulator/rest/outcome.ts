/**
 * The response of the REST API. `begin` starts what was ordered, once the response has been sent.
 * @internal
 */
export interface Outcome {
  readonly status: number
  readonly body: unknown
  readonly begin?: () => void
}

const moreInfo = (code: number | string): string =>
  `https://developer.signalwire.com/rest/compatibility-api/error-codes#${code}`

/**
 * An error of the Compatibility API: flat, with a number as code.
 * Source: SignalWire, OpenAPI of the Compatibility API, `CompatibilityErrorResponse`.
 * @internal
 */
export function failure(status: number, code: number, message: string): Outcome {
  return { status, body: { code, message, more_info: moreInfo(code), status } }
}

/**
 * The 400 of "Create a Call": the only error in a list, with a text as code.
 * Source: SignalWire, OpenAPI of the Compatibility API, `CompatibilityErrorArrayResponse`.
 * @internal
 */
export function createCallFailure(code: number | 'not_routable', message: string): Outcome {
  return {
    status: 400,
    body: { errors: [{ code: String(code), message, more_info: moreInfo(code) }] },
  }
}

/**
 * Codes that the simulator gives to several errors. Source: SignalWire, "Error codes".
 * @internal
 */
export const codes = {
  invalidArgument: 10000,
  notEnabled: 10001,
  authentication: 20003,
  notFound: 20404,
  unsupportedParameter: 90000,
} as const
