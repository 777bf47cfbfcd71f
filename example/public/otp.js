// Keeps the call page up to date. The page also works without this script, by its forms and links.

const state = document.querySelector('.state[data-words]')
const left = document.querySelector('[data-expires-in]')
const wait = document.querySelector('[data-next-call-in]')
const callButtons = document.querySelectorAll('[data-call-again]')
const other = document.querySelector('[data-other-channels]')
const code = document.querySelector('#code')
const words = state ? JSON.parse(state.dataset.words) : {}
const finalStates = ['completed', 'busy', 'no-answer', 'failed', 'canceled', 'reported', 'expired']

const now = () => performance.now() / 1000
const until = {
  expiry: now() + Number(left?.dataset.expiresIn ?? 0),
  nextCall: now() + Number(wait?.dataset.nextCallIn ?? 0),
}
let lastExpiresIn = Number(left?.dataset.expiresIn ?? 0)
const secondsUntil = time => Math.max(0, Math.ceil(time - now()))

function duration(seconds) {
  const [length, unit] = seconds < 90 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return `${length} ${unit}${length === 1 ? '' : 's'}`
}

// How long the call waits for its turn. The time is rounded, so that a screen reader does not read
// a countdown.
function waitWords({ startsIn, callsBefore }) {
  const people = callsBefore === 1 ? 'one person is' : `${callsBefore} people are`
  const time = duration(startsIn > 10 ? Math.ceil(startsIn / 10) * 10 : startsIn)
  return `Your phone rings in about ${time}${callsBefore > 0 ? `, ${people} before you` : ''}.`
}

function say(call, text = words[call] ?? '') {
  if (!state || state.textContent === text) return
  state.dataset.call = call
  // A screen reader reads this aloud, so the text changes only with the state, never with the
  // countdown.
  state.textContent = text
  // The next step is the code. Do not take the focus away from a user who is busy elsewhere, for
  // example at the demo's phone.
  if ((call === 'answered' || call === 'completed') && document.activeElement === document.body)
    code?.focus()
}

function tick() {
  if (left) {
    const seconds = secondsUntil(until.expiry)
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    if (seconds === 0 && state.dataset.call !== 'reported') say('expired')
  }
  if (wait) {
    const seconds = secondsUntil(until.nextCall)
    for (const button of callButtons) button.disabled = seconds > 0
    wait.textContent = seconds > 0 ? `You can ask for another in ${duration(seconds)}.` : ''
  }
}

async function poll() {
  let delay = 1000
  try {
    const response = await fetch('/otp/status', {
      headers: { Accept: 'application/json' },
      cache: 'no-store',
    })
    if (response.status === 401) return location.replace('/login') // the user logged out in another tab
    if (!response.ok) throw new Error(String(response.status))
    const status = await response.json()
    // If the code was used or replaced in another tab, this page is out of date: load it again. The
    // remaining time of one code only decreases, except for one second of difference between the
    // clocks of two servers.
    const isNewer = status.expiresIn > lastExpiresIn + 1
    if (isNewer || (status.call === 'none' && status.expiresIn === 0))
      return location.replace(state.dataset.page)
    lastExpiresIn = status.expiresIn
    until.expiry = now() + status.expiresIn
    until.nextCall = now() + status.nextCallIn
    if (status.call === 'queued' && status.startsIn > 0) say(status.call, waitWords(status))
    else if (status.call === 'reported' || status.expiresIn > 0) say(status.call)
    // The page that the server renders says what to choose instead of waiting.
    if (other && other.dataset.otherChannels !== String(status.otherChannels))
      return location.replace(state.dataset.page)
    if (finalStates.includes(state.dataset.call)) delay = 5000
  } catch {
    delay = 5000
  }
  setTimeout(poll, delay)
}

// Ignore a second click. It would fail, and its page would hide the success of the first click.
for (const form of document.forms) {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
  })
}
// A form may be sent again if the browser shows the page from its memory.
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent
})

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => print())
}

tick()
setInterval(tick, 500)
if (state) poll()
