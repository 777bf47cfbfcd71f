// A person with a telephone: answers, presses keys, waits; and the webhooks of the call, sent by
// hand.
import assert from 'node:assert/strict'
import { createKeys } from '../../lib/crypto.js'
import { findTokenPath, toTokenPath } from '../../lib/call/token.js'
import { sign } from 'passport-voice-otp/simulator'
import { Phone as Telephone } from './phone.js'
import { secret, type World } from './world.js'

export { callsUnlimited as unlimited } from './limits.js'
export { otherDigits, Phone as Telephone, spoken } from './phone.js'

/** Asks for a call, and answers the telephone that rings and the digits that the page shows. */
export async function ring(
  world: World,
  agent: Awaited<ReturnType<World['logIn']>>,
): Promise<{ readonly telephone: Telephone; readonly digits: string }> {
  const { body } = (await agent.post('/otp/call').expect(202)) as {
    body: { matchingDigits?: string }
  }
  return { telephone: new Telephone(world), digits: body.matchingDigits ?? '' }
}

/**
 * What the address of a call's first webhook holds, sealed: for the code of a call that never read
 * it out.
 */
export function sealedIn({ call: { webhooks, parameters } }: Telephone): {
  readonly code: string
  readonly matchingDigits?: string
} {
  const url = webhooks[0]?.url ?? parameters['Url'] ?? ''
  return createKeys([secret], secret).open(tokenIn(url))?.payload as {
    code: string
    matchingDigits?: string
  }
}

/** The token in the URL or the path of a webhook. */
export const tokenIn = (url: string): string => findTokenPath(url).replaceAll('/', '')

/** The URL of a webhook with another token. */
export const withToken = (url: string, token: string): string =>
  url.slice(0, -findTokenPath(url).length) + toTokenPath(token)

/**
 * Nothing in the call has told the code: no digit was said at all, and none stands in the LaML but
 * in sealed addresses.
 */
export function expectSecret({ call }: Telephone, code: string): void {
  assert.doesNotMatch(call.heard.join(' '), /\d/)
  assert.ok(
    !call.webhooks.some(({ body }) => body.replaceAll(/action="[^"]*"/g, '').includes(code)),
    'the code stands in an answer',
  )
}

/** How a webhook that is sent by hand differs from an honest one. */
export interface HandMade {
  /** More form fields, or others. */
  readonly fields?: Readonly<Record<string, string | undefined>>
  /** The whole body, in place of the fields; the signature stays that of the fields. */
  readonly body?: string
  /** The address that is signed, where it is not the one that is asked. */
  readonly signedUrl?: string
  readonly signingKey?: string
  readonly headers?: (signature: string) => readonly (readonly [string, string])[]
  readonly method?: string
}

/**
 * Sends the webhook that a call's `url` stands for, as anybody could who has it; answers status,
 * body and headers.
 */
export async function sendWebhook(
  world: World,
  url: string,
  {
    fields = {},
    body,
    signedUrl = url,
    signingKey = world.simulator.signalwire.signingKey,
    headers,
    method = 'POST',
  }: HandMade = {},
) {
  const form = {
    To: '+12025550123',
    From: '+12025550100',
    CallSid: 'by-hand',
    CallStatus: 'in-progress',
    ...fields,
  } as Readonly<Record<string, string>>
  const signature = sign(signingKey, signedUrl, form)
  const { pathname, search } = new URL(url)
  const sent = headers?.(signature) ?? [['X-SignalWire-Signature', signature]]
  const response = await fetch(`${world.url}${pathname}${search}`, {
    method,
    headers: [
      ...(sent.some(([name]) => name === 'Content-Type')
        ? []
        : [['Content-Type', 'application/x-www-form-urlencoded']]),
      ...sent,
    ] as [string, string][],
    ...(method === 'GET' || method === 'HEAD'
      ? {}
      : { body: body ?? new URLSearchParams(form).toString() }),
  })
  return { status: response.status, text: await response.text(), headers: response.headers }
}
