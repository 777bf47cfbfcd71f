// A browser for each person: cookies, forms, JSON, and every byte that it got kept for the canary.
import { request, type IncomingHttpHeaders } from 'node:http'
import type { Simulator } from 'passport-voice-otp/simulator'
import { codeIn } from './world.js'
import type { Capture } from './canary.js'

/** What was answered. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The `Location` of a redirect, else ''. */
  readonly location: string
}

/** What is sent besides the cookies; one of `form`, `json` and `body`. */
export interface Sent {
  readonly form?: Readonly<Record<string, string>>
  readonly json?: unknown
  /** Bytes as they are; give their `Content-Type` in `headers`. */
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Another process of the same app. Default: the browser's own. */
  readonly url?: string
  /** The attack puts a code or a number where none belongs: its request line and headers are not held against the app. */
  readonly holdsCode?: boolean
}

/** The `code` of a JSON refusal, `too-many-attempts` for example; '' for anything else. */
export function failureIn({ text, headers }: Answer): string {
  if (headers['content-type']?.startsWith('application/json') !== true) return ''
  const { code } = JSON.parse(text) as { readonly code?: string }
  return code ?? ''
}

/** A browser on one app. Follows no redirects. The path is sent as it is, not tidied up first. */
export class Browser {
  cookies = new Map<string, string>()

  /** @param origin Origin that the browser writes into JSON requests: the app's public one. */
  constructor(
    readonly url: string,
    protected readonly capture: Capture,
    protected readonly origin = url,
  ) {}

  /** Sends one request on a connection of its own, with the cookies as they are now. */
  send(
    method: string,
    path: string,
    { form, json, body, headers, url = this.url, holdsCode = false }: Sent = {},
  ): Promise<Answer> {
    const { hostname, port } = new URL(url)
    const content =
      form !== undefined
        ? new URLSearchParams(form).toString()
        : json !== undefined
          ? JSON.stringify(json)
          : body
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const all = {
      ...(cookie === '' ? {} : { Cookie: cookie }),
      ...(form !== undefined ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
      ...(json !== undefined ? { 'Content-Type': 'application/json', Origin: this.origin } : {}),
      ...(content === undefined ? {} : { 'Content-Length': Buffer.byteLength(content) }),
      ...headers,
    }
    if (!holdsCode)
      this.capture.note('a request line and headers', `${method} ${path} ${JSON.stringify(all)}`)
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, method, path, headers: all, agent: false },
        response => {
          const chunks: Buffer[] = []
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('error', reject)
            .on('end', () => {
              const text = Buffer.concat(chunks).toString('utf8')
              this.capture.note('answered headers', JSON.stringify(response.headers))
              this.capture.note(`page ${path.split('?', 1)[0] ?? ''}`, text)
              this.keepCookies(response.headers['set-cookie'] ?? [])
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                text,
                location: response.headers.location ?? '',
              })
            })
        },
      )
      sent.on('error', reject).end(content)
    })
  }

  get(path: string, sent: Sent = {}): Promise<Answer> {
    return this.send('GET', path, sent)
  }

  /** Fills in the form of a page: reads its `_csrf`, sends it along with `fields` to `action`. */
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

  /** The `_csrf` of a page; one for each session, so it may be read once and sent many times. */
  async csrf(page: string, sent: Sent = {}): Promise<string> {
    const { status, text, location } = await this.get(page, sent)
    const [, token] = /name="_csrf" value="([^"]+)"/.exec(text) ?? []
    if (token === undefined) throw new Error(`GET ${page} has no form: ${status} ${location}`)
    return token
  }

  /** A POST to the JSON API, as the site's own script sends it. */
  api(path: string, json: unknown = {}, sent: Sent = {}): Promise<Answer> {
    return this.send('POST', `/api${path}`, { ...sent, json })
  }

  /** A browser that starts with the cookies of this one: a stolen cookie, or the one from before. */
  copy(): Browser {
    const copy = new Browser(this.url, this.capture, this.origin)
    copy.cookies = new Map(this.cookies)
    return copy
  }

  /** Whether `GET /account` is 200, the page or the API: nobody is in by one and not by the other. */
  async isIn(sent: Sent = {}): Promise<boolean> {
    const [page, api] = await Promise.all([
      this.get('/account', sent),
      this.get('/api/account', sent),
    ])
    if ((page.status === 200) !== (api.status === 200))
      throw new Error(`GET /account is ${page.status}, GET /api/account ${api.status}`)
    return page.status === 200
  }

  private keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.cookies.set(name, value)
    }
  }
}

