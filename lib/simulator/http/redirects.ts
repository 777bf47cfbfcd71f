import type { AppResponse } from './send.js'
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
  send: (address: Address, fields: Fields) => Promise<AppResponse>,
): Promise<AppResponse> {
  let response = await send(address, fields)
  let from = address
  for (let redirects = 0; response.status >= 300 && response.status < 400; redirects++) {
    if (redirects === mostRedirects)
      throw new WebhookError(11215, `more than ${mostRedirects} redirects`)
    from = nextAddress(from, response)
    const { Digits: _lost, ...others } = fields
    response = await send(from, others)
  }
  return response
}

function nextAddress({ url, method }: Address, { status, location = '' }: AppResponse): Address {
  const next = location !== '' && URL.canParse(location, url) ? new URL(location, url).href : ''
  if (!isWebUrl(next))
    throw new WebhookError(11200, `a redirect (${status}) without a valid Location`)
  return { url: next, method: status === 307 || status === 308 ? method : 'GET' }
}
