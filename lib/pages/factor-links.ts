import type { Visit } from './context.js'
import { isUsualFactor } from './resolve-factor-pages.js'

/** A link to a page of the app for a factor. */
export interface FactorLink {
  readonly href: string
  readonly label: string
}

/** A link to where a factor is set up; without `href`, the app has no such page. */
export interface SetUpLink {
  readonly href: string | undefined
  readonly label: string
  /** What is better about the factor than about a phone. */
  readonly about: string | undefined
}

/** What the page of the code offers besides the channels. */
export interface Choices {
  /** Other factors that the user has, the best first. */
  readonly links: readonly FactorLink[]
  /** Whether the user may use a phone, and has one. */
  readonly offersPhone: boolean
  /** Whether the user has a phone but may not use it. */
  readonly isPhoneRefused: boolean
}

/**
 * What this user may choose from.
 * @param hasPhone Whether a number is on record.
 */
export async function choicesOf({ pages, req, texts }: Visit, hasPhone: boolean): Promise<Choices> {
  const withoutFactors: Choices = { links: [], offersPhone: hasPhone, isPhoneRefused: false }
  if (pages.access.factors.length === 0) return withoutFactors
  // If a callback fails, the page offers the phone. The form asks again, and reports the error.
  const available = await pages.strategy.availableFactors(req as never).catch(() => undefined)
  if (available === undefined) return withoutFactors
  const has = (name: string): boolean => available.some(each => each.name === name)
  // `phoneFallback` refuses the phone only to users with a phishing-resistant factor. For others,
  // the number is missing or not valid, and the request for a call reports that.
  const isRefused = !has('phone') && available.some(({ phishingResistant }) => phishingResistant)
  const owned = [...pages.options.factors].filter(([name]) => has(name))
  return {
    links: owned.map(([name, { href, label }]) => {
      const usual = isUsualFactor(name) ? texts.factors.use[name] : undefined
      /* v8 ignore next -- resolveFactorPages() has required a label of all others */
      return { href, label: label ?? usual ?? name }
    }),
    offersPhone: hasPhone && !isRefused,
    isPhoneRefused: hasPhone && isRefused,
  }
}

/** The factors that are better than a phone, for the page of a number. */
export const setUpLinks = ({ pages, texts: { factors } }: Visit): readonly SetUpLink[] =>
  [...pages.options.factors].map(([name, { setUp, label }]) => {
    if (isUsualFactor(name))
      return { href: setUp, label: factors.setUp[name], about: factors.about[name] }
    /* v8 ignore next -- resolveFactorPages() has required a label of all others */
    return { href: setUp, label: label ?? name, about: undefined }
  })
