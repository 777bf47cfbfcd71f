// The few members that are used of modules whose own types do not resolve under nodenext.

declare module 'rate-limiter-flexible/lib/RateLimiterMemory.js' {
  import type { RateLimiterMemory } from 'rate-limiter-flexible'

  const constructor: typeof RateLimiterMemory
  export default constructor
}

declare module '@signalwire/compatibility-api' {
  interface HttpRequest {
    readonly method: string
    readonly uri: string
    readonly username: string
    readonly password: string
    readonly headers?: Readonly<Record<string, string>>
    readonly data?: Readonly<Record<string, unknown>>
  }
  interface HttpClient {
    request(
      options: HttpRequest,
    ): Promise<{ statusCode: number; body: unknown; headers: Record<string, string> }>
  }
  interface CallInstance {
    readonly sid?: unknown
    readonly status?: unknown
  }
  interface Calls {
    (sid: string): {
      fetch(): PromiseLike<CallInstance>
      update(options: Readonly<Record<string, string>>): PromiseLike<CallInstance>
    }
    create(options: Readonly<Record<string, string | number>>): PromiseLike<CallInstance>
  }
  interface Gather {
    say(attributes: Readonly<Record<string, string>>, text: string): unknown
    pause(attributes: { readonly length: number }): unknown
  }
  interface VoiceResponse extends Gather {
    gather(attributes: Readonly<Record<string, string | number>>): Gather
    hangup(): unknown
    toString(): string
  }
  export const RestClient: {
    new (
      project: string,
      token: string,
      options: { signalwireSpaceUrl: string; httpClient: HttpClient; lazyLoading: boolean },
    ): {
      readonly calls: Calls
      readonly messages: {
        create(options: Readonly<Record<string, string>>): PromiseLike<{ readonly sid?: unknown }>
      }
    }
    readonly LaML: { readonly VoiceResponse: new () => VoiceResponse }
    validateRequest(
      key: string,
      header: string,
      url: string,
      params: Readonly<Record<string, string>>,
    ): boolean
  }
}
