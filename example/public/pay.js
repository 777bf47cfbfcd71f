// Follows the call of an approval, and holds the demo's attack. The page also works without this
// script.

const state = document.querySelector('.state[data-words]')
const timer = document.querySelector('[role="timer"]')
const attack = document.querySelector('#attack')
const code = document.querySelector('#code')
const about = document.querySelector('#about')
const callingStates = ['none', 'queued', 'ringing', 'answered']
const words = state ? JSON.parse(state.dataset.words) : {}
const now = () => performance.now() / 1000
let expiry = now() + Number(state?.dataset.expiresIn ?? 0)
const wait = document.querySelector('[data-next-call-in]')
const nextCall = now() + Number(wait?.dataset.nextCallIn ?? 0)
let lastExpiresIn = Number(state?.dataset.expiresIn ?? 0)

function say(call) {
  if (state.dataset.call === call) return
  state.dataset.call = call
  state.textContent = words[call] ?? ''
  if (about && !callingStates.includes(call)) about.textContent = 'We called'
  if ((call === 'answered' || call === 'completed') && document.activeElement === document.body)
    code.focus()
}

const secondsUntil = time => Math.max(0, Math.ceil(time - now()))

function tick() {
  const seconds = secondsUntil(expiry)
  timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  if (seconds === 0 && !['refused', 'reported'].includes(state.dataset.call)) say('expired')
  const toWait = secondsUntil(nextCall)
  for (const button of document.querySelectorAll('[data-call-again]')) button.disabled = toWait > 0
  wait.textContent = toWait > 0 ? `You can ask for another in ${toWait} seconds.` : ''
}

async function poll() {
  let delay = 1000
  try {
    const response = await fetch('/otp/status', { cache: 'no-store' })
    if (response.status === 401) return location.replace('/login')
    if (!response.ok) throw new Error(String(response.status))
    const { call, expiresIn } = await response.json()
    // Used or replaced in another tab: load the page again.
    if (expiresIn > lastExpiresIn + 1 || (call === 'none' && expiresIn === 0))
      return location.replace('/pay')
    lastExpiresIn = expiresIn
    expiry = now() + expiresIn
    if (expiresIn > 0 || call === 'refused' || call === 'reported') say(call)
    tick()
    if (expiresIn === 0) return
  } catch {
    delay = 5000
  }
  setTimeout(poll, delay)
}

// What malware in the browser can do: it changes what the page shows and what its form sends.
function changeForm() {
  const lie = { amount: '999999', currency: 'EUR', payee: 'Mallory' }
  for (const [name, value] of Object.entries(lie)) {
    const input = document.createElement('input')
    Object.assign(input, { type: 'hidden', name, value })
    code.form.append(input)
  }
  document.querySelector('[data-approval-text]').textContent =
    'You are paying 9,999.99 euros to Mallory.'
  attack.querySelector('button').disabled = true
  attack.querySelector('[role="status"]').textContent =
    'The form now says 9,999.99 euros to Mallory. Enter the code, and see what is paid.'
}

// Ignore a second click. It would fail, and its page would hide the success of the first click.
for (const form of document.forms) {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
  })
}
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent
})

if (attack) {
  attack.hidden = false
  attack.querySelector('button').addEventListener('click', changeForm)
}
if (state) {
  setInterval(tick, 500)
  poll()
}
