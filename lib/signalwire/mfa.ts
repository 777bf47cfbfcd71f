import { VoiceOtpError } from '../errors.js'
import type { ResolvedOptions } from '../resolve-options.js'
import { checkedSid } from './calls.js'
import { errorCode, parseObject } from './client.js'
import { HttpError, sendRequest } from './http.js'

/**
 * What SignalWire's hosted MFA is asked to send. Source: SignalWire, "MFA" of the Relay REST API.
 * @internal
 */
export interface HostedRequest {
  readonly channel: 'call' | 'sms'
  readonly to: string
  /** Spoken or written before the code. */
  readonly message: string
  readonly codeLength: number
  readonly validSeconds: number
  readonly attempts: number
}

/** SignalWire's hosted MFA: it makes the code, delivers it and checks it. @internal */
export interface Mfa {
  /**
   * Answers SignalWire's name of the challenge. Throws whatever went wrong, to be read by
   * `deliveryTrouble` alone.
   */
  request(request: HostedRequest): Promise<string>
  /**
   * Whether the code is right; `gone` when SignalWire knows the challenge no more. Throws {@link
   * VoiceOtpError} for anything else.
   */
  verify(id: string, code: string): Promise<'right' | 'wrong' | 'gone'>
}

/** @internal */
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
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the shape that the vendor's client throws, read in one place
      if (status >= 400) throw { status, code: errorCode(body) }
      if (body?.['success'] !== true) throw new HttpError('garbage')
      return checkedSid(body['id'])
    },

    async verify(id, code) {
      const { status, text } = await post(`${id}/verify`, { token: code }).catch(
        (error: unknown) => {
          /* v8 ignore next -- nothing else is thrown */
          throw new VoiceOtpError('signalwire-unavailable', undefined, {
            name: 'HttpError',
            code: error instanceof HttpError ? error.reason : undefined,
          })
        },
      )
      if (status === 404) return 'gone'
      const success = status === 200 ? parseObject(text)?.['success'] : undefined
      if (typeof success !== 'boolean')
        throw new VoiceOtpError('signalwire-unavailable', undefined, {
          name: 'HttpError',
          code: status,
        })
      return success ? 'right' : 'wrong'
    },
  }
}
