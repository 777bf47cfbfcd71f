// A browser without JavaScript: cookies, pages, forms and JSON. Optionally, everything that it gets
// is kept for the canary.
import type { Capture } from './canary.js'
import { type Answer as HttpAnswer, CookieJar, send } from './http.js'

/** A response, and where it redirects to. */
export interface Answer extends HttpAnswer {
  /** The `Location` of a redirect, else ''. */
  readonly location: string
}

/** What is sent besides the cookies; one of `form`, `json` and `body`. */
export interface Sent {
  readonly form?: Readonly<Record<string, string>>
  readonly json?: unknown
  /** Bytes as they are. Their `Content-Type` belongs in `headers`. */
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** Another process of the same app. Default: the browser's own. */
  readonly url?: string
  /**
   * The attack puts a code or a phone number where none belongs, so the canary must not blame the
   * app for this request.
   */
  readonly holdsCode?: boolean
}

/**
 * The `code` of a JSON response, `too-many-attempts` for example. '' for a response of another
 * type.
 */
export function failureIn({ text, headers }: Pick<Answer, 'text' | 'headers'>): string {
  if (headers.get('content-type')?.startsWith('application/json') !== true) return ''
  const { code } = JSON.parse(text) as { readonly code?: string }
  return code ?? ''
}

/** The two digits that a page shows. '' if there are none. */
export const digitsOn = (html: string): string =>
  /data-matching-digits="(\d\d)"/.exec(html)?.[1] ?? ''

/** Where a browser goes: one app, and the capture of what is seen there. */
export interface Place {
  readonly url: string
  /** The app's public origin, which the browser sends with JSON requests. Default: `url`. */
  readonly origin?: string | undefined
  readonly capture?: Capture | undefined
}

/**
 * A browser on one app. It sends paths as they are, and follows redirects only in `open` and
 * `submit`.
 */
export class Browser {
  readonly url: string
  cookies = new CookieJar()
  /** The page that `open`, `submit` or `follow` has reached. */
  page: Page = { status: 0, path: '', headers: new Headers(), html: '' }

  constructor(protected readonly place: Place) {
    this.url = place.url
  }

  /** Sends one request on a connection of its own, with the cookies as they are now. */
  async send(
    method: string,
    path: string,
    { form, json, body, headers, url = this.url, holdsCode = false }: Sent = {},
  ): Promise<Answer> {
    const { capture, origin = this.url } = this.place
    const all = {
      ...(this.cookies.size === 0 ? {} : { Cookie: this.cookies.header }),
      ...(form !== undefined ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
      ...(json !== undefined ? { 'Content-Type': 'application/json', Origin: origin } : {}),
      ...headers,
    }
    if (!holdsCode)
      capture?.note('a request line and headers', `${method} ${path} ${JSON.stringify(all)}`)
    const content =
      form !== undefined
        ? new URLSearchParams(form).toString()
        : json !== undefined
          ? JSON.stringify(json)
          : body
    const answer = await send(url, method, path, {
      headers: all,
      ...(content === undefined ? {} : { body: content }),
    })
    capture?.note('response headers', JSON.stringify([...answer.headers]))
    capture?.note(`page ${path.split('?', 1)[0] ?? ''}`, answer.text)
    this.cookies.keep(answer)
    return { ...answer, location: answer.headers.get('location') ?? '' }
  }

  /** One GET. Outside the JSON API it is a navigation. */
  get(path: string, sent: Sent = {}): Promise<Answer> {
    const mode = path.startsWith('/api') ? 'cors' : 'navigate'
    return this.send('GET', path, { ...sent, headers: { 'Sec-Fetch-Mode': mode, ...sent.headers } })
  }

  /** One POST of form fields. */
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.send('POST', path, { form, headers })
  }

  /** A POST to the JSON API, as the site's own script sends it. */
  api(path: string, json: unknown = {}, sent: Sent = {}): Promise<Answer> {
    return this.send('POST', `/api${path}`, { ...sent, json })
  }

  /**
   * Sends the code to the JSON API. Returns the `code` of its response: `logged-in`, or the
   * failure.
   */
  async verify(code: string, sent: Sent = {}): Promise<string> {
    return failureIn(await this.api('/otp', { code }, sent))
  }

