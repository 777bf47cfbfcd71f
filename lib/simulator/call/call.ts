import { randomUUID } from 'node:crypto'
import { SimulatorError } from '../errors.js'
import { CallWebhooks } from './webhooks.js'
import { type Gathering, startGathering } from './gathering.js'
import type { Line, Verb } from '../laml/parse.js'
import type { Address, CallEvent, Order } from './order.js'
import type { Network } from '../network/network.js'
import type { CallStatus, Entry, SimulatedCall, Waiting } from '../types/call.js'
import { Over, Waits } from './waits.js'

const mostEntries = 10_000
const playMilliseconds = 3000
const apology = 'An application error has occurred.'

const speechMilliseconds = (text: string): number => 300 + 65 * text.length

/** One call, from the order to its end. @internal */
export class Call {
  readonly sid = randomUUID()
  readonly webhooks: CallWebhooks
  private readonly waits: Waits
  private readonly createdAt: number
  private readonly heard: string[] = []
  private readonly transcript: Entry[] = []
  private status: CallStatus = 'queued'
  private waitingFor: Waiting | null = null
  private error: string | null = null
  private speaking: string | null = null
  private answeredAt: number | undefined
  private endedAt: number | undefined
  /** What was said and waited for without the manual clock moving. */
  private skippedMilliseconds = 0
  private isVoicemail = false
  private greetingKeys: string | undefined
  private gathering: Gathering | undefined
  private cached: SimulatedCall | undefined

  constructor(
    private readonly network: Network,
    private readonly order: Order,
  ) {
    const changed = (): void => {
      this.changed()
    }
    this.createdAt = network.clock.now()
    this.waits = new Waits(network.activity, this.sid, changed)
    this.webhooks = new CallWebhooks(network, this.sid, this.waits, changed)
    network.activity.enter(this.sid)
  }

  /** Lets the call take its course. */
  begin(): void {
    void this.run().finally(() => {
      this.network.activity.leave(this.sid)
    })
  }

  /** The person takes the call. */
  answer(): void {
    const { pickUp } = this.waits
    if (pickUp === undefined)
      throw new SimulatorError(
        409,
        this.status === 'ringing'
          ? 'nobody will answer this telephone: that is its behaviour'
          : `the call is ${this.status}: only one that rings can be answered`,
      )
    pickUp()
  }

  /** The person declines, or hangs up. */
  hangUp(): void {
    if (this.status !== 'ringing' && this.status !== 'in-progress')
      throw new SimulatorError(409, `the call is ${this.status}: there is nothing to hang up`)
    this.end(this.status === 'ringing' ? 'busy' : 'completed', 'person')
  }

  /** The person, or a greeting, presses keys. */
  press(digits: string): void {
    if (this.status !== 'in-progress')
      throw new SimulatorError(
        409,
        `the call is ${this.status}: keys reach only a call in progress`,
      )
    const taken = this.gathering?.take(digits) ?? ''
    if (taken !== '') this.note({ kind: 'keys', digits: taken })
    if (taken !== digits)
      this.note({ kind: 'keys', digits: digits.slice(taken.length), lost: true })
    if (taken !== '') this.waits.onKey?.()
  }

  /** The caller ends the call, through the REST API. False if there was nothing to end. */
  cancel(status: 'canceled' | 'completed'): boolean {
    if (this.endedAt !== undefined) return false
    if (status === 'completed' || this.status !== 'in-progress') this.end(status, 'caller')
    return true
  }

  snapshot(): SimulatedCall {
    if (this.cached !== undefined) return this.cached
    const {
      sid,
      order: { from, to, sendDigits, parameters },
      status,
      waitingFor,
      error,
      speaking,
    } = this
    const snapshot = {
      sid,
      from,
      to,
      status,
      heard: [...this.heard],
      waitingFor,
      webhooks: this.webhooks.webhooks(),
      error,
      sendDigits,
      speaking,
      parameters,
      transcript: [...this.transcript],
      durationMs: this.duration(),
    }
    // The length of a call in progress grows without anything else changing.
    if (status !== 'in-progress') this.cached = snapshot
    return snapshot
  }

