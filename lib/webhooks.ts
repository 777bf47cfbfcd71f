import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Purpose } from './challenge.js'
import { enUS } from './call/prompts/en-US.js'
import { farewell, firstReading, opening, plainReading, repeatedReading, type Turn } from './call/script.js'
import { VoiceOtpError } from './errors.js'
import type { VoiceOtpEvents } from './events.js'
import type { Parts } from './parts.js'
import type { Middleware } from './second-factor.js'
import { createSignatureCheck, type FormFields } from './signalwire/signature.js'
import { writeLaml } from './signalwire/laml.js'

/** The places of a call at which SignalWire asks what comes next; part of the sealed token. */
const steps = { open: 1, keys: 2, again: 3 } as const

/** What a token holds, sealed: a call has no session cookie, and the code is at rest nowhere. */
interface Ticketed {
  readonly challengeId: string
  readonly userId: string
  readonly purpose: Purpose
  readonly ticket: number
  readonly code: string
  readonly phone: string
  readonly matchingDigits?: string
  readonly expiresAt: number
  /** How often the code may still be asked for again. */
  readonly repeatsLeft: number
}

const bodyBytes = 4096
const bodyMilliseconds = 1500
const repeats = 2
/** A code that dies while it is being read helps nobody. */
const secondsToRead = 30

/** The URL that SignalWire asks first, for a call that is about to be placed. @internal */
export function openingUrl<User>(parts: Parts<User>, content: Omit<Ticketed, 'repeatsLeft'>): string {
  return sealedUrl(parts, steps.open, { ...content, repeatsLeft: repeats })
}

function sealedUrl<User>({ settings, keys }: Parts<User>, step: number, content: Ticketed): string {
  const url = `${settings.webhookUrl}/${keys.seal(step, content)}`
  if (url.length >= 2000) throw new VoiceOtpError('configuration', 'webhookUrl and userId together make a webhook address of over 2,000 characters.')
  return url
}

/** Middleware of `webhooks()`: what SignalWire asks during a call. @internal */
export function createWebhooks<User>(parts: Parts<User>): Middleware {
  const { signalwire: { signingKeys }, webhookUrl } = parts.settings
  const isSigned = signingKeys === false ? () => true : createSignatureCheck(signingKeys)
  const path = new URL(webhookUrl).pathname

  return (req, res, next) => {
    const { baseUrl = '', originalUrl = '' } = req as { baseUrl?: string, originalUrl?: string }
    // A proxy may have taken the front of the path away, never its end.
    if (baseUrl === '' || !path.endsWith(baseUrl)) {
      next(new VoiceOtpError('configuration', `webhooks() is mounted at '${baseUrl}', but webhookUrl says '${path}': app.use('${path}', voiceOtp.webhooks()).`))
      return
    }
    answer(req, originalUrl).then(({ status, body }) => {
      respond(res, status, body)
    }, () => {
      parts.emit('webhook.rejected', { reason: 'counters-unavailable' })
      respond(res, 503, '')
    })
  }

  async function answer(req: IncomingMessage, originalUrl: string): Promise<{ status: number, body: string }> {
    const refuse = (reason: VoiceOtpEvents['webhook.rejected'][0]['reason'], status = 403) => {
      parts.emit('webhook.rejected', { reason })
      return { status, body: '' }
    }
    if (req.method !== 'POST') return refuse('method', 405)
    const fields = await readForm(req)
    if (fields === undefined) return refuse('body')
    const token = originalUrl.slice(originalUrl.lastIndexOf('/') + 1)
    if (!isSigned(signatureOf(req), `${webhookUrl}/${token}`, fields)) return refuse('signature')
    const opened = parts.keys.open(token)
    const content = opened?.payload as Ticketed | undefined
    if (opened === undefined || content === undefined || !Object.values<number>(steps).includes(opened.step)) return refuse('token')
    if (fields['To'] !== content.phone) return refuse('number')
    const { turn, nextStep, repeatsLeft = content.repeatsLeft } = await turnFor(opened.step, token, content, fields)
    const action = turn.ask === undefined ? '' : sealedUrl(parts, nextStep ?? steps.keys, { ...content, repeatsLeft })
    return { status: 200, body: await writeLaml(turn, enUS, action) }
  }

  async function turnFor(step: number, token: string, content: Ticketed, fields: FormFields): Promise<{ turn: Turn, nextStep?: number, repeatsLeft?: number }> {
    const { settings: { appName, gate, clock }, counters, emit } = parts
    const { userId, purpose, ticket, code, matchingDigits } = content
    const isLive = await counters.admitFetch(token, userId, ticket)
    if (!isLive || content.expiresAt - clock.now() < secondsToRead * 1000) return { turn: farewell(enUS.expired) }

    const digits = fields['Digits'] ?? ''
    if (step === steps.open) {
      if (gate === 'none') return { turn: plainReading(enUS, { appName, purpose, code }) }
      return { turn: opening(enUS, { appName, purpose, gate }), nextStep: steps.keys }
    }
    if (digits === '0' || digits === '00') {
      await counters.report(userId)
      emit('reported', { userId, purpose, callSid: fields['CallSid'] })
      return { turn: farewell(enUS.reported) }
    }
    if (step === steps.keys) {
      const isRight = gate === 'any' ? digits !== '' : matchingDigits !== undefined && digits === matchingDigits
      if (isRight) return { turn: firstReading(enUS, code), nextStep: steps.again }
      // Whoever answered does not see the page: this call says nothing more, to nobody.
      await counters.killTicket(userId, ticket)
      return { turn: farewell(enUS.wrongDigits) }
    }
    if (digits !== '1' && digits !== '2') return { turn: farewell(enUS.goodbye) }
    const repeatsLeft = content.repeatsLeft - 1
    return { turn: repeatedReading(enUS, code, { slowly: digits === '2', isLast: repeatsLeft < 1 }), nextStep: steps.again, repeatsLeft }
  }
}

