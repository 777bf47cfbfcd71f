// Keeps the pages of the second factor up to date. They also work without this script, by their
// forms and links.

const language = document.documentElement.lang
/** Seconds before the end at which a screen reader hears what is left. */
const spokenSeconds = [60, 30, 10]

const now = () => performance.now() / 1000
const secondsUntil = time => Math.max(0, Math.ceil(time - now()))

/** Screen readers hear its text. It must be on the page before the text is set. */
const announcer = document.createElement('div')
announcer.className = 'unseen'
announcer.setAttribute('aria-live', 'polite')
document.querySelector('.otp')?.append(announcer)

/** The parts of the page that change; read again after the page was replaced. */
let parts
/** When the code expires, and when the user may ask for another. */
let until

function findParts() {
  const find = selector => document.querySelector(selector)
  parts = {
    live: find('[data-live]'),
    heading: find('[data-otp] h1'),
    about: find('[data-about]'),
    state: find('[data-live] .state'),
    digits: find('[data-digits]'),
    left: find('[data-expires-in]'),
    wait: find('[data-next-call-in]'),
    code: find('#code'),
  }
  until = {
    expiry: now() + Number(parts.left?.dataset.expiresIn ?? 0),
    nextCall: now() + Number(parts.wait?.dataset.nextCallIn ?? 0),
    lastExpiresIn: Number(parts.live?.dataset.left ?? 0),
    isRefused: false,
  }
  for (const form of document.querySelectorAll('[data-otp] form')) watchForm(form)
  if (parts.code?.form.dataset.sendsAt) sendAtLastDigit(parts.code)
  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => print())
  }
}

function duration(seconds) {
  const [length, unit] =
    seconds < 90 ? [1, 'second'] : seconds < 5400 ? [60, 'minute'] : [3600, 'hour']
  const count = Math.max(1, Math.ceil(seconds / length))
  return count.toLocaleString(language, { style: 'unit', unit, unitDisplay: 'long' })
}

/**
 * Shows a state in its place. A state without words of its own is a page of its own, and so is a
 * call that waits for its turn.
 */
function show({ call, startsIn = 0, otherChannels = [] }) {
  const { states, others } = parts.live.dataset
  const isWaiting = startsIn > 0 && (call === 'none' || call === 'queued')
  const state = JSON.parse(states)[call]
  const isShown = parts.state.dataset.call === call
  if (others !== String(otherChannels) || (!state && !isShown)) return replacePage()
  if (isWaiting) return showWait(startsIn)
  if (isShown) return
  parts.state.dataset.call = call
  // A screen reader reads this aloud, so the text changes with the state, never with the countdown.
  parts.state.textContent = state.text
  if (parts.about) write(state.about, parts.about)
  if (parts.heading.textContent !== state.heading) {
    // The title also says the brand, and after a refused form that there was an error.
    document.title = document.title.replace(parts.heading.textContent, () => state.heading)
    parts.heading.textContent = state.heading
  }
  // Digits that are no longer needed keep their place, so that the field below does not move.
  if (!state.showsDigits) parts.digits?.setAttribute('aria-hidden', 'true')
  // The next step is the code. Do not take the focus away from a user who is busy elsewhere, for
  // example at the phone of the demo.
  if ((call === 'answered' || call === 'completed') && document.activeElement === document.body)
    parts.code?.focus()
}

/** Writes a sentence into a paragraph, which has the values of its places: `{phone}`, `{from}`. */
function write(sentence, paragraph) {
  const contents = sentence.split(/\{(\w+)\}/).map((text, index) => {
    if (index % 2 === 0) return text
    const value = document.createElement('strong')
    value.className = 'nowrap'
    value.textContent = paragraph.dataset[text]
    return value
  })
  paragraph.replaceChildren(...contents)
}

/** Shows how long the call waits. Updates the time every ten seconds, then every second. */
function showWait(startsIn) {
  const seconds = startsIn > 10 ? Math.ceil(startsIn / 10) * 10 : startsIn
  if (parts.live.dataset.waits === String(seconds)) return
  const isFirst = parts.live.dataset.waits === undefined && parts.state.dataset.call === 'waiting'
  parts.live.dataset.waits = seconds
  if (!isFirst) return replacePage()
}

function tick() {
  const { left, wait } = parts
  if (left) {
    const seconds = secondsUntil(until.expiry)
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    if (seconds !== until.shownSeconds && spokenSeconds.includes(seconds))
      announcer.textContent = left.dataset.spoken.replace('{time}', duration(seconds))
    until.shownSeconds = seconds
    if (seconds === 0) replacePage()
  }
  if (wait) {
    const seconds = secondsUntil(until.nextCall)
    for (const button of document.querySelectorAll('[data-call-again]'))
      if (!button.dataset.pressed) button.disabled = seconds > 0
    const text = seconds > 0 ? wait.dataset.sentence.replace('{time}', duration(seconds)) : ''
    if (wait.textContent !== text) wait.textContent = text
  }
}