  /** What the REST API tells of times. */
  times(): {
    readonly createdAt: number
    readonly answeredAt: number | undefined
    readonly endedAt: number | undefined
    readonly answeredBy: string | null
  } {
    const { createdAt, answeredAt, endedAt } = this
    return { createdAt, answeredAt, endedAt, answeredBy: this.answeredBy() ?? null }
  }

  private duration(): number {
    if (this.answeredAt === undefined) return 0
    return (this.endedAt ?? this.network.clock.now()) - this.answeredAt + this.skippedMilliseconds
  }

  private async run(): Promise<void> {
    try {
      if (!(await this.ring())) return
      await this.talk()
      this.end('completed', 'caller')
    } catch (error) {
      if (error instanceof Over || this.endedAt !== undefined) return
      this.breakDown((error as Error).message)
    }
  }

  /** Rings; whether somebody, or something, answered. */
  private async ring(): Promise<boolean> {
    const { clock } = this.network
    const queueMilliseconds = this.network.queueTime()
    this.tell('initiated')
    if (queueMilliseconds > 0)
      await this.waits.rest<undefined>(wake =>
        clock.after(queueMilliseconds, () => wake(undefined)),
      )

    const { behaviour, keys } = this.network.phone(this.order.to)
    if (behaviour === 'busy' || behaviour === 'failed') {
      this.end(behaviour)
      return false
    }
    this.become('ringing')
    this.tell('ringing')
    this.isVoicemail = behaviour === 'voicemail'
    this.greetingKeys = keys
    if (behaviour === 'answers' || behaviour === 'voicemail') return true
    const isAnswered = await this.waits.rest<boolean>(wake => {
      if (behaviour === 'manual') this.waits.pickUp = () => wake(true)
      return clock.after(this.order.ringSeconds * 1000, () => wake(false))
    })
    if (!isAnswered) this.end('no-answer')
    return isAnswered
  }

  private async talk(): Promise<void> {
    this.answeredAt = this.network.clock.now()
    this.become('in-progress')
    this.tell('answered')
    const { opening } = this.order
    let verbs = 'url' in opening ? await this.ask(opening, {}) : opening
    for (;;) {
      const next = await this.perform(verbs)
      if (next === undefined) return
      verbs = await this.ask(next, next.extra)
    }
  }

  private async ask(
    address: Address,
    extra: Readonly<Record<string, string>>,
  ): Promise<readonly Verb[]> {
    const verbs = await this.webhooks.ask(address, { ...this.fields(), ...extra })
    if (this.endedAt !== undefined) throw new Over()
    return verbs
  }

  /** Runs verbs up to the one that asks the app what comes next, or to the end. */
  private async perform(
    verbs: readonly Verb[],
  ): Promise<(Address & { readonly extra: Readonly<Record<string, string>> }) | undefined> {
    for (const verb of verbs) {
      if (verb.verb === 'hangup') return undefined
      if (verb.verb === 'redirect') return { url: verb.url, method: verb.method, extra: {} }
      if (verb.verb === 'gather') {
        const digits = await this.gather(verb)
        if (digits !== '')
          return { url: verb.action, method: verb.method, extra: { Digits: digits } }
      } else {
        await this.speak(verb)
      }
    }
    return undefined
  }

  private async speak(line: Line): Promise<void> {
    for (
      let left = line.verb === 'pause' ? 1 : line.times;
      left > 0 && this.gathering?.isInterrupted() !== true;
      left--
    ) {
      if (this.transcript.length > mostEntries)
        throw new Error(`over ${mostEntries} lines in one call`)
      if (line.verb === 'say') {
        this.say(line.text, line.voice, line.language)
        await this.pass(speechMilliseconds(line.text), line.text)
      } else if (line.verb === 'play') {
        this.note({ kind: 'play', url: line.url })
        await this.pass(playMilliseconds)
      } else {
        this.note({ kind: 'pause', seconds: line.seconds })
        await this.pass(line.seconds * 1000)
      }
    }
  }

