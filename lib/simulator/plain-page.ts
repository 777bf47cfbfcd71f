import type { Space } from './space.js'
import type { CallStatus, SimulatedCall } from './types/call.js'

// The phones for browsers without JavaScript: text and forms, inside the page's noscript elements.
// Browsers with JavaScript ignore them.

const words: Readonly<Record<CallStatus, string>> = {
  queued: 'Queued',
  ringing: 'Ringing',
  'in-progress': 'On the call',
  completed: 'Ended: completed',
  busy: 'Ended: busy',
  'no-answer': 'Ended: missed',
  failed: 'Ended: failed',
  canceled: 'Ended: canceled',
}
const newest = 20
const refreshSeconds = 3

/** The address of the page that shows the same phones. @internal */
export const pageOf = (only: string | undefined): string =>
  only === undefined ? '/' : `/?phone=${encodeURIComponent(only)}`

/**
 * Puts the phones into the page.
 * @param html The page, with a comment for each part.
 * @param only The number of the only phone to show; `undefined` shows all that were called.
 * @param isWholePage Whether the phones fill the browser's page. In a frame, as in the example's
 *   demo, the phone leaves the focus to the page around it.
 * @internal
 */
export function addPlainPhones(
  html: string,
  space: Space,
  only: string | undefined,
  isWholePage: boolean,
): string {
  const isShown = ({ to }: { readonly to: string }): boolean => only === undefined || to === only
  const calls = space.snapshots(newest).filter(isShown)
  const texts = textsOf(space).filter(isShown)
  const numbers = [
    ...new Set([
      ...(only === undefined ? [] : [only]),
      ...[...calls, ...texts].map(({ to }) => to),
    ]),
  ]
  // A refresh would empty the field of the keys.
  const isWaiting = calls.some(({ waitingFor }) => waitingFor !== null)
  const parts: Readonly<Record<string, string>> = {
    refresh: isWaiting ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}" />`,
    phones:
      numbers.length === 0
        ? '<p class="empty">No calls yet. Ask the app for one, and the phone rings here.</p>'
        : numbers.map(number => phone(number, calls, texts, only, isWholePage)).join('\n'),
  }
  /* v8 ignore next -- the page has places for these parts only */
  return html.replace(/<!-- plain (\w+) -->/g, (_, name: string) => parts[name] ?? '')
}

interface Text {
  readonly to: string
  readonly text: string
}

/** The messages that arrived, newest first. */
const textsOf = (space: Space): readonly Text[] => [
  ...space.mfaRequests
    .filter(({ channel }) => channel === 'sms')
    .map(({ to, message, code }) => ({ to, text: [message, code].filter(Boolean).join(' ') }))
    .reverse(),
  ...space.messages
    .map(message => message.snapshot())
    .filter(({ status }) => status === 'delivered')
    .map(({ to, body }) => ({ to, text: body }))
    .reverse(),
]

function phone(
  number: string,
  allCalls: readonly SimulatedCall[],
  texts: readonly Text[],
  only: string | undefined,
  isWholePage: boolean,
): string {
  const calls = allCalls.filter(({ to, status }) => to === number && status !== 'queued')
  const current =
    calls.find(({ status }) => status === 'in-progress') ??
    calls.find(({ status }) => status === 'ringing')
  const earlier = calls.filter(call => call !== current)
  return `<section class="phone plain" data-state="${current?.status ?? 'idle'}">
  <header><h2>${escape(spaced(number))}</h2>
    <p class="line"><span class="state">${current === undefined ? 'Idle' : words[current.status]}</span></p></header>
  ${current === undefined ? '' : actions(current, only, isWholePage) + lines(current)}
  ${texts
    .filter(({ to }) => to === number)
    .map(({ text }) => `<p class="said">Text message: ${escape(text)}</p>`)
    .join('\n')}
  ${earlier.map(call => `<h3>Earlier call. ${words[call.status]}</h3>${lines(call)}`).join('\n')}
  <p><a href="${escape(pageOf(only))}">Refresh</a></p>
</section>`
}

const lines = ({ heard }: SimulatedCall): string =>
  heard.map(text => `<p class="said">${escape(text)}</p>`).join('\n')

function actions(
  { sid, status, waitingFor }: SimulatedCall,
  only: string | undefined,
  isWholePage: boolean,
): string {
  const form = (action: string, content: string): string =>
    `<form method="post" action="/calls/${sid}/${action}">
    ${only === undefined ? '' : `<input type="hidden" name="phone" value="${escape(only)}" />`}${content}</form>`
  const hangUp = (label: string): string => form('hangup', `<button class="end">${label}</button>`)
  if (status === 'ringing')
    return form('answer', '<button class="answer">Answer</button>') + hangUp('Decline')
  const autofocus = isWholePage && waitingFor !== null ? ' autofocus' : ''
  const keys = `<label>Keys <input name="digits" inputmode="numeric" autocomplete="off"
      pattern="[0-9*#]{1,32}" maxlength="32" required${autofocus} /></label>
    <button>Press</button>`
  return form('keys', keys) + hangUp('Hang up')
}

/** Groups the digits of a North American number. */
const spaced = (number: string): string =>
  number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
