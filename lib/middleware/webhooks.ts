import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Prompts } from '../options/prompts.js'
import {
  farewell,
  firstReading,
  opening,
  plainReading,
  repeatedReading,
  type Turn,
  type Words,
} from '../call/script.js'
import { withDeadline } from '../deadline.js'
import { VoiceOtpError } from '../errors.js'
import type { VoiceOtpEvents } from '../events.js'
import type { Context } from '../context.js'
import type { Middleware } from '../request.js'

import { forgetBrowsers } from '../remembered-browsers/recognition.js'
import { createSignatureCheck, type FormFields } from '../signalwire/signature.js'
import { writeLaml } from '../signalwire/laml.js'
import { openToken, sealedUrl, type Step, steps, tagOf, type TokenContent } from '../call/token.js'

const bodyBytes = 4096
const bodyMilliseconds = 1500
/** SignalWire waits for five seconds. What is still to be done goes on. */
const answerMilliseconds = 4000
/** A code that dies while it is being read helps nobody. */
const secondsToRead = 30

/** Middleware of `webhooks()`: what SignalWire asks during a call. @internal */
export function createWebhooks<User>(context: Context<User>): Middleware {
  const {
    signalwire: { signingKeys },
    webhookUrl,
  } = context.settings
  const isSigned = signingKeys === false ? () => true : createSignatureCheck(signingKeys)
  const path = new URL(webhookUrl).pathname

  return (req, res, next) => {
    const { baseUrl = '', originalUrl = '' } = req as { baseUrl?: string; originalUrl?: string }
    // A proxy may have taken the front of the path away, never its end.
    // Express matches paths in any case; the signature is over the configured one.
    if (baseUrl === '' || !path.toLowerCase().endsWith(baseUrl.toLowerCase())) {
      next(
        new VoiceOtpError(
          'configuration',
          `webhooks() is mounted at '${baseUrl}', but webhookUrl says '${path}': app.use('${path}', voiceOtp.webhooks()).`,
        ),
      )
      return
    }
    withDeadline(
      answer(req, originalUrl),
      answerMilliseconds,
      () => new VoiceOtpError('limiter-unavailable', 'It took too long.'),
    ).then(
      ({ status, body }) => {
        respond(res, status, body)
      },
      () => {
        context.emit('webhook.rejected', { reason: 'limiter-unavailable' })
        respond(res, 503, '')
      },
    )
  }

  async function answer(
    req: IncomingMessage,
    originalUrl: string,
  ): Promise<{ status: number; body: string }> {
    const refuse = (reason: VoiceOtpEvents['webhook.rejected'][0]['reason'], status = 403) => {
      context.emit('webhook.rejected', { reason })
      return { status, body: '' }
    }
    if (req.method !== 'POST') return refuse('method', 405)
    const fields = await readForm(req)
    if (fields === undefined) return refuse('body')
    const token = originalUrl.slice(originalUrl.lastIndexOf('/') + 1)
    if (!isSigned(signatureOf(req), `${webhookUrl}/${token}`, fields)) return refuse('signature')
    const opened = openToken(context, token)
    if (opened === undefined) return refuse('token')
    if (fields['To'] !== opened.content.phone) return refuse('number')
    // A Gather without keys asks nothing. The signed text has no borders between its fields: right keys, cut anew, must neither end the call nor use up its fetches.
    if (opened.step !== steps.open && fields['Digits'] === undefined) return refuse('body')
    const { turn, then } = await nextTurn(opened.step, token, opened.content, fields)
    return {
      status: 200,
      body: await writeLaml(turn, then && sealedUrl(context, then.step, then.content)),
    }
  }

  async function nextTurn(
    step: Step,
    token: string,
    content: TokenContent,
    fields: FormFields,
  ): Promise<NextTurn> {
    const {
      settings: { clock },
      counters,
      emit,
    } = context
    const { userId, purpose, activation } = content
    const words = wordsOf(content)
    const [isAdmitted, isActiveChallenge] = await Promise.all([
      counters.admitFetch(tagOf(token)),
      counters.isActiveChallenge(userId, activation),
    ])
    const digits = fields['Digits']
    // Also in a call whose code is too old to be read, or overtaken: somebody else may know the password.
    if (
      isAdmitted &&
      clock.now() < content.expiresAt &&
      step !== steps.open &&
      (digits === '0' || digits === '00')
    ) {
      await Promise.all([
        counters.report(userId).then(() => {
          emit('call.reported', { userId, purpose, callSid: fields['CallSid'] })
        }),
        forgetBrowsers(context, userId),
      ])
      return { turn: farewell(words, 'reported') }
    }
    if (!isAdmitted || !isActiveChallenge || content.expiresAt - clock.now() < secondsToRead * 1000)
      return { turn: farewell(words, 'expired') }
    if (step === steps.open) return opened(content, words, fields)
    return step === steps.keys ? gated(content, words, digits) : again(content, words, digits)
  }

  /** Somebody has picked up. */
  function opened(
    content: TokenContent,
    words: Words,
    { AnsweredBy: answeredBy }: FormFields,
  ): NextTurn {
    const { appName, numberMatching, machineDetection } = context.settings
    // Whoever is not known to be a person gets nothing, also when SignalWire could not tell.
    if (machineDetection && answeredBy !== 'human') return { turn: farewell(words, 'goodbye') }
    const { announcement, ...rest } = content
    const occasion = { appName, purpose: content.purpose, announcement }
    if (numberMatching === false) return { turn: plainReading(words, occasion, content.code) }
    return {
      turn: opening(words, occasion, numberMatching),
      then: { step: steps.keys, content: rest },
    }
  }

  /** Keys were pressed at the gate. */
  async function gated(
    content: TokenContent,
    words: Words,
    digits: string | undefined,
  ): Promise<NextTurn> {
    const { appName, numberMatching } = context.settings
    const { matchingDigits, purpose, code, userId, activation } = content
    if (
      digits === '3' &&
      words.other !== undefined &&
      content.repeatsLeft > 0 &&
      numberMatching !== false
    ) {
      const other = inOtherLanguage(content)
      return {
        turn: opening(wordsOf(other), { appName, purpose }, numberMatching),
        then: { step: steps.keys, content: other },
      }
    }
    const isRight =
      numberMatching === 'any-key'
        ? Boolean(digits)
        : matchingDigits?.length === 2 && digits === matchingDigits
    if (isRight)
      return {
        turn: firstReading(words, code, { isLast: content.repeatsLeft < 1 }),
        then: { step: steps.again, content },
      }
    // Whoever answered does not see the page: this call says nothing more, to nobody.
    await context.counters.deactivateChallenge(userId, activation)
    return { turn: farewell(words, 'wrongDigits') }
  }

  /** The code was read, and is asked for again. */
  function again(content: TokenContent, words: Words, digits: string | undefined): NextTurn {
    const isOther = digits === '3' && words.other !== undefined
    if (content.repeatsLeft < 1 || (digits !== '1' && digits !== '2' && !isOther))
      return { turn: farewell(words, 'goodbye') }
    const next = isOther
      ? inOtherLanguage(content)
      : { ...content, repeatsLeft: content.repeatsLeft - 1 }
    const turn = repeatedReading(wordsOf(next), content.code, {
      slowly: digits === '2',
      isLast: next.repeatsLeft < 1,
    })
    return { turn, then: { step: steps.again, content: next } }
  }

  function wordsOf({ languages: [spoken, other] }: TokenContent): Words {
    const prompts: ReadonlyMap<string | undefined, Prompts> = context.settings.prompts
    return {
      prompts: prompts.get(spoken) ?? context.settings.defaultPrompts,
      other: prompts.get(other),
    }
  }
}

