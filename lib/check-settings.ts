import { randomUUID } from 'node:crypto'
import { sealedUrl, steps } from './call/token.js'
import { isLoopback } from './check-options.js'
import type { Context } from './context.js'
import { parseObject } from './signalwire/client.js'
import { type HttpError, type OutboundRequest, sendRequest } from './signalwire/http.js'
import { signWebhook } from './signalwire/signature.js'

/**
 * Checks the settings with requests that call nobody. Returns a sentence for each mistake. Never
 * rejects.
 * @internal
 */
export async function checkSettings<User>(context: Context<User>): Promise<readonly string[]> {
  const { channels } = context.settings
  const mistakes = await Promise.all([
    channels.includes('call') && checkSpace(context, 'Calls', 'Voice'),
    channels.includes('sms') && checkSpace(context, 'Messages', 'Messaging'),
    channels.includes('call') && checkWebhooks(context),
  ])
  // A Space that cannot be reached is one mistake, not one for each channel.
  return [...new Set(mistakes.filter(mistake => typeof mistake === 'string'))]
}

/** Asks the Space for a call or a message that does not exist. */
async function checkSpace<User>(
  { settings: { signalwire } }: Context<User>,
  resource: 'Calls' | 'Messages',
  scope: 'Voice' | 'Messaging',
): Promise<string | undefined> {
  const { project, token, origin } = signalwire
  const { host } = new URL(origin)
  const { status, text } = await ask({
    method: 'GET',
    url: `${origin}/api/laml/2010-04-01/Accounts/${project}/${resource}/${randomUUID()}.json`,
    username: project,
    password: token,
  })
  if (isUnreachable(status))
    return `signalwire.space: ${host} cannot be reached (${status}). Check the spelling, and check that this machine can reach the internet.`
  if (status === 401 || status === 403)
    return `signalwire.project and signalwire.token: ${host} rejects them. Copy both from the page "API Credentials" of this Space, and give the token the scope ${scope}.`
  if (typeof status === 'number' && status >= 500)
    return `signalwire.space: ${host} has an error of its own (status ${status}). Try again in a minute.`
  // A Space responds with JSON that there is no such call. An HTML page is from another server.
  if (status !== 404 || parseObject(text) === undefined)
    return `signalwire.space: ${host} does not respond like a Space (${status}). Copy the name from the address of the dashboard.`
  return undefined
}

/**
 * Sends a webhook to `webhookUrl`, signed and sealed by this app: the last one of a call that has
 * expired. It changes nothing, except for the count of the requests with this token. Only an app
 * with the same secret and Signing Key responds to it.
 */
async function checkWebhooks<User>(context: Context<User>): Promise<string | undefined> {
  const { webhookUrl, signalwire } = context.settings
  // A Space on this machine, in tests, can reach this machine.
  if (signalwire.origin.startsWith('https:') && isLoopback(new URL(webhookUrl).hostname))
    return `webhookUrl: SignalWire cannot reach ${webhookUrl}. Set the https address of your proxy or tunnel.`
  const fields = { To: signalwire.from, Digits: '1' }
  const url = sealedUrl(context, steps.refused, {
    challengeId: randomUUID(),
    userId: '',
    purpose: 'login',
    activation: 0,
    code: '',
    phone: signalwire.from,
    expiresAt: 0,
    languages: [],
    repeatsLeft: 0,
  })
  const [signingKey] = signalwire.signingKeys || []
  const { status, text } = await ask({
    method: 'POST',
    url,
    headers:
      signingKey === undefined
        ? {}
        : { 'X-SignalWire-Signature': signWebhook(signingKey, url, fields) },
    body: new URLSearchParams(fields),
  })
  if (status === 200 && text.includes('<Response>')) return undefined
  return `webhookUrl: ${webhookUrl} ${webhookProblems[status] ?? otherProblem(status)}`
}

const unreachable = (why: string): string =>
  `cannot be reached (${why}). Start the proxy or tunnel to this app, and check that its address is still the same.`

const otherProblem = (status: Status): string =>
  `does not respond like webhooks() (${status}). Point the proxy or tunnel to this app, and mount webhooks() there, before body parsers and CSRF protection.`

const webhookProblems: Readonly<Partial<Record<Status, string>>> = {
  network: unreachable('network'),
  timeout: unreachable('timeout'),
  redirect:
    'redirects. SignalWire signs the address that the app gave it, so set the address after the redirect.',
  403: 'refuses a signed request of this app. Stop other processes at this address, or give all of them the same secret and signingKey. The event webhook.rejected says why, if this app refused it.',
  503: 'responds with status 503. The store of the limits may be down, or the proxy or tunnel does not reach this app.',
}

/** The status of the response, or why there is none. */
type Status = number | HttpError['reason']

async function ask(
  request: OutboundRequest,
): Promise<{ readonly status: Status; readonly text: string }> {
  try {
    return await sendRequest(request)
  } catch (error) {
    return { status: (error as HttpError).reason, text: '' } // it throws nothing else
  }
}

const isUnreachable = (status: Status): boolean => status === 'network' || status === 'timeout'
