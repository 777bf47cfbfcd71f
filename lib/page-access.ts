import { listPhones, type PhoneChoice } from './actions/list-phones.js'
import { askLanguages, type PhoneLookup, runCallback } from './callbacks.js'
import type { Context } from './context.js'
import type { Request } from './request.js'
import { loginStateOf } from './session/login-state.js'

/**
 * The property of a strategy in which the ready pages find {@link PageAccess}. The symbol is
 * global, because the build puts the pages and the strategy into separate files.
 * @internal
 */
export const pageAccessKey: unique symbol = Symbol.for('passport-voice-otp.page-access')

/** What the ready pages need of the strategy and an app does not. @internal */
export interface PageAccess {
  readonly appName: string
  /** The origin of `webhookUrl`. Browsers reach the app there too, unless the app sets another. */
  readonly origin: string
  readonly codeLength: number
  readonly attemptsPerChallenge: number
  /** For how many days a browser may be remembered; `undefined` if the option is not set. */
  readonly rememberDays: number | undefined
  readonly hasRecovery: boolean
  readonly canEnroll: boolean
  /** The names of the registered factors, the best first. */
  readonly factors: readonly string[]
  /** The tags of the user's languages, the best first. */
  languages(req: Request): Promise<readonly string[]>
  /** See {@link listPhones}. */
  phones(req: Request): Promise<readonly PhoneChoice[] | null>
  userId(req: Request): string
  /** How many recovery codes the user has; `undefined` if the app does not say. */
  recoveryCodesLeft(req: Request): Promise<number | undefined>
}

/** @internal */
export function createPageAccess<User extends object>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
): PageAccess {
  const { settings } = context
  // Only a call emits the event about an unknown language, not each view of a page.
  const silent = { ...context, emit: () => undefined }
  return {
    appName: settings.appName,
    origin: new URL(settings.webhookUrl).origin,
    codeLength: settings.codeLength,
    attemptsPerChallenge: settings.limits.attemptsPerChallenge,
    rememberDays: settings.remember?.days,
    hasRecovery: settings.recovery !== undefined,
    canEnroll: settings.onEnroll !== undefined,
    // Factors are registered after the strategy was created.
    get factors() {
      return context.factors.bestFirst.map(({ name }) => name)
    },
    async languages(req) {
      const loginState = loginStateOf(context, req)
      if (loginState.anyUser === undefined) return []
      const prompts = await askLanguages(silent, loginState.userId, loginState.anyUser, req)
      return prompts.map(({ language }) => language)
    },
    phones: req => listPhones(context, lookup, req),
    userId: req => loginStateOf(context, req).userId,
    async recoveryCodesLeft(req) {
      const { userId } = loginStateOf(context, req)
      return runCallback('recovery.left', () => settings.recovery?.left?.(userId))
    },
  }
}
