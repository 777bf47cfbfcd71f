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
    if (action === 'begin') return beginLogin(req, site, passkeys)
    const used = await finishLogin(req, site, passkeys).catch(() => undefined)
    if (used) await factors.countPasskey(id, used.credentialID, used.newCounter)
    return used !== undefined
  })

/** Responds with what the browser needs to ask for a passkey. */
async function beginLogin(req: Request, { rpId }: PasskeySite, passkeys: readonly Passkey[]) {
  const { generateAuthenticationOptions } = await loadWebAuthn()
  const options = await generateAuthenticationOptions({
    rpID: rpId,
    allowCredentials: passkeys.map(({ id }) => ({ id })),
    userVerification: 'preferred',
  })
  req.session.passkeyChallenge = options.challenge
  req.res?.json(options)
  return undefined
}

/**
 * The passkey that has signed the challenge, and its new counter. `undefined` for a passkey that is
 * not on record; rejects for another site, another challenge and a wrong signature.
 */
async function finishLogin(req: Request, site: PasskeySite, passkeys: readonly Passkey[]) {
  const { verifyAuthenticationResponse } = await loadWebAuthn()
  const answer = readAnswer(req, site)
  const passkey = passkeys.find(({ id }) => id === answer.response.id)
  if (!passkey) return undefined
  const result = await verifyAuthenticationResponse({
    ...answer,
    credential: { ...passkey, publicKey: Buffer.from(passkey.publicKey, 'base64url') },
  })
  return result.verified ? result.authenticationInfo : undefined
}

/** What the browser needs to make a passkey. */
export async function beginRegistration(
  req: Request,
  { rpId }: PasskeySite,
  { id, username, name }: User,
  passkeys: readonly Passkey[],
) {
  const { generateRegistrationOptions } = await loadWebAuthn()
  const options = await generateRegistrationOptions({
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

/** The passkey that the browser made; rejects if it is not for this site or this challenge. */
export async function finishRegistration(
  req: Request,
  site: PasskeySite,
  name: string,
): Promise<Passkey> {
  const { verifyRegistrationResponse } = await loadWebAuthn()
  const answer = readAnswer(req, site)
  const { registrationInfo } = await verifyRegistrationResponse(answer)
  if (!registrationInfo) throw new Error('The answer of the browser is wrong.')
  const { id, publicKey, counter } = registrationInfo.credential
  return {
    id,
    name,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    counter,
    createdAt: Date.now(),
  }
}

type BrowserAnswer = AuthenticationResponseJSON & RegistrationResponseJSON

/**
 * The answer of the browser, and what it must match. A form sends the answer as JSON in one field,
 * a single-page app as an object. The challenge leaves the session, so it is used once.
 */
function readAnswer(req: Request, { rpId, origins }: PasskeySite) {
  const { passkeyChallenge } = req.session
  delete req.session.passkeyChallenge
  const answer = field('answer')(req)
  return {
    response: (typeof answer === 'string' ? JSON.parse(answer) : answer) as BrowserAnswer,
    expectedChallenge: (challenge: string) =>
      passkeyChallenge !== undefined && challenge === passkeyChallenge,
    expectedOrigin: origins,
    expectedRPID: rpId,
    requireUserVerification: false,
  }
}