  private async gather(verb: Extract<Verb, { verb: 'gather' }>): Promise<string> {
    const { numDigits, finishOnKey, timeout } = verb
    const gathering = (this.gathering = startGathering(numDigits, finishOnKey))
    this.waitingFor = { numDigits, finishOnKey, timeout }
    this.note({ kind: 'gather', ...this.waitingFor })
    try {
      for (const line of verb.lines) await this.speak(line)
      if (this.greetingKeys !== undefined) this.press(this.greetingKeys)
      this.greetingKeys = undefined
      while (!gathering.isFinished()) {
        if (!(await this.isKeyPressed(timeout * 1000))) break
      }
      return gathering.digits()
    } finally {
      this.gathering = undefined
      this.waitingFor = null
      this.changed()
    }
  }

  /** Whether a key comes before the time is over; each key starts the time anew. */
  private async isKeyPressed(milliseconds: number): Promise<boolean> {
    const { clock } = this.network
    if (this.isVoicemail && clock.isManual) {
      await this.pass(milliseconds)
      return false
    }
    return this.waits.rest<boolean>(wake => {
      this.waits.onKey = () => wake(true)
      return clock.after(milliseconds, () => wake(false))
    })
  }

  /** Lets the length of something said pass: at once with the manual clock, else until it is over or a key is pressed. */
  private async pass(milliseconds: number, text: string | null = null): Promise<void> {
    const { clock } = this.network
    if (this.endedAt !== undefined) throw new Over()
    if (clock.isManual) {
      this.skippedMilliseconds += milliseconds
      return
    }
    this.speaking = text
    await this.waits.rest<undefined>(wake => {
      this.waits.onKey = () => wake(undefined)
      return clock.after(milliseconds, () => wake(undefined))
    })
    this.speaking = null
    this.changed()
  }

  private breakDown(reason: string): void {
    this.error = reason
    this.note({ kind: 'error', message: reason })
    this.say(apology, null, null)
    this.skippedMilliseconds += speechMilliseconds(apology)
    this.end('completed', 'caller')
  }

  private end(status: CallStatus, by?: 'caller' | 'person'): void {
    if (this.endedAt !== undefined) return
    this.endedAt = this.network.clock.now()
    this.waitingFor = null
    this.speaking = null
    if (by !== undefined) this.note({ kind: 'hangup', by })
    this.become(status)
    this.waits.end()
    this.tell('completed')
  }

  /** A status callback, if the app asked for this one. */
  private tell(event: CallEvent): void {
    const { statusCallback } = this.order
    if (statusCallback?.events.includes(event) !== true) return
    this.webhooks.tell(statusCallback, {
      ...this.fields(),
      ...(event === 'initiated' ? { CallStatus: event } : {}),
    })
  }

  private fields(): Readonly<Record<string, string>> {
    const { from, to } = this.order
    const answeredBy = this.answeredBy()
    return {
      AccountSid: this.network.identity.project,
      ApiVersion: '2010-04-01',
      CallSid: this.sid,
      CallStatus: this.status,
      Direction: 'outbound-api',
      From: from,
      To: to,
      ...(answeredBy === undefined ? {} : { AnsweredBy: answeredBy }),
    }
  }

  private answeredBy(): string | undefined {
    if (!this.order.detectsMachines || this.answeredAt === undefined) return undefined
    return this.isVoicemail ? 'machine_start' : 'human'
  }

  private say(text: string, voice: string | null, language: string | null): void {
    this.heard.push(text)
    this.note({ kind: 'say', text, voice, language })
  }

  private become(status: CallStatus): void {
    this.status = status
    this.changed()
  }

  private note(entry: Entry): void {
    this.transcript.push(entry)
    this.changed()
  }

  private changed(): void {
    this.cached = undefined
    this.network.changed(this)
  }
}