function respond(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, {
    'Content-Type': 'application/xml; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(body),
    ...(status === 200 ? {} : { Connection: 'close' }),
    ...(status === 405 ? { Allow: 'POST' } : {}),
  }).end(body)
}

/** The one signature of a request; two that differ are none. Node joins a header that is sent twice with a comma. */
function signatureOf(req: IncomingMessage): string {
  const { 'x-signalwire-signature': own, 'x-twilio-signature': alias } = req.headers
  const given = own ?? alias
  return typeof given === 'string' && (own === undefined || alias === undefined || own === alias) ? given : ''
}

/** The form fields, each name once; `undefined` for anything else, too much of it, or too slow. */
async function readForm(req: IncomingMessage): Promise<FormFields | undefined> {
  const { body: parsed } = req as { body?: unknown }
  // A body parser that ran before us left the stream empty; what it made of a form is as good.
  if (req.readableEnded) return asFields(Object.entries((parsed ?? {})))
  if (!(req.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return undefined
  const text = await readText(req)
  return text === undefined ? undefined : asFields([...new URLSearchParams(text)])
}

function asFields(entries: readonly (readonly [string, unknown])[]): FormFields | undefined {
  const fields = Object.fromEntries(entries) as Record<string, unknown>
  const isFlat = Object.keys(fields).length === entries.length && entries.every(([, value]) => typeof value === 'string')
  return isFlat ? fields as FormFields : undefined
}

function readText(req: IncomingMessage): Promise<string | undefined> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(() => { finish(undefined) }, bodyMilliseconds)
    const finish = (text: string | undefined): void => {
      clearTimeout(timer)
      req.off('data', onData).off('end', onEnd).off('error', onError).off('close', onError)
      req.on('error', () => undefined)
      if (text === undefined) req.resume()
      resolve(text)
    }
    const onData = (chunk: Buffer): void => {
      length += chunk.length
      if (length > bodyBytes) finish(undefined)
      else chunks.push(chunk)
    }
    const onEnd = (): void => { finish(Buffer.concat(chunks).toString('utf8')) }
    const onError = (): void => { finish(undefined) }
    req.on('data', onData).on('end', onEnd).on('error', onError).on('close', onError)
  })
}
