// The words for a call: its state, its length, and the lines that it has on the screen.

export const stateWords = {
  idle: 'Idle',
  ringing: 'Ringing',
  'in-progress': 'On the call',
  completed: 'Ended: completed',
  busy: 'Ended: busy',
  'no-answer': 'Ended: missed',
  failed: 'Ended: failed',
  canceled: 'Ended: canceled',
}

/** Groups the digits of a North American number. */
export const spaced = number => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')

/** A length of time, as "0:12". */
export function clockTime(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function hangupWords(by, status) {
  if (by === 'caller') return 'The caller hung up.'
  return status === 'busy' ? 'You declined.' : 'You hung up.'
}

/** The lines that a call has on the screen. Keys in a row share a line. */
export function linesOf({ sid, status, transcript, speaking, error }) {
  const lines = []
  const add = line => lines.push({ key: `${sid}:${lines.length}`, ...line })
  for (const entry of transcript) {
    const last = lines.at(-1)
    if (entry.kind === 'say') add({ kind: 'say', text: entry.text, language: entry.language })
    const keys = entry.lost ? 'keys lost' : 'keys'
    if (entry.kind === 'keys' && last?.kind === keys) last.text += entry.digits
    else if (entry.kind === 'keys')
      add({
        kind: keys,
        label: entry.lost ? 'You pressed, but the call did not ask for it: ' : 'You pressed ',
        text: entry.digits,
      })
    if (entry.kind === 'hangup') add({ kind: 'note', text: hangupWords(entry.by, status) })
    if (entry.kind === 'error') add({ kind: 'error', text: entry.message })
  }
  const saying = lines.findLast(({ kind }) => kind === 'say')
  if (speaking !== null && saying !== undefined) saying.isNow = true
  if (error && !lines.some(({ kind }) => kind === 'error')) add({ kind: 'error', text: error })
  return lines
}

/** A call that is over: a heading with how it ended, and what was said and pressed. */
export function earlierCall(call) {
  const heading = document.createElement('h3')
  const length = call.durationMs > 0 ? `, ${clockTime(call.durationMs)}` : ''
  heading.textContent = `${stateWords[call.status] ?? call.status}${length}`
  const said = linesOf(call).map(({ kind, label, text, language }) => {
    const line = document.createElement('p')
    line.className = kind
    line.textContent = `${label ?? ''}${text}`
    if (language) line.lang = language
    return line
  })
  return [heading, ...said]
}
