import type { IncomingMessage, ServerResponse } from 'node:http'
import { nextReply, type Reply, tooLateReply } from '../call/dialogue.js'
import { findTokenPath, type OpenedToken, openToken, sealedUrl, steps } from '../call/token.js'
import type { Context } from '../context.js'
import { withDeadline } from '../deadline.js'
import { VoiceOtpError } from '../errors.js'
import type { VoiceOtpEvents } from '../events.js'
import { forgetBrowsers } from '../remembered-browsers/entries.js'
import { type Middleware, urlOf } from '../request.js'
import { codeAge } from '../session/challenge.js'
import { writeLaml } from '../signalwire/laml.js'
import { createSignatureCheck, type FormFields } from '../signalwire/signature.js'
import { readForm } from './form-body.js'
import { passError } from './respond.js'

/** SignalWire waits five seconds for the response. Work that takes longer goes on after the 503. */
const responseDeadlineMilliseconds = 4000

type IsSigned = ReturnType<typeof createSignatureCheck>
type RejectReason = VoiceOtpEvents['webhook.rejected'][0]['reason']

interface WebhookResponse {
  readonly status: number
  readonly outcome: 'ok' | RejectReason
  /** LaML, or empty. */
  readonly body: string
}

/** A webhook that SignalWire signed, for one of our tokens. */
interface Webhook extends OpenedToken {
  readonly fields: FormFields
}

/**
 * The middleware that `webhooks()` returns: tells SignalWire what to say during a call.
 * @internal
 */
export function createWebhooks<User>(context: Context<User>): Middleware {
  const {
    signalwire: { signingKeys },
    webhookUrl,
  } = context.settings
  const isSigned: IsSigned = signingKeys === false ? () => true : createSignatureCheck(signingKeys)
  const webhookPath = new URL(webhookUrl).pathname

  return (req, res, next) => {
    const path = urlOf(req)
    // In Express, an empty baseUrl means that webhooks() is mounted for every path. It would then
    // refuse every page of the app.
    const { baseUrl } = req as { baseUrl?: string }
    if (baseUrl === '' && !isBelow(webhookPath, path)) {
      next(
        new VoiceOtpError(
          'configuration',
          `webhooks() is mounted at '/', but webhookUrl says '${webhookPath}': app.use('${webhookPath}', voiceOtp.webhooks()).`,
        ),
      )
      return
    }
    const startedAt = performance.now()
    withDeadline(
      handle(context, isSigned, req, path),
      responseDeadlineMilliseconds,
      () => new VoiceOtpError('limiter-unavailable', 'It took too long.'),
    )
      .catch(() => reject(context, 'limiter-unavailable', 503))
      .then(({ status, outcome, body }) => {
        respond(res, status, body)
        const milliseconds = performance.now() - startedAt
        context.emit('request.handled', { what: 'webhook', outcome, milliseconds })
      })
      .catch(passError(res, next))
  }
}

/** Express compares paths without regard to case. */
const isBelow = (mount: string, path: string): boolean =>
  path.toLowerCase().startsWith(`${mount}/`.toLowerCase())

async function handle<User>(
  context: Context<User>,
  isSigned: IsSigned,
  req: IncomingMessage,
  path: string,
): Promise<WebhookResponse> {
  if (req.method !== 'POST') return reject(context, 'method', 405)
  const webhook = await readWebhook(context, isSigned, req, path)
  if (typeof webhook === 'string') return reject(context, webhook, 403)
  const { effect, isPickUp, ...reply } = await findReply(context, webhook)
  const isDone = await carryOut(context, effect, webhook)
  const { turn, next } = isDone ? reply : tooLateReply(context.settings, webhook.content)
  const { userId, purpose, country } = webhook.content
  if (isPickUp)
    context.emit('call.answered', {
      userId,
      purpose,
      seconds: codeAge(context.settings, webhook.content),
      country,
    })
  const actions = next.map(({ step, content }) => sealedUrl(context, step, content))
  return { status: 200, outcome: 'ok', body: await writeLaml(turn, actions) }
}

function reject<User>(
  { emit }: Context<User>,
  reason: RejectReason,
  status: number,
): WebhookResponse {
  emit('webhook.rejected', { reason })
  return { status, outcome: reason, body: '' }
}

