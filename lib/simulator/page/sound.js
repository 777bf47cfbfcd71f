// The sounds: the spoken texts, the tones of the keys and the ringing. They are off until the
// person turns them on.

const storedAs = 'phone-sound'
const ringEveryMilliseconds = 3000
const rows = [697, 770, 852, 941] // hertz, ITU-T Q.23
const columns = [1209, 1336, 1477]
const keys = '123456789*0#'
const bell = [440, 480] // hertz, the North American ringing tone

let isOn = recall()
let audio
let bellTimer

/** The storage throws if the browser blocks it, as in a frame of another site. */
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
    // Then the sound is off again after a reload.
  }
}

function play(frequencies, seconds, volume) {
  audio ??= new AudioContext()
  void audio.resume() // the browser suspends audio until the person uses the page
  const gain = new GainNode(audio, { gain: 0 })
  const start = audio.currentTime
  // Fade in and out: a tone with a hard edge clicks.
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

/** The sounds of all phones of this page. */
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

  /** Plays the two tones of a key. */
  key(digit) {
    const index = keys.indexOf(digit)
    if (isOn && index >= 0) play([rows[Math.floor(index / 3)], columns[index % 3]], 0.14, 0.08)
  },

  /** Starts or stops the ringing. */
  ring(isRinging) {
    if (!isOn || !isRinging) return stopBell()
    if (bellTimer !== undefined) return
    const once = () => play(bell, 1.2, 0.05)
    once()
    bellTimer = setInterval(once, ringEveryMilliseconds)
  },

  /** Speaks a text after the texts before it. */
  say(text, language) {
    if (!isOn || !('speechSynthesis' in window)) return
    const words = new SpeechSynthesisUtterance(text)
    if (language) words.lang = language
    speechSynthesis.speak(words)
  },

  /** Stops speaking at once. */
  hush() {
    if ('speechSynthesis' in window) speechSynthesis.cancel()
  },
}
