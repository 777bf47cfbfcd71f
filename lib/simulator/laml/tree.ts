import { SaxesParser } from '@rubensworks/saxes'

/** An XML element. @internal */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

const linesInGather = ['Say', 'Play', 'Pause']
const elementsWithText = new Set(['Say', 'Play', 'Redirect'])
const attributesOf: Readonly<Record<string, readonly string[]>> = {
  Response: [],
  Say: ['voice', 'language', 'loop'],
  Play: ['loop'],
  Pause: ['length'],
  Gather: [
    'action',
    'actionOnEmptyResult',
    'finishOnKey',
    'input',
    'method',
    'numDigits',
    'timeout',
  ],
  Redirect: ['method'],
  Hangup: [],
}
const childrenOf: Readonly<Record<string, readonly string[]>> = {
  Response: [...linesInGather, 'Gather', 'Redirect', 'Hangup'],
  Gather: linesInGather,
}
/** What SignalWire documents and the simulator does not do. Source: SignalWire, cXML reference. */
const notSimulated: Readonly<Record<string, readonly string[]>> = {
  verbs: [
    'AI',
    'Connect',
    'Denoise',
    'Dial',
    'Echo',
    'Enqueue',
    'Leave',
    'Pay',
    'Record',
    'Refer',
    'Reject',
    'Sms',
    'Start',
    'Stop',
    'Stream',
  ],
  ssml: [
    'break',
    'emphasis',
    'lang',
    'p',
    'phoneme',
    'prosody',
    's',
    'say-as',
    'speak',
    'sub',
    'w',
  ],
  Gather: [
    'enhanced',
    'hints',
    'language',
    'partialResultCallback',
    'partialResultCallbackMethod',
    'profanityFilter',
    'speechModel',
    'speechTimeout',
  ],
  Play: ['digits'],
}

/** Reads a document into a tree. Throws an Error that says what is wrong. @internal */
export function readTree(xml: string): Element {
  const parser = new SaxesParser()
  const open: Element[] = []
  let root: Element | undefined

  parser.on('error', error => reject(`not well-formed XML: ${error.message}`))
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8')
      reject(`the encoding is ${encoding}: LaML is UTF-8`)
  })
  parser.on('doctype', () => reject('LaML has no DOCTYPE'))
  parser.on('processinginstruction', ({ target }) =>
    reject(`LaML has no processing instruction <?${target}?>`),
  )
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes: { ...attributes }, children: [], text: '' }
    checkPlace(element, open.at(-1))
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  const onText = (text: string): void => {
    addText(text, open.at(-1))
  }
  parser.on('text', onText)
  parser.on('cdata', onText)
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(xml).close()
  /* v8 ignore next -- the parser has rejected a document without a root */
  return root ?? reject('there is no <Response>')
}

function reject(what: string): never {
  throw new Error(what)
}

function addText(text: string, parent: Element | undefined): void {
  if (parent !== undefined && elementsWithText.has(parent.name)) parent.text += text
  else if (text.trim() !== '')
    reject(`text in <${parent?.name ?? 'the document'}>: '${text.trim().slice(0, 40)}'`)
}

function checkPlace({ name, attributes }: Element, parent: Element | undefined): void {
  if (parent === undefined && name !== 'Response')
    reject(`the root is <${name}>: it must be <Response>`)
  if (notSimulated['verbs']?.includes(name) === true) reject(`<${name}> is not simulated`)
  if (parent?.name === 'Say' && notSimulated['ssml']?.includes(name) === true)
    reject(`SSML is not simulated: <${name}>`)
  if (!Object.hasOwn(attributesOf, name))
    reject(`<${name}> is not a verb of LaML (verbs are case-sensitive)`)
  if (parent !== undefined && !(childrenOf[parent.name] ?? []).includes(name))
    reject(`<${name}> is not allowed in <${parent.name}>`)
  for (const attribute of Object.keys(attributes)) {
    if (notSimulated[name]?.includes(attribute) === true)
      reject(`<${name} ${attribute}> is not simulated`)
    if (attributesOf[name]?.includes(attribute) !== true)
      reject(`<${name}> has no attribute '${attribute}'`)
  }
}
