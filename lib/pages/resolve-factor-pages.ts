import { readOptions } from '../check-options.js'
import { isOwnPath } from '../own-path.js'
import type { FactorPage } from './options.js'
import { enUS } from './texts/en-US.js'
import type { FactorSentences } from './texts/sections.js'

/** Whether the pages have sentences of their own for this factor. */
export const isUsualFactor = (name: string): name is keyof FactorSentences =>
  Object.hasOwn(enUS.factors.use, name)

/** Whether a text has 1 to 60 characters on one line. */
export const isLine = (text: unknown): boolean =>
  typeof text === 'string' && text.trim() !== '' && text.length <= 60 && !/\p{Cc}/u.test(text)

/**
 * Checks the option `factors`. Throws a `TypeError` that names the part and how to fix it.
 * @param registered The names of the factors of the strategy, the best first.
 * @returns The pages in the order of `registered`.
 */
export function resolveFactorPages(
  given: unknown = {},
  registered: readonly string[],
): ReadonlyMap<string, FactorPage> {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(
      "otpPages: factors: give an object of factors by name, for example { passkey: { href: '/otp/passkey' } }.",
    )
  const pages = new Map(Object.entries(given).map(([name, page]) => [name, readPage(name, page)]))
  const unknown = [...pages.keys()].find(name => !registered.includes(name))
  if (unknown !== undefined)
    throw new TypeError(
      `otpPages: factors.${unknown}: the strategy has no such factor. Register it with secondFactor() before otpPages(). The factors are: ${registered.join(', ') || 'none'}.`,
    )
  return new Map(
    registered.flatMap(name => {
      const page = pages.get(name)
      return page === undefined ? [] : [[name, page] as const]
    }),
  )
}

function readPage(name: string, given: unknown): FactorPage {
  const where = `otpPages: factors.${name}`
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${where}: give an object, for example { href: '/otp/${name}' }.`)
  const page = readOptions(given as FactorPage, ['href', 'setUp', 'label'], `${where}.`)
  if (!isOwnPath(page.href))
    throw new TypeError(
      `${where}.href: give the path of your own page for this factor, for example '/otp/${name}'.`,
    )
  if (page.setUp !== undefined && !isOwnPath(page.setUp))
    throw new TypeError(
      `${where}.setUp: give the path of your own page that sets it up, or omit it.`,
    )
  if (page.label === undefined && !isUsualFactor(name))
    throw new TypeError(
      `${where}.label: it is missing. Only passkey and app-code have sentences. Say what the link says, for example 'Use your company card'.`,
    )
  if (page.label !== undefined && !isLine(page.label))
    throw new TypeError(`${where}.label: give 1 to 60 characters on one line.`)
  return page
}
