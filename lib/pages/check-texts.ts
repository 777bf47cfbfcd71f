import { enUS } from './texts/en-US.js'
import type { PageTexts } from './texts/texts.js'

/**
 * Returns the app's own texts after comparing every part with the English ones. Throws a
 * `TypeError` that names the part and how to fix it.
 */
export function checkTexts(tag: string, given: unknown): PageTexts {
  const where = `otpPages: texts['${tag}']`
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${where}: give an object with all sentences; pageTexts holds ours.`)
  if ((given as PageTexts).language !== tag)
    throw new TypeError(`${where}.language: give the tag that is the key of these texts, '${tag}'.`)
  compare(where, enUS, given)
  return given as PageTexts
}

/** Compares with the model: the same parts, each of the same kind. */
function compare(where: string, model: object, given: object): void {
  for (const [name, expected] of Object.entries(model) as [string, unknown][]) {
    const part = `${where}.${name}`
    const value = (given as Record<string, unknown>)[name]
    // Without these tables, the pages show the English sentences of the strategy.
    if (expected === undefined) continue
    if (typeof expected === 'object' && expected !== null) {
      if (typeof value !== 'object' || value === null)
        throw new TypeError(`${part}: it is missing. Give the same parts as pageTexts has.`)
      compare(part, expected, value)
    } else if (typeof expected === 'function') {
      if (typeof value !== 'function') throw new TypeError(`${part}: give a function.`)
      checkSentence(part, (value as (count: number) => unknown)(3))
    } else checkSentence(part, value, expected as string)
  }
}

/** A sentence is text: every page escapes it, so markup would be shown as it is. */
function checkSentence(part: string, value: unknown, model = ''): void {
  if (typeof value !== 'string' || value.trim() === '')
    throw new TypeError(`${part}: it is missing. Give a sentence.`)
  if (/[<>]|&\w+;/.test(value))
    throw new TypeError(`${part}: it holds markup. Give plain text: pages show it as it is.`)
  for (const [place] of model.matchAll(/\{\w+\}/g))
    if (!value.includes(place))
      throw new TypeError(`${part}: it lacks ${place}. The page puts a value in that place.`)
}
