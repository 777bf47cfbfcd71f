import type { RestClient } from '@signalwire/compatibility-api'
import type { ResolvedOptions } from '../resolve-options.js'
import { VoiceOtpError } from '../errors.js'
import { type ClientRequest, HttpError, sendRequest } from './http.js'

/**
 * Loads the vendor's client at the first use, because it takes 150 ms and 40 MB. Rejects with a
 * `VoiceOtpError` (`configuration`) if it cannot be loaded. @internal
 */
export async function loadVendor(): Promise<typeof RestClient> {
  // import() of a loaded module takes as long as writing one LaML document, so keep the result.
  vendor ??= (await importVendor()).RestClient
  return vendor
}

async function importVendor(): Promise<{ readonly RestClient: typeof RestClient }> {
  try {
    return await import('@signalwire/compatibility-api')
  } catch (error) {
    throw new VoiceOtpError(
      'configuration',
      'The package @signalwire/compatibility-api could not be loaded. Install it, or include it in the bundle.',
      error,
    )
  }
}
let vendor: typeof RestClient | undefined

/** Returns the vendor's client, which is created at the first use and kept. @internal */
export type Connect = () => Promise<InstanceType<typeof RestClient>>

/**
 * Creates {@link Connect} for one Space: the vendor's client, with our own HTTP client.
 * @internal
 */
export function createConnect({
  signalwire,
}: Pick<ResolvedOptions<unknown>, 'signalwire'>): Connect {
  const { project, token, origin, maxPricePerMinute } = signalwire
  let client: ReturnType<Connect> | undefined
  const httpClient = createHttpClient(
    origin,
    maxPricePerMinute === undefined ? {} : { MaxPricePerMinute: String(maxPricePerMinute) },
  )
  return () => {
    client ??= loadVendor().then(
      Client =>
        new Client(project, token, {
          signalwireSpaceUrl: new URL(origin).host,
          httpClient,
          lazyLoading: true,
        }),
    )
    // If loading failed, try again at the next call.
    client.catch(() => {
      client = undefined
    })
    return client
  }
}

/**
 * Creates the HTTP client for the vendor's client. It passes on only responses whose body is a JSON
 * object, and nothing of an error except its status and its code.
 * @param callFields Form fields of a new call that the vendor's client would leave out.
 * @internal
 */
export function createHttpClient(origin: string, callFields: Readonly<Record<string, string>>) {
  return {
    async request({ method, uri, username, password, headers, data }: ClientRequest): Promise<{
      statusCode: number
      body: unknown
      headers: Record<string, string>
    }> {
      // Only the path is taken from the vendor's client: it may read another host from the
      // environment, and the credentials must not go there.
      const { pathname, search } = new URL(uri)
      const extra = method === 'POST' && pathname.endsWith('/Calls.json') ? callFields : {}
      const { status, text } = await sendRequest({
        method,
        url: `${origin}${pathname}${search}`,
        username,
        password,
        headers,
        body: data === undefined ? undefined : formBody({ ...data, ...extra }),
      })
      return { statusCode: status, body: checkBody(status, text), headers: {} }
    },
  }
}

function formBody(data: Readonly<Record<string, unknown>>): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(data)) {
    if (typeof value === 'string' || typeof value === 'number') form.append(name, String(value))
  }
  return form
}

/**
 * Returns the body for the vendor's client. Throws for a success whose body is no object. Writes
 * the code of an error as `{ code }`, the only shape that the vendor's client reads.
 */
function checkBody(status: number, text: string): string {
  const body = parseObject(text)
  if (status < 400) {
    if (body === undefined) throw new HttpError('garbage')
    return text
  }
  return JSON.stringify({ status, code: errorCode(body), message: 'refused' })
}

/** The JSON object in `text`, or `undefined` for anything else. @internal */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/**
 * The code in an error body. SignalWire has two shapes: `{ code }` and `{ errors: [{ code }] }`.
 * @internal
 */
export function errorCode(
  body: Readonly<Record<string, unknown>> | undefined,
): string | number | undefined {
  const { errors } = body ?? {}
  const flat: unknown = Array.isArray(errors) ? errors[0] : body
  const { code } = (typeof flat === 'object' && flat !== null ? flat : {}) as { code?: unknown }
  return typeof code === 'string' || typeof code === 'number' ? code : undefined
}