/** Where a person lives: an app, and the Space whose telephones ring. */
export interface Place {
  readonly url: string
  readonly origin?: string
  readonly simulator: Simulator
  readonly capture: Capture
}

/** Somebody with a browser, a password and a telephone. */
export class Person extends Browser {
  private readonly simulator: Simulator

  /** @param phone The telephone that this person can answer, E.164. */
  constructor(
    place: Place,
    readonly username: string,
    readonly password: string,
    readonly phone: string,
  ) {
    super(place.url, place.capture, place.origin)
    this.simulator = place.simulator
  }

  /** The password form. */
  logIn(sent: Sent = {}): Promise<Answer> {
    return this.submitForm(
      '/login',
      '/login',
      { username: this.username, password: this.password },
      sent,
    )
  }

  /** The button that asks for a call. */
  askForCall(sent: Sent = {}): Promise<Answer> {
    return this.submitForm('/otp', '/otp/call', {}, sent)
  }

  /** The two digits on the page; '' if there are none. */
  async matchingDigits(page = '/otp'): Promise<string> {
    return /data-matching-digits="(\d\d)"/.exec((await this.get(page)).text)?.[1] ?? ''
  }

  /**
   * Answers the telephone, keys in the digits and listens; answers the code. Rejects if no code is read out.
   * @param digits What is keyed in. Default: the digits on `/otp`, read now.
   */
  async answerCall(digits?: string, phone = this.phone): Promise<string> {
    const { sid } = await this.simulator.waitFor(
      call => call.to === phone && call.status === 'ringing',
    )
    const keys = digits ?? (await this.matchingDigits(phone === this.phone ? '/otp' : '/phone'))
    await this.simulator.answer(sid)
    await this.simulator.idle(sid)
    if (keys !== '') await this.simulator.press(sid, keys)
    await this.simulator.idle(sid)
    return codeIn(this.simulator.call(sid)?.heard ?? [])
  }

  /** Asks for a call and answers it. */
  async hearCode(): Promise<string> {
    const { status, text } = await this.askForCall()
    if (status !== 303)
      throw new Error(
        `The call was refused: ${status} ${/role="alert"[^]*?<strong>([^<]*)/.exec(text)?.[1] ?? ''}`,
      )
    return this.answerCall()
  }

  /** The same by the JSON API, which is cheaper: password, call, answered; answers the code. */
  async logInAndHearCode(): Promise<string> {
    await this.api('/login', { username: this.username, password: this.password })
    return this.askAndHearCode()
  }

  /** The same for whoever has passed the password: call, answered; answers the code. */
  async askAndHearCode(): Promise<string> {
    const answer = await this.api('/otp/call')
    if (answer.status !== 202)
      throw new Error(`The call was refused: ${answer.status} ${answer.text}`)
    return this.answerCall((JSON.parse(answer.text) as { matchingDigits: string }).matchingDigits)
  }

  /** The code form. */
  submit(code: string, sent: Sent = {}): Promise<Answer> {
    return this.submitForm('/otp', '/otp', { code }, sent)
  }

  /** Password, call and code: all that an honest person does. */
  async passBoth(): Promise<void> {
    await this.logIn()
    const code = await this.hearCode()
    await this.submit(code)
    if (!(await this.isIn())) throw new Error(`${this.username} did everything right and is not in`)
  }

  /** Enters a new number on its page; `answerCall(undefined, phone)` hears its code. */
  enroll(phone: string): Promise<Answer> {
    this.capture.phones.add(phone)
    return this.submitForm('/phone', '/phone', { phone })
  }

  /** The button on every page: whoever is not in is sent to the page that has it. */
  async logOut(): Promise<Answer> {
    const { location } = await this.get('/account')
    return this.submitForm(location || '/account', '/logout')
  }
}
