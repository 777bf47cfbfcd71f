import { VoiceOtpError } from '../errors.js'
import type { ResolvedOptions } from '../resolve-options.js'
import { checkSid } from './calls.js'
import { errorCode, parseObject } from './client.js'
import { HttpError, sendRequest, StatusError } from './http.js'

/** A code that SignalWire's hosted MFA creates and sends. @internal */
export interface HostedRequest {
  readonly channel: 'call' | 'sms'
  readonly to: string
  /** Spoken or written before the code. */
  readonly message: string
  readonly codeLength: number
  readonly validSeconds: number
  readonly attempts: number
}

/**
 * SignalWire's hosted MFA: SignalWire creates the code, sends it and checks it. Source: SignalWire,
 * "MFA" of the Relay REST API.
 * @internal
 */
export interface Mfa {
  /**
   * Sends a code and returns SignalWire's id for it. Pass what it throws only to `toDeliveryError`.
   */
  request(request: HostedRequest): Promise<string>
  /**
   * Checks a code. `gone`: SignalWire does not know the id any more. Throws a
   * {@link VoiceOtpError} if SignalWire did not check it.
   */
  verify(id: string, code: string): Promise<'right' | 'wrong' | 'gone'>
}

/** Creates the client for the hosted MFA of one Space. @internal */
export function createMfa({
  signalwire: { project, token, origin, from },
}: Pick<ResolvedOptions<unknown>, 'signalwire'>): Mfa {
  const post = (path: string, body: object) =>
    sendRequest({
      method: 'POST',
      url: `${origin}/api/relay/rest/mfa/${path}`,
      username: project,
      password: token,
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body),
    })

  return {
    async request({ channel, to, message, codeLength, validSeconds, attempts }) {
      const { status, text } = await post(channel, {
        to,
        from,
        message,
        token_length: codeLength,
        valid_for: validSeconds,
        max_attempts: attempts,
        allow_alphas: false,
      })
      const body = parseObject(text)
      if (status >= 400) throw new StatusError(status, hostedErrorCode(status) ?? errorCode(body))
      if (body?.['success'] !== true) throw new HttpError('garbage')
      return checkSid(body['id'])
    },

    async verify(id, code) {
      const { status, text } = await post(`${id}/verify`, { token: code }).catch(
        (error: unknown) => {
          /* v8 ignore next -- sendRequest() throws nothing else */
          const code = error instanceof HttpError ? error.reason : undefined
          throw new VoiceOtpError('signalwire-unavailable', undefined, { name: 'HttpError', code })
        },
      )
      if (status === 404) return 'gone'
      const success = status === 200 ? parseObject(text)?.['success'] : undefined
      if (typeof success !== 'boolean')
        throw new VoiceOtpError('signalwire-unavailable', undefined, {
          name: 'HttpError',
          code: hostedErrorCode(status) ?? status,
        })
      return success ? 'right' : 'wrong'
    },
  }
}

/**
 * The reason for a status that the MFA API sends without a code: 401 means that the API token lacks
 * the scope Management.
 */
const hostedErrorCode = (status: number): string | undefined =>
  status === 401 ? 'scope-missing' : undefined
