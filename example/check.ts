import type { SignalWireOptions } from 'passport-voice-otp'
import { askSpace, spaceOrigin } from './space.js'

/** What one trial showed, in a sentence that says the mend if it failed. */
export interface Finding {
  readonly isGood: boolean
  readonly text: string
}

/** Tries the credentials of a Space with a question that calls nobody: for a call that does not exist. */
export async function checkCredentials(signalwire: SignalWireOptions): Promise<Finding> {
  const { host } = new URL(spaceOrigin(signalwire))
  const bad = (text: string): Finding => ({ isGood: false, text })
  try {
    const { status, body } = await askSpace(
      signalwire,
      'Calls/00000000-0000-0000-0000-000000000000',
    )
    if (status === 401 || status === 403)
      return bad(
        `SIGNALWIRE_PROJECT and SIGNALWIRE_TOKEN: ${host} refuses them. Copy both from the API page of this Space's dashboard, and give the token the scope Voice.`,
      )
    if (status >= 500)
      return bad(
        `SIGNALWIRE_SPACE: ${host} has trouble of its own (status ${status}). Try again in a minute.`,
      )
    // A Space answers in JSON that there is no such call; a page in HTML comes from somewhere else.
    if (status !== 404 || typeof body !== 'object')
      return bad(
        `SIGNALWIRE_SPACE: ${host} does not answer as a Space does (status ${status}). Copy the name from the address of the dashboard.`,
      )
    return { isGood: true, text: `${host} takes the project and the token.` }
  } catch (error) {
    return bad(
      `SIGNALWIRE_SPACE: ${host} can not be reached (${reasonOf(error)}). Look for a typing error, and whether this machine may reach the internet.`,
    )
  }
}

/** Looks whether the address that is told to browsers and to SignalWire leads to this app. */
export async function checkPublicUrl(
  publicUrl: string,
  instance: string,
  port: number,
): Promise<Finding> {
  const bad = (text: string): Finding => ({
    isGood: false,
    text: `PUBLIC_URL: ${publicUrl} ${text}`,
  })
  try {
    const response = await fetch(`${publicUrl}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
    })
    const body = (await response.json().catch(() => undefined)) as
      { instance?: unknown } | undefined
    if (body?.instance === instance)
      return { isGood: true, text: `${publicUrl} leads to this app.` }
    if (body?.instance !== undefined)
      return bad(
        'leads to this example with another SESSION_SECRET. Stop that one, or set the same secret for both.',
      )
    if (response.status >= 300 && response.status < 400)
      return bad(
        'redirects. SignalWire signs the address that it was told, so give the one that it redirects to.',
      )
    return bad(
      `answers with status ${response.status}, and not as this app does. Point the proxy or tunnel to http://127.0.0.1:${port}.`,
    )
  } catch (error) {
    return bad(
      `can not be reached (${reasonOf(error)}). Start the proxy or tunnel to http://127.0.0.1:${port}, and look whether its address is still the same.`,
    )
  }
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name: string; cause?: { code?: string } }
  return cause?.code ?? name
}
