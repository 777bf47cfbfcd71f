// The phones of the simulated Space: receives the state of the Space and gives each phone its calls
// and messages.

import { sound } from './sound.js'
import { spaced } from './call-lines.js'
import { Phone } from './phone.js'

const retryMilliseconds = 2000
const place = document.querySelector('#phones')
const empty = document.querySelector('#empty')
const problem = document.querySelector('#problem')
const soundButton = document.querySelector('#sound')

const only = wantedNumber()
const phones = new Map()
const known = new Set() // calls and messages on the page; a new one moves its phone to the front
let isFirstState = true
let isConnected = true
let lastRinging

/** The number in `?phone=`. A plus sign without encoding arrives as a space. */
function wantedNumber() {
  const number = new URLSearchParams(location.search).get('phone')?.replace(/^ /, '+')
  return /^\+\d{3,15}$/.test(number) ? number : undefined
}

function findOrAddPhone(number) {
  let phone = phones.get(number)
  if (phone === undefined) {
    phone = new Phone(number)
    phones.set(number, phone)
    place.prepend(phone.element)
  }
  return phone
}

/** The messages that arrived, also those of hosted MFA, newest first. */
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

  // Oldest first. The state does not say how calls and messages mix: when the page opens, messages
  // come before calls.
  for (const { key, to } of [
    ...calls.map(({ sid, to }) => ({ key: sid, to })),
    ...texts,
  ].reverse()) {
    const phone = findOrAddPhone(to)
    if (!known.has(key)) bringToFront(phone)
    known.add(key)
  }
  for (const phone of phones.values()) {
    const isOurs = ({ to }) => to === phone.number
    const had = calls.filter(isOurs).filter(({ status }) => status !== 'queued')
    const call = currentCall(had)
    phone.update({
      call,
      earlier: had.filter(each => each !== call),
      texts: texts.filter(isOurs).reverse(),
      isQuiet: isFirstState,
    })
  }
  isFirstState = false
  empty.hidden = phones.size > 0
  announceRinging()
}

/**
 * The call that a phone shows: the one in progress, otherwise a ringing one, otherwise the last
 * one.
 */
function currentCall(had) {
  return (
    had.find(({ status }) => status === 'in-progress') ??
    had.find(({ status }) => status === 'ringing') ??
    had[0]
  )
}

function bringToFront(phone) {
  if (place.firstElementChild === phone.element) return
  phone.keepingFocus(() => place.prepend(phone.element))
}

function announceRinging() {
  const ringing = isConnected ? [...phones.values()].find(phone => phone.isRinging) : undefined
  document.title = ringing
    ? `Ringing: ${spaced(ringing.number)}`
    : only
      ? `Phone ${spaced(only)}`
      : 'Phones'
  sound.ring(ringing !== undefined)
  // In sight while it rings, also on a small screen. The phone in a frame of another page is alone.
  if (ringing !== undefined && ringing !== lastRinging && only === undefined)
    ringing.element.scrollIntoView({ block: 'nearest' })
  lastRinging = ringing
}

function setConnected(connected) {
  if (connected === isConnected) return
  isConnected = connected
  problem.textContent = connected ? '' : 'The simulator is not running.'
  document.body.classList.toggle('disconnected', !connected)
  for (const phone of phones.values()) phone.setConnected(connected)
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
    // A browser reconnects by itself, except after a response that is not an event stream.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, retryMilliseconds)
  })
}

function showSound() {
  soundButton.setAttribute('aria-checked', String(sound.isOn))
  soundButton.querySelector('.setting').textContent = sound.isOn ? 'on' : 'off'
  document.body.classList.toggle('with-sound', sound.isOn)
}

soundButton.addEventListener('click', () => {
  sound.toggle()
  showSound()
  announceRinging()
})

document.body.classList.toggle('single', only !== undefined)
if (only !== undefined) findOrAddPhone(only)
empty.hidden = phones.size > 0
showSound()
announceRinging()
setInterval(() => {
  for (const phone of phones.values()) phone.tick()
}, 250)
listen()
