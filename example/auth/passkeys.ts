import { randomUUID } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  RegistrationResponseJSON,
  WebAuthnCredential,
} from '@simplewebauthn/server'
import type { Request } from 'express'
import type { FactorCheck } from 'passport-voice-otp'
import { field } from '../middleware/fields.js'
import type { Factors, Passkey } from '../stores/factors.js'
import type { User } from '../stores/users.js'

declare module 'express-session' {
  interface SessionData {
    /** The challenge that the next passkey must sign. */
    passkeyChallenge?: string
  }
}

/** Loads the library with the first passkey: it takes a third of the start of this app. */
const loadWebAuthn = () => import('@simplewebauthn/server')
type WebAuthn = Awaited<ReturnType<typeof loadWebAuthn>>

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

/** Checks a passkey in two steps: the action `begin`, then the answer of the browser. */
export function checkPasskey(factors: Factors, site: PasskeySite): FactorCheck<User> {
  return async (req: Request, { id }, action) => {
    const library = await loadWebAuthn()
    const { passkeys } = await factors.of(id)
    if (action === 'begin') return beginLogin(library, req, site, passkeys)
    // The library rejects an answer for another site, for another challenge or in another form.
    const used = await findUsed(library, req, site, passkeys).catch(() => undefined)
    if (used) await factors.countPasskey(id, used.credentialID, used.newCounter)
    return used !== undefined
  }
}

async function beginLogin(
  library: WebAuthn,
  req: Request,
  { rpId }: PasskeySite,
  passkeys: readonly Passkey[],
): Promise<undefined> {
  const options = await library.generateAuthenticationOptions({
    rpID: rpId,
    allowCredentials: passkeys.map(({ id }) => ({ id })),
    userVerification: 'preferred',
  })
  sendOptions(req, options)
}

/** The passkey on record that has signed the challenge, and its new counter. */
async function findUsed(
  library: WebAuthn,
  req: Request,
  site: PasskeySite,
  passkeys: readonly Passkey[],
) {
  const answer = takeAnswer(req, site)
  const passkey = passkeys.find(({ id }) => id === answer.response.id)
  if (!passkey) return undefined
  const result = await library.verifyAuthenticationResponse({
    ...answer,
    credential: { ...passkey, publicKey: Buffer.from(passkey.publicKey, 'base64url') },
  })
  return result.verified ? result.authenticationInfo : undefined
}

/** Sends what the browser needs to make a passkey. */
export async function beginRegistration(
  req: Request,
  { rpId }: PasskeySite,
  { id, username, name }: User,
  passkeys: readonly Passkey[],
): Promise<void> {
  const library = await loadWebAuthn()
  const options = await library.generateRegistrationOptions({
    rpName: 'Acme',
    rpID: rpId,
    userID: Buffer.from(id),
    userName: username,
    userDisplayName: name,
    attestationType: 'none',
    excludeCredentials: passkeys.map(passkey => ({ id: passkey.id })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
  sendOptions(req, options)
}

/** The passkey that the browser made; rejects if it is not for this site or this challenge. */
export async function finishRegistration(
  req: Request,
  site: PasskeySite,
  name: string,
): Promise<Passkey | undefined> {
  const library = await loadWebAuthn()
  const { registrationInfo } = await library.verifyRegistrationResponse(takeAnswer(req, site))
  return registrationInfo && createPasskey(registrationInfo.credential, name)
}

function createPasskey({ id, publicKey, counter }: WebAuthnCredential, name: string): Passkey {
  return {
    id,
    name,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    counter,
    createdAt: Date.now(),
  }
}

/** Sends what the browser needs. The session keeps the challenge. */
function sendOptions(req: Request, options: { readonly challenge: string }): void {
  req.session.passkeyChallenge = options.challenge
  req.res?.json(options)
}

type BrowserAnswer = AuthenticationResponseJSON & RegistrationResponseJSON

/**
 * The answer of the browser, and what it must match. A form sends the answer as JSON in one field,
 * a single-page app as an object. The challenge leaves the session, so it is used once. Without a
 * challenge, no answer matches.
 */
function takeAnswer(req: Request, { rpId, origins }: PasskeySite) {
  const { passkeyChallenge = randomUUID() } = req.session
  delete req.session.passkeyChallenge
  const answer = field('answer')(req)
  return {
    response: (typeof answer === 'string' ? JSON.parse(answer) : answer) as BrowserAnswer,
    expectedChallenge: passkeyChallenge,
    expectedOrigin: origins,
    expectedRPID: rpId,
    requireUserVerification: false,
  }
}
