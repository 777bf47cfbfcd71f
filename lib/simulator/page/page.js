// The telephones of the simulated Space: listens to what happens and hands each telephone its calls and texts.

import { sound } from './sound.js'
import { spaced, Telephone } from './phone.js'

const retryMilliseconds = 2000
const place = document.querySelector('#telephones')
const empty = document.querySelector('#empty')
const trouble = document.querySelector('#trouble')
const soundButton = document.querySelector('#sound')

const only = wantedNumber()
const telephones = new Map()
const known = new Set() // calls and texts that were on the page before; another one brings its telephone to the front
let isFirstState = true
let isConnected = true

/** The number of `?phone=`; a plus sign that nobody encoded arrives as a space. */
function wantedNumber() {
  const number = new URLSearchParams(location.search).get('phone')?.replace(/^ /, '+')
  return /^\+\d{3,15}$/.test(number) ? number : undefined
}

function telephoneOf(number) {
  let telephone = telephones.get(number)
  if (telephone === undefined) {
    telephone = new Telephone(number)
    telephones.set(number, telephone)
    place.prepend(telephone.element)
  }
  return telephone
}

/** The texts that arrived, those of the hosted MFA among them; newest first, as far as one can tell. */
function textsOf({ messages, mfa }) {
  const sent = messages
    .filter(({ status }) => status === 'delivered')
    .map(({ sid, from, to, body }) => ({ key: `text:${sid}`, from, to, text: body }))
  const hosted = mfa
    .filter(({ channel }) => channel === 'sms')
    .map(({ id, from, to, code, message }) => ({
      key: `mfa:${id}`,
      from,
      to,
      text: [message, code].filter(Boolean).join(' '),
    }))
  return [...hosted, ...sent]
}

function show(state) {
  const isShown = ({ to }) => only === undefined || to === only
  const calls = state.calls.filter(isShown)
  const texts = textsOf(state).filter(isShown)

  // Oldest first. Nothing tells how calls and texts mix, so that what a page finds when it opens is: texts, then calls.
  for (const { key, to } of [
    ...calls.map(({ sid, to }) => ({ key: sid, to })),
    ...texts,
  ].reverse()) {
    const telephone = telephoneOf(to)
    if (!known.has(key)) bringToFront(telephone)
    known.add(key)
  }
  for (const telephone of telephones.values()) {
    const isOurs = ({ to }) => to === telephone.number
    telephone.update({
      call: currentCall(calls.filter(isOurs)),
      texts: texts.filter(isOurs).reverse(),
      isQuiet: isFirstState,
    })
  }
  isFirstState = false
  empty.hidden = telephones.size > 0
  announceRinging()
}

/** One telephone, one call: the one that is on, else one that rings, else the last that did either. */
function currentCall(calls) {
  const had = calls.filter(({ status }) => status !== 'queued')
  return (
    had.find(({ status }) => status === 'in-progress') ??
    had.find(({ status }) => status === 'ringing') ??
    had[0]
  )
}

function bringToFront(telephone) {
  if (place.firstElementChild === telephone.element) return
  telephone.keepingFocus(() => place.prepend(telephone.element))
}

function announceRinging() {
  const ringing = isConnected
    ? [...telephones.values()].find(telephone => telephone.isRinging)
    : undefined
  document.title = ringing
    ? `Ringing: ${spaced(ringing.number)}`
    : only
      ? `Telephone ${spaced(only)}`
      : 'Telephones'
  sound.ring(ringing !== undefined)
}

function setConnected(connected) {
  if (connected === isConnected) return
  isConnected = connected
  trouble.textContent = connected ? '' : 'The simulator is not running.'
  document.body.classList.toggle('disconnected', !connected)
  for (const telephone of telephones.values()) telephone.setConnected(connected)
  announceRinging()
}

function listen() {
  const events = new EventSource('/events')
  events.addEventListener('state', event => {
    setConnected(true)
    show(JSON.parse(event.data))
  })
  events.addEventListener('error', () => {
    setConnected(false)
    // A browser tries again after a lost connection, but gives up after an answer that is not an event stream.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, retryMilliseconds)
  })
}

function showSound() {
  soundButton.setAttribute('aria-pressed', String(sound.isOn))
}

soundButton.addEventListener('click', () => {
  sound.toggle()
  showSound()
  announceRinging()
})

document.body.classList.toggle('single', only !== undefined)
if (only !== undefined) telephoneOf(only)
empty.hidden = telephones.size > 0
showSound()
announceRinging()
setInterval(() => {
  for (const telephone of telephones.values()) telephone.tick()
}, 250)
listen()
