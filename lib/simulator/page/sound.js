// What can be heard: the words, the tones of the keys, and the bell. Off until somebody asks for it.

const storedAs = 'telephone-sound'
const ringEveryMilliseconds = 3000
const rows = [697, 770, 852, 941] // hertz, ITU-T Q.23
const columns = [1209, 1336, 1477]
const keys = '123456789*0#'
const bell = [440, 480] // hertz, the North American ringing tone

let isOn = recall()
let audio
let bellTimer

/** Storage throws where the browser blocks it, as in a frame of another site. */
function recall() {
  try {
    return localStorage.getItem(storedAs) === 'on'
  } catch {
    return false
  }
}

function remember() {
  try {
    localStorage.setItem(storedAs, isOn ? 'on' : 'off')
  } catch {
    // Sound is then off again after a reload.
  }
}

function play(frequencies, seconds, volume) {
  audio ??= new AudioContext()
  void audio.resume() // suspended until the person has touched the page
  const gain = new GainNode(audio, { gain: 0 })
  const start = audio.currentTime
  // Faded in and out: a tone that is cut off clicks.
  gain.gain.linearRampToValueAtTime(volume, start + 0.02)
  gain.gain.setValueAtTime(volume, start + seconds - 0.03)
  gain.gain.linearRampToValueAtTime(0, start + seconds)
  gain.connect(audio.destination)
  for (const frequency of frequencies) {
    const oscillator = new OscillatorNode(audio, { frequency })
    oscillator.connect(gain)
    oscillator.start(start)
    oscillator.stop(start + seconds)
  }
}

function stopBell() {
  clearInterval(bellTimer)
  bellTimer = undefined
}

/** The sound of all telephones of this page; silent while it is off. */
export const sound = {
  get isOn() {
    return isOn
  },

  toggle() {
    isOn = !isOn
    remember()
    if (isOn) return
    stopBell()
    this.hush()
  },

  /** The two tones of a key, briefly. */
  key(digit) {
    const index = keys.indexOf(digit)
    if (isOn && index >= 0) play([rows[Math.floor(index / 3)], columns[index % 3]], 0.14, 0.08)
  },

  /** Starts the bell, or stops it. */
  ring(isRinging) {
    if (!isOn || !isRinging) return stopBell()
    if (bellTimer !== undefined) return
    const once = () => play(bell, 1.2, 0.05)
    once()
    bellTimer = setInterval(once, ringEveryMilliseconds)
  },

  /** Speaks after what is being spoken already. */
  say(text, language) {
    if (!isOn || !('speechSynthesis' in window)) return
    const words = new SpeechSynthesisUtterance(text)
    if (language) words.lang = language
    speechSynthesis.speak(words)
  },

  /** Stops in the middle of a word. */
  hush() {
    if ('speechSynthesis' in window) speechSynthesis.cancel()
  },
}
