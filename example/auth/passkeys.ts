import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Request } from 'express'
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

/** What Passport puts on a strategy for each request. */
interface StrategyFunctions {
  success(user: unknown): void
  fail(): void
  error(error: unknown): void
}

/** A Passport strategy for passkeys. `voiceOtp.secondFactor()` hosts it. */
export class PasskeyStrategy {
  constructor(
    private readonly factors: Factors,
    private readonly site: PasskeySite,
  ) {}

  authenticate(
    this: PasskeyStrategy & StrategyFunctions,
    req: Request,
    { action }: { readonly action?: string } = {},
  ): void {
    const user = req.user as User
    const work =
      action === 'begin'
        ? this.begin(req, user)
        : this.accepts(req, user).then(accepted => {
            if (accepted) this.success(user)
            else this.fail()
          })
    work.catch((error: unknown) => {
      this.error(error)
    })
  }

  /** Responds with what the browser needs to ask for a passkey. */
  private async begin(req: Request, { id }: User): Promise<void> {
    const { passkeys } = await this.factors.of(id)
    const { generateAuthenticationOptions } = await loadWebAuthn()
    const options = await generateAuthenticationOptions({
      rpID: this.site.rpId,
      allowCredentials: passkeys.map(passkey => ({ id: passkey.id })),
      userVerification: 'preferred',
    })
    req.session.passkeyChallenge = options.challenge
    req.res?.json(options)
  }

  private async accepts(req: Request, { id: userId }: User): Promise<boolean> {
    const challenge = takeChallenge(req)
    const response = readAnswer(req) as AuthenticationResponseJSON | undefined
    const { passkeys } = await this.factors.of(userId)
    const passkey = passkeys.find(each => each.id === response?.id)
    if (challenge === undefined || response === undefined || passkey === undefined) return false
    const { verifyAuthenticationResponse } = await loadWebAuthn()
    // It throws for another site, another challenge and a wrong signature.
    const result = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: this.site.origins,
      expectedRPID: this.site.rpId,
      requireUserVerification: false,
      credential: {
        id: passkey.id,
        publicKey: Buffer.from(passkey.publicKey, 'base64url'),
        counter: passkey.counter,
      },
    }).catch(() => undefined)
    if (result?.verified !== true) return false
    await this.factors.countPasskey(userId, passkey.id, result.authenticationInfo.newCounter)
    return true
  }
}

/** What the browser needs to make a passkey. */
export async function beginRegistration(
  req: Request,
  { rpId }: PasskeySite,
  { id, username, name }: User,
  passkeys: readonly Passkey[],
): Promise<object> {
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

/** The passkey that the browser made; `undefined` if it is not for this site or this challenge. */
export async function finishRegistration(
  req: Request,
  { rpId, origins }: PasskeySite,
  name: string,
): Promise<Passkey | undefined> {
  const challenge = takeChallenge(req)
  const response = readAnswer(req) as RegistrationResponseJSON | undefined
  if (challenge === undefined || response === undefined) return undefined
  const { verifyRegistrationResponse } = await loadWebAuthn()
  const result = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origins,
    expectedRPID: rpId,
    requireUserVerification: false,
  }).catch(() => undefined)
  if (result?.verified !== true) return undefined
  const { credential } = result.registrationInfo
  return {
    id: credential.id,
    name,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    createdAt: Date.now(),
  }
}

function takeChallenge({ session }: Request): string | undefined {
  const { passkeyChallenge } = session
  delete session.passkeyChallenge
  return passkeyChallenge
}

/** The answer of the browser, which the form sends as JSON in one field. */
function readAnswer({ body }: Request): unknown {
  const { answer } = Object(body) as { readonly answer?: unknown }
  try {
    return typeof answer === 'string' ? (JSON.parse(answer) as unknown) : undefined
  } catch {
    return undefined
  }
}
