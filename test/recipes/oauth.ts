import type { Express } from 'express'
import type { Authenticator } from 'passport'
import OAuth2Strategy from 'passport-oauth2'

/** The addresses of the provider, and the credentials of this app there. */
export interface Provider {
  readonly authorizationURL: string
  readonly tokenURL: string
  readonly userInfoURL: string
  readonly clientID: string
  readonly clientSecret: string
  readonly callbackURL: string
}

/**
 * Adds a first factor without a password. `findUser` returns the user of this app for a user of the
 * provider.
 */
export function addProviderLogin(
  app: Express,
  passport: Authenticator,
  { userInfoURL, ...provider }: Provider,
  findUser: (subject: string) => Express.User | undefined,
): void {
  // `state` and `pkce` bind the response of the provider to this browser. Without them an attacker
  // could log a victim in to the attacker's account.
  const strategy = new OAuth2Strategy(
    { ...provider, state: true, pkce: true },
    (
      accessToken: string,
      _refreshToken: string,
      _profile: unknown,
      done: OAuth2Strategy.VerifyCallback,
    ) => {
      fetch(userInfoURL, { headers: { Authorization: `Bearer ${accessToken}` } })
        .then(async response => {
          if (!response.ok) throw new Error(`The provider returned ${response.status}.`)
          return (await response.json()) as { readonly sub: string }
        })
        .then(({ sub }) => {
          done(null, findUser(sub) ?? false)
        }, done)
    },
  )
  passport.use('provider', strategy)

  app.get('/login/provider', passport.authenticate('provider'))
  // The user who comes back is `req.pendingUser`, as after a password.
  app.get(
    '/login/provider/callback',
    passport.authenticate('provider', { successRedirect: '/otp', failureRedirect: '/login' }),
  )
}
