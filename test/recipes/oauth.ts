import type { Express } from 'express'
import type { Authenticator } from 'passport'
import OAuth2Strategy from 'passport-oauth2'

/** Where the provider is, and what it knows this app by. */
export interface Provider {
  readonly authorizationURL: string
  readonly tokenURL: string
  readonly userInfoURL: string
  readonly clientID: string
  readonly clientSecret: string
  readonly callbackURL: string
}

/** A first factor without a password. `findUser` answers this app's user for the provider's, or nothing. */
export function addProviderLogin(
  app: Express,
  passport: Authenticator,
  { userInfoURL, ...provider }: Provider,
  findUser: (subject: string) => Express.User | undefined,
): void {
  // `state` and `pkce` bind the answer to this browser: without them, somebody could log another in as themselves.
  const strategy = new OAuth2Strategy(
    { ...provider, state: true, pkce: true },
    (
      accessToken: string,
      _refreshToken: string,
      _profile: unknown,
      done: OAuth2Strategy.VerifyCallback,
    ) => {
      fetch(userInfoURL, { headers: { Authorization: `Bearer ${accessToken}` } })
        .then(async answer => {
          if (!answer.ok) throw new Error(`The provider answered ${answer.status}.`)
          return (await answer.json()) as { readonly sub: string }
        })
        .then(({ sub }) => {
          done(null, findUser(sub) ?? false)
        }, done)
    },
  )
  passport.use('provider', strategy)

  app.get('/login/provider', passport.authenticate('provider'))
  // Whoever comes back is `req.pendingUser`, as after a password; the rest is the same for both.
  app.get(
    '/login/provider/callback',
    passport.authenticate('provider', { successRedirect: '/otp', failureRedirect: '/login' }),
  )
}
