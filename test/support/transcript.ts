// Writes down what a call says. The text is the same each time, because the code and the digits are
// replaced.
import { languages, type Prompts } from 'passport-voice-otp'
import type { Entry } from 'passport-voice-otp/simulator'
import { Phone } from './phone.js'
import type { World } from './world.js'

/**
 * The digits that replace the random code (as many as it has), and the two digits of the page.
 */
export const writtenCode = '4815162342'
export const writtenDigits = '42'

/** The language of the package that a `Say` has as its attribute. */
function promptsSpokenIn(language: string | null): Prompts {
  const found = Object.values(languages).find(
    prompts => (prompts.speechLanguage ?? prompts.language) === language,
  )
  return found ?? languages['en-US']
}

/**
 * Replaces the code of a call, and checks that the call never reads another code.
 */
class Code {
  private readonly digits: number[] = []
  private position = 0

  constructor(private readonly length: number) {}

  /** The text of a `Say`, with the written code if it consists of digits of the real one. */
  written(text: string, language: string | null): string {
    const { digits: words = Array.from('0123456789'), separator } = promptsSpokenIn(language)
    const context = text.split(separator)
    if (!context.every(part => words.includes(part))) return text
    return context.map(part => words[this.next(words.indexOf(part))]).join(separator)
  }

  private next(digit: number): number {
    const { position } = this
    this.digits[position] ??= digit
    if (this.digits[position] !== digit)
      throw new Error(
        `Digit ${position + 1} of the code was ${this.digits[position]}, and now is ${digit}.`,
      )
    this.position = (position + 1) % this.length
    return Number(writtenCode[position])
  }
}

function lineOf(entry: Entry, code: Code, mainLanguage: string | null): string[] {
  switch (entry.kind) {
    case 'say':
      return [
        `"${code.written(entry.text, entry.language)}"${entry.language === mainLanguage ? '' : ` (${entry.language ?? 'no language'})`}`,
      ]
    case 'pause':
      return [`(${entry.seconds} s pause)`]
    case 'gather':
      return [
        entry.numDigits === 1
          ? '(from here on one key is taken)'
          : `(from here on ${entry.numDigits ?? 'any number of'} keys are taken)`,
      ]
    case 'hangup':
      return [entry.by === 'caller' ? '(the call ends)' : '(hung up)']
    case 'error':
      return [`(the call breaks: ${entry.message})`]
    case 'play':
      return [`(plays ${entry.url})`]
    case 'keys':
      return [] // written where they are pressed
  }
}

/** A call to write down. */
export interface Recording {
  /** The digits that the page shows; in `keys` and in the transcript they are 42. */
  readonly matchingDigits?: string | undefined
  /** The keys for each question, in order. Later questions get no key. */
  readonly keys: readonly string[]
  /** Default 6. */
  readonly codeLength?: number
}

/**
 * Answers the newest call, presses the keys, and writes down each text on a line. A blank line
 * comes before the keys of the person.
 */
export async function writeDown(
  world: Pick<World, 'simulator'>,
  { matchingDigits = '', keys, codeLength = 6 }: Recording,
): Promise<readonly string[]> {
  const phone = new Phone(world)
  const code = new Code(codeLength)
  const lines: string[] = []
  let told = 0
  const tell = (): void => {
    const { transcript } = phone.call
    const mainLanguage = transcript.find(entry => entry.kind === 'say')?.language ?? null
    lines.push(...transcript.slice(told).flatMap(entry => lineOf(entry, code, mainLanguage)))
    told = transcript.length
  }
  // 42 stands for the digits on the page, so these stand for 42.
  const pressed = (given: string): string =>
    given === writtenDigits ? matchingDigits : given === matchingDigits ? writtenDigits : given

  await phone.answer()
  tell()
  const left = [...keys]
  while (phone.call.waitingFor !== null) {
    const given = left.shift()
    const { numDigits } = phone.call.waitingFor
    lines.push('', given === undefined ? '[no keys]' : `[keys: ${given}]`)
    if (given === undefined) await phone.wait()
    else await phone.press(numDigits === 2 ? pressed(given) : given)
    tell()
  }
  return left.length === 0
    ? lines
    : [...lines, '', `[keys that nobody asked for: ${left.join(', ')}]`]
}