async function poll() {
  let delay = 1000
  if (parts.live && !isSending()) {
    try {
      delay = await askStatus(parts.live.dataset)
    } catch {
      delay = 5000
    }
  }
  setTimeout(poll, delay)
}

/** Asks for the state of the call. Returns the milliseconds until the next request. */
async function askStatus({ status: address, login }) {
  const response = await fetch(address, {
    headers: { Accept: 'application/json' },
    cache: 'no-store',
  })
  // The right code gives the session a new id. Ignore the response to the old id.
  if (isSending()) return 1000
  if (response.status === 401) {
    // The user logged out in another tab. Or the right code was just entered there: then the next
    // question has the new id of the session.
    if (until.isRefused) return leave(login)
    until.isRefused = true
    return 1000
  }
  until.isRefused = false
  if (!response.ok) throw new Error(String(response.status))
  const status = await response.json()
  if (!parts.live) return 1000 // the page was replaced meanwhile
  const { call, expiresIn, nextCallIn, pollAfter } = status
  // If the code was used or replaced in another tab, this page is out of date. The remaining time
  // of one code only decreases, except for one second of difference between two servers' clocks.
  const isNewer = expiresIn > until.lastExpiresIn + 1
  if (isNewer || expiresIn === 0 || call === 'reported') await replacePage()
  else {
    until.lastExpiresIn = expiresIn
    until.expiry = now() + expiresIn
    until.nextCall = now() + nextCallIn
    await show(status)
  }
  return pollAfter * 1000
}

/** Whether a form was sent, so that the browser waits for the next page. */
const isSending = () => document.querySelector('form[data-sent]') !== null

function leave(address) {
  location.replace(address)
  return new Promise(() => {})
}

let isReplacing = false

/**
 * Loads the page again and replaces its contents, after the code has become invalid or the call has
 * reached nobody. If there is no such page any more, lets the browser navigate.
 */
async function replacePage() {
  if (isReplacing || isSending() || !parts.live) return
  const { page } = parts.live.dataset
  isReplacing = true
  try {
    const response = await fetch(page, {
      headers: { Accept: 'text/html' },
      cache: 'no-store',
      redirect: 'manual',
    })
    if (!response.ok) return await leave(page)
    const next = new DOMParser().parseFromString(await response.text(), 'text/html')
    const contents = next.querySelector('[data-otp]')
    if (!contents) return await leave(page)
    if (isSending()) return
    const old = document.querySelector('[data-otp]')
    const focused = document.activeElement
    const hadFocus = old.contains(focused)
    // The user may not have read an error yet. It stays until the next form.
    const failure = old.querySelector('#failure')
    old.replaceWith(contents)
    document.title = next.title
    findParts()
    if (failure && !contents.querySelector('#failure')) parts.heading.after(failure)
    tick()
    const said = contents.querySelector('.state')?.textContent ?? ''
    announcer.textContent = `${parts.heading.textContent}. ${said}`
    if (hadFocus) (focused === failure ? failure : parts.heading).focus()
  } finally {
    isReplacing = false
  }
}

/**
 * Ignores a second click: it would fail, and its page would hide the success of the first click.
 * The pressed button says what happens.
 */
function watchForm(form) {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
    const button = event.submitter ?? form.querySelector('button')
    if (!button?.dataset.busy) return
    button.dataset.pressed = button.textContent
    button.textContent = button.dataset.busy
    announcer.textContent = button.dataset.busy
    // The form is sent with the name of its button, which a disabled button does not have.
    setTimeout(() => (button.disabled = true))
  })
}

/** Sends the code as soon as it is complete, once. The sentence before the field says so. */
function sendAtLastDigit(field) {
  const { form } = field
  const digits = Number(form.dataset.sendsAt)
  const hint = document.querySelector('#sends-itself')
  if (hint) hint.hidden = false
  field.addEventListener('input', () => {
    const typed = field.value.replace(/[\s\p{Pd}]/gu, '')
    if (form.dataset.sent || !new RegExp(`^\\d{${digits}}$`).test(typed)) return
    form.requestSubmit(form.querySelector('button'))
  })
}

// A form may be sent again if the browser shows the page from its memory.
addEventListener('pageshow', event => {
  if (!event.persisted) return
  for (const form of document.forms) delete form.dataset.sent
  for (const button of document.querySelectorAll('[data-pressed]')) {
    button.textContent = button.dataset.pressed
    button.disabled = false
    delete button.dataset.pressed
  }
})

findParts()
tick()
setInterval(tick, 500)
if (parts.live) poll()