  /**
   * One request with JSON in both directions. `headers` take the place of the site's own origin.
   */
  async json(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = { Origin: this.url },
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
    const answer = await this.send(method, path, {
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return {
      status: answer.status,
      headers: answer.headers,
      body: JSON.parse(answer.text) as Record<string, unknown>,
    }
  }

  /** Reads the `_csrf` of `page`, and sends it with `fields` to `action`. */
  async submitForm(
    page: string,
    action: string,
    fields: Readonly<Record<string, string>> = {},
    sent: Sent = {},
  ): Promise<Answer> {
    return this.send('POST', action, {
      ...sent,
      form: { _csrf: await this.csrf(page, sent), ...fields },
    })
  }

  /**
   * The `_csrf` of a page. There is one for each session, so it may be read once and sent many
   * times.
   */
  async csrf(page: string, sent: Sent = {}): Promise<string> {
    const { status, text, location } = await this.get(page, sent)
    const [, token] = /name="_csrf" value="([^"]+)"/.exec(text) ?? []
    if (token === undefined) throw new Error(`GET ${page} has no form: ${status} ${location}`)
    return token
  }

  /**
   * A browser that starts with the cookies of this one: with a stolen cookie, or with the cookie
   * from before.
   */
  copy(): Browser {
    const copy = new Browser(this.place)
    copy.cookies = new CookieJar(this.cookies)
    return copy
  }

  /** Whether `GET /account` and `GET /api/account` are both 200. Throws if they differ. */
  async isIn(sent: Sent = {}): Promise<boolean> {
    const [page, api] = await Promise.all([
      this.get('/account', sent),
      this.get('/api/account', sent),
    ])
    if ((page.status === 200) !== (api.status === 200))
      throw new Error(`GET /account is ${page.status}, GET /api/account ${api.status}`)
    return page.status === 200
  }

  /** Opens a page and follows redirects. */
  async open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.follow(await this.get(path, { headers }), path)
  }

  /**
   * Fills in the form of this page that leads to `action`, presses its button, and follows
   * redirects.
   */
  async submit(
    action: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    return this.follow(await this.post(action, this.fill(action, fields), headers), action)
  }

  /** The fields of a form with the values that its page has, checked radio buttons included. */
  fill(action: string, fields: Readonly<Record<string, string>> = {}): Record<string, string> {
    const form = new RegExp(`<form[^>]*action="${action}"[^]*?</form>`).exec(this.page.html)?.[0]
    if (form === undefined)
      throw new Error(`There is no form to ${action} on ${this.page.path}: ${this.text}`)
    const inputs = [...form.matchAll(/<input[^>]*>/g)]
      .map(([input]) => input)
      .filter(input => /type="hidden"/.test(input) || / checked/.test(input))
    const given = inputs.map(input => [
      /name="([^"]+)"/.exec(input)?.[1] ?? '',
      /value="([^"]*)"/.exec(input)?.[1] ?? '',
    ])
    return { ...(Object.fromEntries(given) as Record<string, string>), ...fields }
  }

  /** Follows the redirects of `answer`, the response of `path`. */
  async follow(answer: Answer, path: string): Promise<Page> {
    if (answer.location !== '') {
      if (answer.status !== 303)
        throw new Error(`${path} redirects with ${answer.status}: browsers may repeat the POST`)
      return this.open(answer.location)
    }
    const { status, headers, text: html } = answer
    this.page = { status, path, headers, html }
    return this.page
  }

  /** The text of the page without its tags. */
  get text(): string {
    return this.page.html
      .replace(/<(script|style)[^]*?<\/\1>|<[^>]+>/g, ' ')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&')
      .replace(/\s+/g, ' ')
  }

  /** The two digits that the page shows. '' if there are none. */
  get matchingDigits(): string {
    return digitsOn(this.page.html)
  }

  /** The error message of the page. '' if there is none. */
  get alert(): string {
    return (/role="alert"[^>]*>([^]*?)<\/div>/.exec(this.page.html)?.[1] ?? '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  }
}

/** A page as a browser without JavaScript has it. */
export interface Page {
  readonly status: number
  readonly path: string
  readonly headers: Headers
  readonly html: string
}
