// Keeps the call page up to date. Without it the page works all the same, by its forms and links.

const state = document.querySelector('.state[data-words]')
const left = document.querySelector('[data-expires-in]')
const wait = document.querySelector('[data-next-call-in]')
const callButtons = document.querySelectorAll('[data-call-again]')
const code = document.querySelector('#code')
const words = state ? JSON.parse(state.dataset.words) : {}
const over = ['completed', 'busy', 'no-answer', 'failed', 'canceled', 'reported', 'expired']

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

function say(call) {
  if (!state || state.dataset.call === call) return
  state.dataset.call = call
  // A screen reader speaks this, so it changes once a state and never with the countdown.
  state.textContent = words[call] ?? ''
  // Next the code is typed; whoever is busy elsewhere on the page, or at the telephone of the demo, is left alone.
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
  let pause = 1000
  try {
    const answer = await fetch('/otp/status', {
      headers: { Accept: 'application/json' },
      cache: 'no-store',
    })
    if (answer.status === 401) return location.replace('/login') // logged out meanwhile, elsewhere
    if (!answer.ok) throw new Error(String(answer.status))
    const status = await answer.json()
    // In another tab the code was used, or a new one was asked for: what this page shows is worth nothing any more. The
    // time of one code only ever runs down, but for a second between the clocks of two servers.
    const isNewer = status.expiresIn > lastExpiresIn + 1
    if (isNewer || (status.call === 'none' && status.expiresIn === 0))
      return location.replace(state.dataset.page)
    lastExpiresIn = status.expiresIn
    until.expiry = now() + status.expiresIn
    until.nextCall = now() + status.nextCallIn
    if (status.call === 'reported' || status.expiresIn > 0) say(status.call)
    if (over.includes(state.dataset.call)) pause = 5000
  } catch {
    pause = 5000
  }
  setTimeout(poll, pause)
}

// A second click would be refused, and its page would hide that the first one was right.
for (const form of document.forms) {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
  })
}
// A page that the browser kept in memory may be sent again.
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