/** Reads and checks a webhook. Returns the reason if it must be refused. Counts nothing. */
async function readWebhook<User>(
  context: Context<User>,
  isSigned: IsSigned,
  req: IncomingMessage,
  path: string,
): Promise<Webhook | RejectReason> {
  const fields = await readForm(req)
  if (fields === undefined) return 'body'
  const { webhookUrl } = context.settings
  const tokenPath = findTokenPath(path)
  if (!isSigned(signatureOf(req), `${webhookUrl}/${tokenPath}`, fields))
    return isAtWebhookUrl(webhookUrl, path.slice(0, -tokenPath.length - 1)) ? 'signature' : 'path'
  const opened = openToken(context, tokenPath)
  if (opened === undefined) return 'token'
  if (fields['To'] !== opened.content.phone) return 'number'
  // The signature covers the fields as one text, without separators. An attacker with a signed
  // form can therefore move the border between two fields and turn a part of one into `Digits`.
  // Accept only keys that a phone has: the dialogue ends the call after wrong keys. The first
  // webhook of a call has no keys.
  const { Digits: digits } = fields
  const mayBeMissing = opened.step === steps.answered
  if (digits === undefined ? !mayBeMissing : !/^[0-9*#]{1,32}$/.test(digits)) return 'body'
  return { fields, ...opened }
}

/**
 * Whether a request arrived at the path of `webhookUrl`, or at a path whose beginning a proxy has
 * added or removed.
 */
function isAtWebhookUrl(webhookUrl: string, mount: string): boolean {
  const [configured, actual] = [new URL(webhookUrl).pathname.toLowerCase(), mount.toLowerCase()]
  return configured.endsWith(actual) || actual.endsWith(configured)
}

/**
 * Decides what the call says, by the dialogue and the limiter. To save a round trip, all operations
 * on the limiter run at the same time. So the limiter records that this call reads the code before
 * it has allowed the webhook. If it refuses the webhook, the record stays. Its only effect is that
 * this call never waives the interval.
 */
async function findReply<User>(
  { settings, activeChallenges, lastCalls }: Context<User>,
  { tag, step, content, fields }: Webhook,
): Promise<Reply & { readonly isPickUp: boolean }> {
  const { userId } = content
  const event = {
    step,
    content,
    digits: fields['Digits'],
    answeredBy: fields['AnsweredBy'],
    now: settings.clock.now(),
  }
  const expected = nextReply(settings, { ...event, isAdmitted: true, isActiveChallenge: true })
  const [{ isAdmitted, isFirst }, isActiveChallenge] = await Promise.all([
    activeChallenges.countFetch(userId, tag),
    activeChallenges.isActive(content),
    expected.readsCode === true && lastCalls.noteReading(userId, fields['CallSid'] ?? ''),
  ])
  const reply =
    isAdmitted && isActiveChallenge
      ? expected
      : nextReply(settings, { ...event, isAdmitted, isActiveChallenge })
  const isMachine = settings.machineDetection && fields['AnsweredBy'] !== 'human'
  return { ...reply, isPickUp: isFirst && step === steps.answered && !isMachine }
}

/**
 * Carries out what the dialogue decided, before SignalWire gets the response and speaks. Returns
 * `false` if the user refused an approval too late, after its code was used.
 */
async function carryOut<User>(
  context: Context<User>,
  effect: Reply['effect'],
  { content, fields }: Webhook,
): Promise<boolean> {
  const { userId, purpose } = content
  const { activeChallenges, emit, notify } = context
  if (effect === 'deactivate') await activeChallenges.end(content)
  if (effect === 'refuse') {
    if (!(await activeChallenges.refuse({ ...content, id: content.challengeId }))) return false
    /* v8 ignore else -- only an approval can be refused */
    if (content.approval !== undefined)
      emit('action.refused', { userId, method: 'call', ...content.approval })
  }
  if (effect === 'report')
    await Promise.all([
      activeChallenges.report({ userId, id: content.challengeId }).then(isFirst => {
        if (!isFirst) return
        emit('call.reported', { userId, purpose, callSid: fields['CallSid'] })
        notify(userId, { type: 'code-reported' })
      }),
      forgetBrowsers(context, userId),
    ])
  return true
}

function respond(res: ServerResponse, status: number, body: string): void {
  // If a timeout of the app has responded already, `writeHead` would throw and crash the process.
  if (res.headersSent) return
  res
    .writeHead(status, {
      'Content-Type': 'application/xml; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Length': Buffer.byteLength(body),
      ...(status === 200 ? {} : { Connection: 'close' }),
      ...(status === 405 ? { Allow: 'POST' } : {}),
    })
    .end(body)
}

/**
 * The signature of a request, from either of its two headers; `''` if there is none, or if the two
 * headers differ.
 */
function signatureOf(req: IncomingMessage): string {
  const { 'x-signalwire-signature': own, 'x-twilio-signature': alias } = req.headers
  const given = own ?? alias
  return typeof given === 'string' && (own === undefined || alias === undefined || own === alias)
    ? given
    : ''
}
