import type { SignalWireOptions } from 'passport-voice-otp'

const milliseconds = 5000

/** The address of a Space, from any spelling that the strategy takes. */
export function spaceOrigin({ space }: Pick<SignalWireOptions, 'space'>): string {
  if (space.startsWith('http://')) return new URL(space).origin
  return `https://${space.includes('.') ? space : `${space}.signalwire.com`}`
}

/**
 * One request to the REST API besides those that the strategy makes: GET, or POST with a form. Answers the status and what
 * is JSON of the answer. Throws what `fetch` throws, which never quotes the credentials.
 */
export async function askSpace(
  signalwire: SignalWireOptions,
  resource: string,
  form?: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { project, token } = signalwire
  const response = await fetch(
    `${spaceOrigin(signalwire)}/api/laml/2010-04-01/Accounts/${project}/${resource}.json`,
    {
      method: form ? 'POST' : 'GET',
      headers: { Authorization: `Basic ${Buffer.from(`${project}:${token}`).toString('base64')}` },
      body: form && new URLSearchParams(form),
      redirect: 'manual', // credentials go to this Space and nowhere else
      signal: AbortSignal.timeout(milliseconds),
    },
  )
  return { status: response.status, body: await response.json().catch(() => undefined) }
}
