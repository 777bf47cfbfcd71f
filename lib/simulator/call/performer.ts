import type { Gather, Line, Verb } from '../laml/verbs.js'
import type { Clock } from '../network/clock.js'
import type { Undocumented } from '../types/options.js'
import { type Gathering, startGathering } from './gathering.js'
import type { CallRecord } from './record.js'
import type { Waits } from './waits.js'

/** A document that says more than this can only be a mistake. */
const mostEntries = 10_000
const playMilliseconds = 3000

/** How long a text takes to say. @internal */
export const speechMilliseconds = (text: string): number => 300 + 65 * text.length

/** What the app is asked after a document. @internal */
export interface NextRequest {
  /** `null`: the URL and the method of the document. */
  readonly url: string | null
  readonly method: 'GET' | 'POST'
  readonly digits: string | undefined
}

/** What decides which keys a call gets. @internal */
export interface Listener {
  readonly isVoicemail: boolean
  /** Keys that the greeting of a voicemail plays at the first Gather. */
  greetingKeys: string | undefined
}

/** Performs the verbs of a document: says the texts and takes the keys. @internal */
export class Performer {
  private gathering: Gathering | undefined
  /** Keys that came before a Gather, if they are kept. */
  private earlyKeys = ''

  constructor(
    private readonly clock: Clock,
    private readonly waits: Waits,
    private readonly record: CallRecord,
    private readonly undocumented: Required<Undocumented>,
    private readonly listener: Listener,
  ) {}

  /**
   * Performs verbs up to the one that asks the app what comes next. `undefined`: the call is at its
   * end.
   */
  async perform(verbs: readonly Verb[]): Promise<NextRequest | undefined> {
    for (const verb of verbs) {
      if (verb.verb === 'hangup') return undefined
      if (verb.verb === 'redirect') return { url: verb.url, method: verb.method, digits: undefined }
      if (verb.verb === 'gather') {
        const digits = await this.gather(verb)
        if (digits !== '' || verb.actionOnEmptyResult)
          return { url: verb.action, method: verb.method, digits }
      } else {
        await this.speak(verb)
      }
    }
    return undefined
  }

  /** The person, or a greeting, presses keys. */
  press(digits: string): void {
    const taken = this.gathering?.take(digits) ?? ''
    const rest = digits.slice(taken.length)
    const isKept = this.undocumented.keysBeforeGather === 'kept'
    if (taken !== '') this.record.note({ kind: 'keys', digits: taken })
    if (rest !== '')
      this.record.note({ kind: 'keys', digits: rest, ...(isKept ? {} : { lost: true }) })
    if (isKept) this.earlyKeys += rest
    if (taken !== '') this.waits.onKey?.()
  }

  private async gather(verb: Gather): Promise<string> {
    const { numDigits, finishOnKey, timeout } = verb
    const { record, listener } = this
    const gathering = startGathering({
      numDigits,
      finishOnKey,
      keepsFinishKey: this.undocumented.finishKeyInDigits,
    })
    this.gathering = gathering
    record.waitingFor = { numDigits, finishOnKey, timeout }
    record.note({ kind: 'gather', ...record.waitingFor })
    this.earlyKeys = this.earlyKeys.slice(gathering.take(this.earlyKeys).length)
    try {
      for (const line of verb.lines) await this.speak(line)
      const { greetingKeys } = listener
      listener.greetingKeys = undefined
      if (greetingKeys !== undefined) this.press(greetingKeys)
      while (!gathering.isFinished()) {
        if (!(await this.isKeyPressed(timeout * 1000))) break
      }
      return gathering.digits()
    } finally {
      this.gathering = undefined
      record.waitingFor = null
      record.become(record.status)
    }
  }

  private async speak(line: Line): Promise<void> {
    const times = line.verb === 'pause' ? 1 : line.times
    for (let spoken = 0; spoken < times && !this.isSpeechStopped(); spoken++) {
      if (this.record.length > mostEntries) throw new Error(`over ${mostEntries} lines in one call`)
      const milliseconds = this.begin(line)
      const text = line.verb === 'say' ? line.text : null
      // An endless text has to wait, or it would repeat for ever while the manual clock stands
      // still.
      if (this.clock.isManual && times !== Infinity) this.skip(milliseconds)
      else await this.pass(milliseconds, text)
    }
  }

  /** Notes a line. Returns how long it takes. */
  private begin(line: Line): number {
    switch (line.verb) {
      case 'say':
        this.record.say(line.text, line.voice, line.language)
        return speechMilliseconds(line.text)
      case 'play':
        this.record.note({ kind: 'play', url: line.url })
        return playMilliseconds
      case 'pause':
        this.record.note({ kind: 'pause', seconds: line.seconds })
        return line.seconds * 1000
    }
  }

  private isSpeechStopped(): boolean {
    return this.undocumented.keyStopsSpeech && this.gathering?.hasBegun() === true
  }

  /** Whether a key comes in time. Each key starts the time again. */
  private async isKeyPressed(milliseconds: number): Promise<boolean> {
    if (this.listener.isVoicemail && this.clock.isManual) {
      this.skip(milliseconds)
      return false
    }
    return this.waits.rest<boolean>(wake => {
      this.waits.onKey = () => wake(true)
      return this.clock.after(milliseconds, () => wake(false))
    })
  }

  /** Lets time pass while the manual clock stands still. */
  private skip(milliseconds: number): void {
    this.waits.check()
    this.record.skippedMilliseconds += milliseconds
  }

  /** Lets time pass by the clock, until a key stops the speech. */
  private async pass(milliseconds: number, text: string | null): Promise<void> {
    const { record, clock, waits } = this
    record.speaking = clock.isManual ? null : text
    try {
      await waits.rest<undefined>(wake => {
        if (this.undocumented.keyStopsSpeech) waits.onKey = () => wake(undefined)
        return clock.after(milliseconds, () => wake(undefined))
      })
    } finally {
      record.speaking = null
      record.become(record.status)
    }
  }
}
