// A person's phone: it rings in the simulated Space, is answered, and its keys are pressed.
import type { SimulatedCall, Simulator } from 'passport-voice-otp/simulator'

/** How long a person who presses no more keys listens: longer than a question waits for a key. */
export const silenceMilliseconds = 8000

/** One call as the person with the phone hears it. */
export class Phone {
  readonly sid: string
  private readonly simulator: Simulator

  /** @param sid Default: the newest call. */
  constructor({ simulator }: { readonly simulator: Simulator }, sid = simulator.calls[0]?.sid) {
    if (sid === undefined) throw new Error('No phone rings.')
    this.simulator = simulator
    this.sid = sid
  }

  /** Waits until the newest call rings. @param number Only calls to this number count. */
  static async ringing(place: { readonly simulator: Simulator }, number?: string): Promise<Phone> {
    const { sid } = await place.simulator.waitFor(
      call => number === undefined || call.to === number,
    )
    await place.simulator.waitFor(call => call.sid === sid && call.status === 'ringing')
    return new Phone(place, sid)
  }

  /** The call as it is now. */
  get call(): SimulatedCall {
    return this.simulator.call(this.sid)!
  }

  /** Answers the call and listens until it waits for keys or is over. Returns what was said. */
  async answer(): Promise<readonly string[]> {
    return this.listen(() => this.simulator.answer(this.sid))
  }

  /** Presses keys and listens on. If the question wants more keys, it gets silence. */
  async press(keys: string): Promise<readonly string[]> {
    const questions = (): number =>
      this.call.transcript.filter(({ kind }) => kind === 'gather').length
    const before = questions()
    return this.listen(async () => {
      await this.simulator.press(this.sid, keys)
      await this.simulator.idle(this.sid)
      if (this.call.waitingFor !== null && questions() === before)
        await this.simulator.advance(silenceMilliseconds)
    })
  }

  /** Presses nothing, and listens on. */
  async wait(): Promise<readonly string[]> {
    return this.listen(() => this.simulator.advance(silenceMilliseconds))
  }

  /**
   * Answers, presses `digits` if the call asks for digits, listens, and returns the code. Throws if
   * no code was read.
   */
  async hearCode(digits: string): Promise<string> {
    await this.answer()
    if (digits !== '') await this.press(digits)
    return codeIn(this.call.heard)
  }

  private async listen(act: () => Promise<void>): Promise<readonly string[]> {
    const before = this.call.heard.length
    await act()
    await this.simulator.idle(this.sid)
    return this.call.heard.slice(before)
  }
}

/** The code in what was heard: six to ten digits, each spoken alone. */
export function codeIn(heard: readonly string[]): string {
  const digits = /(?:\d, ){5,9}\d/.exec(heard.join(' '))?.[0]
  if (digits === undefined) throw new Error(`No code was heard: ${heard.join(' / ')}`)
  return digits.replaceAll(', ', '')
}

/** A code of the same length that differs from `code`. */
export const wrongCode = (code = '000000'): string =>
  String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0')

/** Two digits that the page does not show. */
export const otherDigits = (digits: string): string => (digits === '17' ? '71' : '17')

/** A code as an English voice is given it. */
export const spoken = (code: string): string => Array.from(code).join(', ')