/** What is said now, and what the token of the next question holds. */
interface NextTurn {
  readonly turn: Turn
  readonly then?: { readonly step: Step; readonly content: TokenContent }
}

/** Key three: the user's next language comes first, and the one that was spoken last. Counts as a repeat. */
function inOtherLanguage(content: TokenContent): TokenContent {
  const languages = [...content.languages.slice(1), ...content.languages.slice(0, 1)]
  const repeatsLeft = content.repeatsLeft - 1
  // The last change offers no way back, whose key would be a wrong one.
  return { ...content, languages: repeatsLeft < 1 ? languages.slice(0, 1) : languages, repeatsLeft }
}

function respond(res: ServerResponse, status: number, body: string): void {
  if (res.headersSent) return // a time limit of the app's answered; to throw here would end the process
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

/** The one signature of a request; two that differ are none. Node joins a header that is sent twice with a comma. */
function signatureOf(req: IncomingMessage): string {
  const { 'x-signalwire-signature': own, 'x-twilio-signature': alias } = req.headers
  const given = own ?? alias
  return typeof given === 'string' && (own === undefined || alias === undefined || own === alias)
    ? given
    : ''
}

/** The form fields, each name once; `undefined` for anything else, too much of it, or too slow. */
async function readForm(req: IncomingMessage): Promise<FormFields | undefined> {
  const { body: parsed } = req as { body?: unknown }
  // A body parser that ran before us left the stream empty; what it made of a form is as good.
  if (req.readableEnded) return asFields(Object.entries(parsed ?? {}))
  if (req.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true)
    return undefined
  const text = await readText(req)
  return text === undefined ? undefined : asFields([...new URLSearchParams(text)])
}

function asFields(entries: readonly (readonly [string, unknown])[]): FormFields | undefined {
  const fields = Object.fromEntries(entries) as Record<string, unknown>
  const isFlat =
    Object.keys(fields).length === entries.length &&
    entries.every(([, value]) => typeof value === 'string')
  return isFlat ? (fields as FormFields) : undefined
}

function readText(req: IncomingMessage): Promise<string | undefined> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(() => {
      finish(undefined)
    }, bodyMilliseconds)
    const finish = (text: string | undefined): void => {
      clearTimeout(timer)
      req.off('data', onData).off('end', onEnd).off('error', onError).off('close', onError)
      /* v8 ignore next -- breaks before the answer */
      req.on('error', () => undefined)
      resolve(text)
    }
    const onData = (chunk: Buffer): void => {
      length += chunk.length
      if (length > bodyBytes) finish(undefined)
      else chunks.push(chunk)
    }
    const onEnd = (): void => {
      finish(Buffer.concat(chunks).toString('utf8'))
    }
    const onError = (): void => {
      finish(undefined)
    }
    req.on('data', onData).on('end', onEnd).on('error', onError).on('close', onError)
  })
}
