// The webhooks of a call: their tokens, and webhooks that a test sends by hand.
import assert from 'node:assert/strict'
import { createKeys } from '../../lib/crypto.js'
import { findTokenPath, type TokenContent, toTokenPath } from '../../lib/call/token.js'
import { sign } from 'passport-voice-otp/simulator'
import type { Phone } from './phone.js'
import { secret, type World } from './world.js'

/** Opens the token of a call's first webhook, for the code of a call that never reads it out. */
export function sealedIn({ call: { webhooks, parameters } }: Phone): {
  readonly code: string
  readonly matchingDigits?: string
} {
  const url = webhooks[0]?.url ?? parameters['Url'] ?? ''
  return createKeys([secret], secret).open(tokenIn(url))?.payload as {
    code: string
    matchingDigits?: string
  }
}

/** What the token of a call holds that Alice asked for at `now`. */
export const tokenContent = (now: number): TokenContent => ({
  challengeId: 'c1',
  userId: 'alice',
  purpose: 'login',
  activation: 7,
  code: '123456',
  phone: '+12025550123',
  matchingDigits: '42',
  expiresAt: now + 300_000,
  languages: ['en-US'],
  repeatsLeft: 2,
})

/** The token in the URL or the path of a webhook. */
export const tokenIn = (url: string): string => findTokenPath(url).replaceAll('/', '')

/** The URL of a webhook with another token. */
export const withToken = (url: string, token: string): string =>
  url.slice(0, -findTokenPath(url).length) + toTokenPath(token)

/** Checks that a call has said no digit, and that its LaML holds the code only in sealed URLs. */
export function expectSecret({ call }: Phone, code: string): void {
  assert.doesNotMatch(call.heard.join(' '), /\d/)
  assert.ok(
    !call.webhooks.some(({ body }) => body.replaceAll(/action="[^"]*"/g, '').includes(code)),
    'the LaML holds the code',
  )
}

/** How a webhook that is sent by hand differs from one of SignalWire. */
export interface HandMade {
  /** Fields to add or to replace. */
  readonly fields?: Readonly<Record<string, string | undefined>>
  /** The whole body. The signature is still made from the fields. */
  readonly body?: string
  /** The URL to sign. Default: the URL of the request. */
  readonly signedUrl?: string
  readonly signingKey?: string
  readonly headers?: (signature: string) => readonly (readonly [string, string])[]
  readonly method?: string
}

/** Sends a webhook to a URL of a call, as an attacker could who knows the URL and the key. */
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
