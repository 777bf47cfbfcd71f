import { SaxesParser } from '@rubensworks/saxes'

/** What a call can say or do without an answer. @internal */
export type Line =
  | {
      readonly verb: 'say'
      readonly text: string
      readonly voice: string | null
      readonly language: string | null
      readonly times: number
    }
  | { readonly verb: 'play'; readonly url: string; readonly times: number }
  | { readonly verb: 'pause'; readonly seconds: number }

/** One step of a call. @internal */
export type Verb =
  | Line
  | {
      readonly verb: 'gather'
      readonly lines: readonly Line[]
      readonly action: string
      readonly method: 'GET' | 'POST'
      readonly numDigits: number | null
      readonly finishOnKey: string
      readonly timeout: number
    }
  | { readonly verb: 'redirect'; readonly url: string; readonly method: 'GET' | 'POST' }
  | { readonly verb: 'hangup' }

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

const inGather = ['Say', 'Play', 'Pause']
const texts = new Set(['Say', 'Play', 'Redirect'])
const attributesOf: Readonly<Record<string, readonly string[]>> = {
  Response: [],
  Say: ['voice', 'language', 'loop'],
  Play: ['loop'],
  Pause: ['length'],
  Gather: ['action', 'method', 'input', 'numDigits', 'finishOnKey', 'timeout'],
  Redirect: ['method'],
  Hangup: [],
}
const childrenOf: Readonly<Record<string, readonly string[]>> = {
  Response: ['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup'],
  Gather: inGather,
}

/**
 * Reads an answer as LaML, far more strictly than a real Space does, so that a mistake shows here and not in
 * production. Throws an Error that says what is wrong. Source: SignalWire, cXML reference.
 * @internal
 */
export function parseLaml(xml: string): readonly Verb[] {
  if (xml.trim() === '')
    throw new Error('the answer is empty: a LaML document begins with <Response>')
  return readTree(xml).children.map(toVerb)
}

function readTree(xml: string): Element {
  const parser = new SaxesParser()
  const open: Element[] = []
  let root: Element | undefined

  const refuse = (what: string): never => {
    throw new Error(what)
  }
  parser.on('error', error => refuse(`not well-formed XML: ${error.message}`))
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8')
      refuse(`the encoding is ${encoding}: LaML is UTF-8`)
  })
  parser.on('doctype', () => refuse('a DOCTYPE has no place in LaML'))
  parser.on('comment', () => refuse('a comment has no place in LaML'))
  parser.on('processinginstruction', ({ target }) =>
    refuse(`the processing instruction <?${target}?> has no place in LaML`),
  )
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes: { ...attributes }, children: [], text: '' }
    checkPlace(element, open.at(-1))
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  const onText = (text: string): void => {
    const parent = open.at(-1)
    if (parent !== undefined && texts.has(parent.name)) parent.text += text
    else if (text.trim() !== '')
      refuse(`stray text in <${parent?.name ?? 'the document'}>: '${text.trim().slice(0, 40)}'`)
  }
  parser.on('text', onText)
  parser.on('cdata', onText)
  parser.on('closetag', () => {
    const element = open.pop()
    if (element?.name === 'Response' && element.children.length === 0)
      refuse('<Response> is empty: it needs at least one verb')
  })
  parser.write(xml).close()
  /* v8 ignore next -- the parser refused it */
  return root ?? refuse('there is no <Response>')
}

function checkPlace({ name, attributes }: Element, parent: Element | undefined): void {
  if (parent === undefined && name !== 'Response')
    throw new Error(`the root is <${name}>: it must be <Response>`)
  const allowed = attributesOf[name]
  if (allowed === undefined || !Object.hasOwn(attributesOf, name))
    throw new Error(`<${name}> is not a verb that is known here (verbs are case-sensitive)`)
  if (parent !== undefined && !(childrenOf[parent.name] ?? []).includes(name))
    throw new Error(`<${name}> may not stand in <${parent.name}>`)
  for (const attribute of Object.keys(attributes)) {
    if (!allowed.includes(attribute)) throw new Error(`<${name}> has no attribute '${attribute}'`)
  }
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
  const times = wholeNumber(element, 'loop', 1000) ?? 1
  if (element.name === 'Play')
    return { verb: 'play', url: absoluteUrl('<Play>', element.text.trim()), times }
  const text = element.text.trim()
  if (text === '') throw new Error('<Say> says nothing')
  if (element.text.length > 4096)
    throw new Error(`<Say> has ${element.text.length} characters: at most 4096`)
  return {
    verb: 'say',
    text,
    voice: named(element, 'voice'),
    language: named(element, 'language'),
    times,
  }
}

function toGather(element: Element): Verb {
  const { action, input = 'dtmf', finishOnKey = '#' } = element.attributes
  if (action === undefined)
    throw new Error("<Gather> has no 'action': the keys would go to the URL of this document")
  if (input !== 'dtmf') throw new Error(`<Gather input="${input}">: only 'dtmf' is known here`)
  if (!/^[0-9*#]?$/.test(finishOnKey))
    throw new Error(`<Gather finishOnKey="${finishOnKey}">: one key, or nothing`)
  return {
    verb: 'gather',
    lines: element.children.map(toLine),
    action: absoluteUrl('<Gather action>', action),
    method: methodOf(element),
    numDigits: wholeNumber(element, 'numDigits', 255) ?? null,
    finishOnKey,
    timeout: wholeNumber(element, 'timeout', 3600) ?? 5,
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
    throw new Error(`<${name} ${attribute}="${value}">: give a value or leave it away`)
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
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new Error(`${where} '${text.slice(0, 80)}': an absolute http or https address`)
  return text
}
