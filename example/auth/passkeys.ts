import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Request } from 'express'
import { field } from '../middleware/fields.js'
import type { Factors, Passkey } from '../stores/factors.js'
import type { User } from '../stores/users.js'
import { CheckStrategy } from './check-strategy.js'

declare module 'express-session' {
  interface SessionData {
    /** The challenge that the next passkey must sign. */
    passkeyChallenge?: string
  }
}

/** Loads the library with the first passkey: it takes a third of the start of this app. */
const loadWebAuthn = () => import('@simplewebauthn/server')

/** The site for which passkeys are made. */
export interface PasskeySite {
  /** The name that passkeys are bound to: a host name, never an IP address (WebAuthn, 5.1.2). */
  readonly rpId: string
  /** The origins that a browser may show. */
  readonly origins: string[]
}

/** The site of this app. On this machine, passkeys work under the name `localhost`. */
export function passkeySite(publicUrl: string): PasskeySite {
  const { hostname, port, origin } = new URL(publicUrl)
  return hostname === '127.0.0.1'
    ? { rpId: 'localhost', origins: [`http://localhost:${port}`] }
    : { rpId: hostname, origins: [origin] }
}

/** The strategy for passkeys, in two steps: the action `begin`, then the answer of the browser. */
export const createPasskeyStrategy = (factors: Factors, site: PasskeySite) =>
  new CheckStrategy(async (req, { id }, action) => {
    const { passkeys } = await factors.of(id)
    if (action === 'begin') return begin(req, site, passkeys)
    const passkey = passkeys.find(each => each.id === readAnswer(req)?.id)
    const counter = passkey && (await verify(req, site, passkey))
    if (counter === undefined) return false
    await factors.countPasskey(id, String(passkey?.id), counter)
    return true
  })

/** Responds with what the browser needs to ask for a passkey. */
async function begin(req: Request, { rpId }: PasskeySite, passkeys: readonly Passkey[]) {
  const webAuthn = await loadWebAuthn()
  const options = await webAuthn.generateAuthenticationOptions({
    rpID: rpId,
    allowCredentials: passkeys.map(({ id }) => ({ id })),
    userVerification: 'preferred',
  })
  req.session.passkeyChallenge = options.challenge
  req.res?.json(options)
  return undefined
}

/** The new counter of a passkey that has signed the challenge; `undefined` if it has not. */
async function verify(
  req: Request,
  site: PasskeySite,
  { id, publicKey, counter }: Passkey,
): Promise<number | undefined> {
  const webAuthn = await loadWebAuthn()
  // It rejects for another site, another challenge and a wrong signature.
  const result = await webAuthn
    .verifyAuthenticationResponse({
      response: readAnswer(req) as AuthenticationResponseJSON,
      ...expectationsOf(req, site),
      credential: { id, publicKey: Buffer.from(publicKey, 'base64url'), counter },
    })
    .catch(() => undefined)
  return result?.verified === true ? result.authenticationInfo.newCounter : undefined
}

/** What the browser needs to make a passkey. */
export async function beginRegistration(
  req: Request,
  { rpId }: PasskeySite,
  { id, username, name }: User,
  passkeys: readonly Passkey[],
): Promise<object> {
  const webAuthn = await loadWebAuthn()
  const options = await webAuthn.generateRegistrationOptions({
    rpName: 'Acme',
    rpID: rpId,
    userID: Buffer.from(id),
    userName: username,
    userDisplayName: name,
    attestationType: 'none',
    excludeCredentials: passkeys.map(passkey => ({ id: passkey.id })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
  req.session.passkeyChallenge = options.challenge
  return options
}

/** The passkey that the browser made; `undefined` if it is not for this site or this challenge. */
export async function finishRegistration(
  req: Request,
  site: PasskeySite,
  name: string,
): Promise<Passkey | undefined> {
  const webAuthn = await loadWebAuthn()
  const result = await webAuthn
    .verifyRegistrationResponse({
      response: readAnswer(req) as RegistrationResponseJSON,
      ...expectationsOf(req, site),
    })
    .catch(() => undefined)
  if (result?.verified !== true) return undefined
  const { id, publicKey, counter } = result.registrationInfo.credential
  return {
    id,
    name,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    counter,
    createdAt: Date.now(),
  }
}

/** What an answer must match. The challenge leaves the session, so it is used once. */
function expectationsOf({ session }: Request, { rpId, origins }: PasskeySite) {
  const { passkeyChallenge } = session
  delete session.passkeyChallenge
  return {
    expectedChallenge: (challenge: string) =>
      passkeyChallenge !== undefined && challenge === passkeyChallenge,
    expectedOrigin: origins,
    expectedRPID: rpId,
    requireUserVerification: false,
  }
}

/** The answer of the browser. A form sends it as JSON in one field, a single-page app as object. */
function readAnswer(req: Request): { readonly id?: unknown } | undefined {
  const answer = field('answer')(req)
  try {
    return (typeof answer === 'string' ? JSON.parse(answer) : answer) as { id?: unknown }
  } catch {
    return undefined
  }
}
