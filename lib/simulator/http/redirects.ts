import type { Answer } from './send.js'
import { type Address, type Fields, isWebUrl, WebhookError } from './webhook.js'

const mostRedirects = 3

/**
 * Sends a request with `send` and follows up to 3 redirects. A redirected request has no `Digits`.
 * A redirect with the status 307 or 308 keeps the method, any other one becomes a GET. Source:
 * SignalWire, "Common webhook errors" and "Gather"; the methods are the simulator's choice.
 * @internal
 */
export async function followRedirects(
  address: Address,
  fields: Fields,
  send: (address: Address, fields: Fields) => Promise<Answer>,
): Promise<Answer> {
  let answer = await send(address, fields)
  let from = address
  for (let redirects = 0; answer.status >= 300 && answer.status < 400; redirects++) {
    if (redirects === mostRedirects)
      throw new WebhookError(11215, `more than ${mostRedirects} redirects`)
    from = nextAddress(from, answer)
    const { Digits: _lost, ...others } = fields
    answer = await send(from, others)
  }
  return answer
}

function nextAddress({ url, method }: Address, { status, location = '' }: Answer): Address {
  const next = location !== '' && URL.canParse(location, url) ? new URL(location, url).href : ''
  if (!isWebUrl(next))
    throw new WebhookError(11200, `a redirect (${status}) without a valid Location`)
  return { url: next, method: status === 307 || status === 308 ? method : 'GET' }
}
