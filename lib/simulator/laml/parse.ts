import { isWebUrl } from '../http/webhook.js'
import { type Element, readTree } from './tree.js'
import type { Gather, Line, Verb } from './verbs.js'

/**
 * Reads a response of the app as LaML. An error in the document ends a call in a real Space, too.
 * Unlike a real Space, the parser also rejects what SignalWire would silently ignore. Throws an
 * Error that says what is wrong. Source: SignalWire, cXML reference.
 * @internal
 */
export function parseLaml(xml: string): readonly Verb[] {
  if (xml.trim() === '')
    throw new Error('the response is empty: a LaML document begins with <Response>')
  return readTree(xml).children.map(toVerb)
}

function toVerb(element: Element): Verb {
  switch (element.name) {
    case 'Gather':
      return toGather(element)
    case 'Redirect':
      return {
        verb: 'redirect',
        url: absoluteUrl('<Redirect>', element.text.trim()),
        method: methodOf(element),
      }
    case 'Hangup':
      return { verb: 'hangup' }
    default:
      return toLine(element)
  }
}

function toLine(element: Element): Line {
  if (element.name === 'Pause')
    return { verb: 'pause', seconds: wholeNumber(element, 'length', 60) ?? 1 }
  const times = element.attributes['loop'] === '0' ? Infinity : wholeNumber(element, 'loop', 1000)
  if (element.name === 'Play')
    return { verb: 'play', url: absoluteUrl('<Play>', element.text.trim()), times: times ?? 1 }
  const text = element.text.trim()
  if (text === '') throw new Error('<Say> has no text')
  if (element.text.length > 4096)
    throw new Error(`<Say> has ${element.text.length} characters: at most 4096`)
  return {
    verb: 'say',
    text,
    voice: named(element, 'voice'),
    language: named(element, 'language'),
    times: times ?? 1,
  }
}

function toGather(element: Element): Gather {
  const { action, input = 'dtmf', finishOnKey = '#', actionOnEmptyResult } = element.attributes
  if (input !== 'dtmf')
    throw new Error(`<Gather input="${input}"> is not simulated: only 'dtmf' is`)
  if (!/^[0-9*#]*$/.test(finishOnKey))
    throw new Error(`<Gather finishOnKey="${finishOnKey}">: keys 0-9, * and #, or nothing`)
  if (!['true', 'false', undefined].includes(actionOnEmptyResult))
    throw new Error(`<Gather actionOnEmptyResult="${String(actionOnEmptyResult)}">: true or false`)
  return {
    verb: 'gather',
    lines: element.children.map(toLine),
    action: action === undefined ? null : absoluteUrl('<Gather action>', action),
    method: methodOf(element),
    numDigits: wholeNumber(element, 'numDigits', 255) ?? null,
    finishOnKey,
    timeout: wholeNumber(element, 'timeout', 3600) ?? 5,
    actionOnEmptyResult: actionOnEmptyResult === 'true',
  }
}

function methodOf({ name, attributes: { method = 'POST' } }: Element): 'GET' | 'POST' {
  if (method !== 'GET' && method !== 'POST')
    throw new Error(`<${name} method="${method}">: GET or POST`)
  return method
}

function named({ name, attributes }: Element, attribute: string): string | null {
  const value = attributes[attribute]
  if (value?.trim() === '')
    throw new Error(`<${name} ${attribute}="${value}">: give a value or omit the attribute`)
  return value ?? null
}

function wholeNumber(
  { name, attributes }: Element,
  attribute: string,
  most: number,
): number | undefined {
  const value = attributes[attribute]
  if (value === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(value) || Number(value) > most)
    throw new Error(`<${name} ${attribute}="${value}">: a whole number from 1 to ${most}`)
  return Number(value)
}

function absoluteUrl(where: string, text: string): string {
  if (text.includes('#'))
    throw new Error(`${where} '${text.slice(0, 80)}': connection overrides are not simulated`)
  if (!isWebUrl(text))
    throw new Error(`${where} '${text.slice(0, 80)}': an absolute http or https URL`)
  return text
}
