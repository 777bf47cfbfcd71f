import type { SignalWireOptions } from 'passport-voice-otp'

const timeoutMilliseconds = 5000

/** The address of a Space, from any spelling that the strategy accepts. */
export function spaceOrigin({ space }: Pick<SignalWireOptions, 'space'>): string {
  if (space.startsWith('http://')) return new URL(space).origin
  return `https://${space.includes('.') ? space : `${space}.signalwire.com`}`
}

export interface SpaceResponse {
  readonly status: number
  /** `undefined` if the response is not JSON. */
  readonly body: unknown
}

/**
 * One request to SignalWire's REST API beside those of the strategy: GET, or POST with a form.
 * Throws what `fetch` throws, which never quotes the credentials.
 */
export async function requestSpace(
  signalwire: SignalWireOptions,
  resource: string,
  form?: Readonly<Record<string, string>>,
): Promise<SpaceResponse> {
  const { project, token } = signalwire
  const response = await fetch(
    `${spaceOrigin(signalwire)}/api/laml/2010-04-01/Accounts/${project}/${resource}.json`,
    {
      method: form ? 'POST' : 'GET',
      headers: { Authorization: `Basic ${Buffer.from(`${project}:${token}`).toString('base64')}` },
      body: form && new URLSearchParams(form),
      redirect: 'manual', // the credentials must go to this Space only
      signal: AbortSignal.timeout(timeoutMilliseconds),
    },
  )
  return { status: response.status, body: await response.json().catch(() => undefined) }
}
