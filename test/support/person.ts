// Somebody with a browser, a password and a phone.
import type { Simulator } from 'passport-voice-otp/simulator'
import { type Answer, Browser, digitsOn, type Place, type Sent } from './browser.js'
import { Phone } from './phone.js'

/** Where a person lives: an app, and the Space whose phones ring. */
export interface Home extends Place {
  readonly simulator: Simulator
}

export class Person extends Browser {
  readonly simulator: Simulator

  /** @param phone The phone that this person can answer, E.164. */
  constructor(
    home: Home,
    readonly username: string,
    readonly password: string,
    readonly phone: string,
  ) {
    super(home)
    this.simulator = home.simulator
  }

  /** Sends the password form. */
  logIn(sent: Sent = {}): Promise<Answer> {
    const { username, password } = this
    return this.submitForm('/login', '/login', { username, password }, sent)
  }

  /** Sends the password to the JSON API, which is cheaper. Throws if the app refuses it. */
  async sendPassword(sent: Sent = {}): Promise<void> {
    const { username, password } = this
    const { status, text } = await this.api('/login', { username, password }, sent)
    if (status !== 200) throw new Error(`The password was refused: ${status} ${text}`)
  }

  /** Presses the button that asks for a call. */
  askForCall(sent: Sent = {}): Promise<Answer> {
    return this.submitForm('/otp', '/otp/call', {}, sent)
  }

  /** Reads the two digits on a page. '' if there are none. */
  async readDigits(page = '/otp'): Promise<string> {
    return digitsOn((await this.get(page)).text)
  }

  /**
   * Answers the phone, presses the digits, listens, and returns the code. Rejects if no code is
   * read out.
   * @param digits Default: the digits on the page that asked for this call.
   */
  async answerCall(digits?: string, number = this.phone): Promise<string> {
    const phone = await Phone.ringing(this, number)
    return phone.hearCode(
      digits ?? (await this.readDigits(number === this.phone ? '/otp' : '/phone')),
    )
  }

  /** Asks for a call, answers it, and returns the code. */
  async hearCode(): Promise<string> {
    const { status, text } = await this.askForCall()
    if (status !== 303)
      throw new Error(
        `The call was refused: ${status} ${/role="alert"[^]*?<strong>([^<]*)/.exec(text)?.[1] ?? ''}`,
      )
    return this.answerCall()
  }

  /** The same by the JSON API, which is cheaper. */
  async askAndHearCode(): Promise<string> {
    const answer = await this.api('/otp/call')
    if (answer.status !== 202)
      throw new Error(`The call was refused: ${answer.status} ${answer.text}`)
    return this.answerCall((JSON.parse(answer.text) as { matchingDigits: string }).matchingDigits)
  }

  /** Sends the password, asks for a call, answers it, and returns the code, all by the JSON API. */
  async logInAndHearCode(): Promise<string> {
    await this.sendPassword()
    return this.askAndHearCode()
  }

  /** Sends the form with the code. */
  enterCode(code: string, sent: Sent = {}): Promise<Answer> {
    return this.submitForm('/otp', '/otp', { code }, sent)
  }

  /** Password, call and code: everything that an honest person does. */
  async passBoth(): Promise<void> {
    await this.logIn()
    await this.enterCode(await this.hearCode())
    if (!(await this.isIn())) throw new Error(`${this.username} did everything right and is not in`)
  }

  /** Enters a new number on its page. `answerCall(undefined, number)` hears its code. */
  enroll(number: string): Promise<Answer> {
    this.place.capture?.phones.add(number)
    return this.submitForm('/phone', '/phone', { phone: number })
  }

  /** Presses the button that every page has. */
  async logOut(): Promise<Answer> {
    const { location } = await this.get('/account')
    return this.submitForm(location || '/account', '/logout')
  }
}
