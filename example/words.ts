/** What the page says about the call, by the states of `GET /otp/status`. The browser gets the same words. */
export const callWords: Readonly<Record<string, string>> = {
  none: 'The call is being set up.',
  queued: 'The call is waiting its turn. It can take a few seconds.',
  ringing: 'Your phone is ringing. Pick up.',
  answered: 'You are on the phone. Key in the two digits and listen for the code.',
  completed: 'The call has ended. Type the code below, or ask for another call.',
  busy: 'The line was busy. You can ask for another call.',
  'no-answer': 'Nobody picked up. You can ask for another call.',
  failed: 'The call could not be connected. You can ask for another call.',
  canceled: 'The call was cancelled. You can ask for another call.',
  sent: 'The text message is on its way.',
  reported: 'Somebody answered and said this was not them. This code is now worthless. If it was not you who logged in, change your password.',
  expired: 'This code is too old. Ask for another call.',
}

/** A span of time for people: "40 seconds", "2 minutes". */
export function duration(seconds: number): string {
  const [count, unit] = seconds < 90 ? [Math.max(1, Math.ceil(seconds)), 'second']
    : seconds < 5400 ? [Math.ceil(seconds / 60), 'minute']
    : [Math.ceil(seconds / 3600), 'hour']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** A countdown: "4:09". */
export const clockTime = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

/** A number as people group it; only North American ones are known here. */
export const spaced = (phone: string): string => phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')

/** A number of which the last two digits are shown. */
export const masked = (phone: string): string => `••• ••• ••${phone.slice(-2)}`
