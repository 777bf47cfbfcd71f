// One phone: its screen, its keypad and its two buttons. It is changed in place, so that it keeps
// the focus and a screen reader reads nothing twice.

import { clockTime, earlierCall, linesOf, spaced, stateWords } from './call-lines.js'
import { sound } from './sound.js'

const template = document.querySelector('#phone')
const about = {
  idle: () => 'This phone rings when the app calls.',
  ringing: from => `Call from ${from}`,
  'in-progress': from => `Connected with ${from}`,
  completed: from => `Call from ${from}`,
  busy: from => `Busy for the call from ${from}`,
  'no-answer': from => `Missed call from ${from}`,
  failed: from => `The call from ${from} could not be connected.`,
  canceled: from => `${from} gave up before anyone answered.`,
}
const nearBottomPixels = 24
const shownKeys = 16

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

async function post(path, body = {}) {
  try {
    await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  } catch {
    // The simulator is not running. The page says so, and the next state corrects this phone.
  }
}

export class Phone {
  #call
  #earlier = []
  #lines = new Map()
  #pressed = ''
  #answeredAt
  #isConnected = true
  #sending = Promise.resolve()

  constructor(number) {
    this.number = number
    this.element = template.content.firstElementChild.cloneNode(true)
    this.#find('h2').textContent = spaced(number)
    this.#find('h2').id = `number-${number.slice(1)}`
    this.element.setAttribute('aria-labelledby', this.#find('h2').id)
    this.#listen()
    this.#render()
  }

  get isRinging() {
    return this.#status === 'ringing'
  }

  /**
   * Shows the call and the messages, oldest first, and keeps the earlier calls, newest first.
   * `isQuiet`: they are old, so no sound.
   */
  update({ call, earlier, texts, isQuiet }) {
    const before = this.#call
    this.#earlier = earlier
    this.#showHistory()
    const isNew = call?.sid !== before?.sid
    if (isNew || (call?.waitingFor && !before?.waitingFor)) this.#pressed = ''
    if (isNew) this.#answeredAt = undefined
    if (call?.status === 'in-progress')
      this.#answeredAt ??= performance.now() - (call.durationMs ?? 0)
    this.#call = call
    const lines = [
      ...texts.map(text => ({
        ...text,
        kind: 'text',
        label: text.from ? `Text from ${spaced(text.from)}` : 'Text message',
      })),
      ...(call ? linesOf(call) : []),
    ]
    this.#showLines(lines, isQuiet)
    this.#render()
  }

  setConnected(isConnected) {
    this.#isConnected = isConnected
    this.#render()
  }

  /** Updates the length of the call. */
  tick() {
    if (this.#status !== 'in-progress') return
    setText(this.#find('.length'), clockTime(performance.now() - this.#answeredAt))
  }

  /**
   * Keeps the focus on this phone: an element that is moved, disabled or hidden loses the focus,
   * and the next keys with it.
   */
  keepingFocus(change) {
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement
      : undefined
    change()
    if (focused === undefined) return
    if (focused.disabled || focused.hidden) this.element.focus({ preventScroll: true })
    else if (document.activeElement !== focused) focused.focus({ preventScroll: true })
  }

  get #status() {
    return this.#call?.status ?? 'idle'
  }

  #find(selector) {
    return this.element.querySelector(selector)
  }

  #listen() {
    this.#find('.keypad').addEventListener('click', ({ target }) => {
      if (target.dataset.key) this.#press(target.dataset.key)
    })
    // Ignore the second click of a double click: on Answer it would hit Hang up.
    const once =
      act =>
      ({ detail }) => {
        if (detail < 2) act()
      }
    this.#find('.answer').addEventListener(
      'click',
      once(() => void post(`/calls/${this.#call.sid}/answer`)),
    )
    this.#find('.end').addEventListener(
      'click',
      once(() => {
        sound.hush()
        void post(`/calls/${this.#call.sid}/hangup`)
      }),
    )
    this.#find('.history').addEventListener('toggle', () => {
      this.#showHistory()
    })
    this.element.addEventListener('keydown', event => {
      const isDigit =
        /^[0-9*#]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey
      if (!isDigit || event.repeat || !this.#canPress) return
      event.preventDefault()
      this.#press(event.key)
    })
  }

  get #canPress() {
    return this.#isConnected && this.#status === 'in-progress'
  }

  #press(digit) {
    const { sid } = this.#call
    sound.hush()
    sound.key(digit)
    this.#pressed += digit
    this.#showPressed()
    this.#find(`[data-key="${digit}"]`).animate([{ opacity: 0.35 }, { opacity: 1 }], 180)
    // Send one request after the other: two at once could arrive in the wrong order, and 42 would
    // become 24.
    this.#sending = this.#sending.then(() => post(`/calls/${sid}/keys`, { digits: digit }))
  }

  #render() {
    const status = this.#status
    const isOn = status === 'in-progress'
    const isRinging = status === 'ringing'
    this.element.dataset.state = status
    setText(this.#find('.state'), stateWords[status] ?? status)
    if (!isOn)
      setText(
        this.#find('.length'),
        this.#call?.durationMs > 0 ? clockTime(this.#call.durationMs) : '',
      )
    this.tick()
    setText(
      this.#find('.about'),
      (about[status] ?? about.completed)(spaced(this.#call?.from ?? '')),
    )
    const isStageShown = isRinging || this.#lines.size === 0
    this.#find('.stage').hidden = !isStageShown
    this.#find('.feed').tabIndex = isStageShown ? -1 : 0 // the stage covers it
    this.#showPressed()
    this.keepingFocus(() => {
      for (const key of this.element.querySelectorAll('[data-key]')) key.disabled = !this.#canPress
      this.#find('.answer').disabled = !this.#isConnected || !isRinging
      this.#find('.answer').hidden = isOn
      this.#find('.end').disabled = !this.#isConnected || !(isOn || isRinging)
      setText(this.#find('.end'), isOn ? 'Hang up' : 'Decline')
    })
  }

  /** The earlier calls. They are on the page only while a person looks at them. */
  #showHistory() {
    const history = this.#find('.history')
    const count = this.#earlier.length
    history.hidden = count === 0
    setText(
      this.#find('.history summary'),
      count === 1 ? '1 earlier call' : `${count} earlier calls`,
    )
    const shown = history.open ? this.#earlier.map(({ sid }) => sid).join() : ''
    const place = this.#find('.calls')
    if (place.dataset.shown === shown) return
    place.dataset.shown = shown
    place.replaceChildren(...(history.open ? this.#earlier.flatMap(earlierCall) : []))
  }

  #showPressed() {
    const waitingFor = this.#call?.waitingFor
    const hint = !waitingFor
      ? ''
      : waitingFor.numDigits
        ? `Waiting for ${waitingFor.numDigits} ${waitingFor.numDigits === 1 ? 'key' : 'keys'}`
        : `Waiting for keys, then ${waitingFor.finishOnKey}`
    const isShown = this.#canPress
    setText(this.#find('.pressed'), isShown ? this.#pressed.slice(-shownKeys) || hint : '')
    this.#find('.pressed').classList.toggle('digits', isShown && this.#pressed !== '')
  }

  #showLines(lines, isQuiet) {
    const feed = this.#find('.feed')
    const follows = feed.scrollHeight - feed.scrollTop - feed.clientHeight < nearBottomPixels
    const kept = new Set(lines.map(({ key }) => key))
    for (const [key, element] of this.#lines) {
      if (kept.has(key)) continue
      element.remove()
      this.#lines.delete(key)
    }
    for (const line of lines) {
      if (!this.#lines.has(line.key) && line.kind === 'say' && !isQuiet)
        sound.say(line.text, line.language)
      this.#showLine(feed, line)
    }
    if (follows) feed.scrollTop = feed.scrollHeight
  }

  #showLine(feed, { key, kind, label, text, language, isNow }) {
    const element = this.#lines.get(key) ?? document.createElement('p')
    if (!this.#lines.has(key))
      element.append(document.createElement('span'), document.createElement('span'))
    element.className = isNow ? `${kind} now` : kind
    if (language) element.lang = language
    setText(element.firstElementChild, label ?? '')
    setText(element.lastElementChild, text)
    if (this.#lines.has(key)) return
    this.#lines.set(key, element)
    feed.append(element) // added with its text, so that a screen reader reads it
  }
}
