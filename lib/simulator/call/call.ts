import { randomUUID } from 'node:crypto'
import { SimulatorError } from '../errors.js'
import type { Address } from '../http/webhook.js'
import type { Verb } from '../laml/verbs.js'
import type { Network } from '../network/network.js'
import type { CallStatus, SimulatedCall } from '../types/call.js'
import { AppRequests } from './app-requests.js'
import { type CallFacts, standardFields } from './fields.js'
import type { CallEvent, Order, Update } from './order.js'
import { type NextRequest, Performer, speechMilliseconds } from './performer.js'
import { CallRecord } from './record.js'
import { StatusReports } from './status-reports.js'
import { CallEnded, Waits } from './waits.js'

const apology = 'An application error has occurred.'

/** What a call does next: ask the app, or perform a document. */
type Step = (Address & { readonly digits?: string | undefined }) | readonly Verb[]

/** The app has given a live call something else to do. */
class Redirected extends Error {
  constructor(readonly next: Step) {
    super()
  }
}

/** One call, from its order to its end. @internal */
export class Call {
  readonly sid = randomUUID()
  readonly requests: AppRequests
  private readonly waits: Waits
  private readonly record: CallRecord
  private readonly reports: StatusReports
  private readonly performer: Performer
  private readonly listener = { isVoicemail: false, greetingKeys: undefined as string | undefined }
  private order: Order
  /** The URL of the current document, for a Gather without an action. */
  private documentAddress: Address | undefined
  private cached: SimulatedCall | undefined

  constructor(
    private readonly network: Network,
    order: Order,
  ) {
    const { activity, clock, settings } = network
    const changed = (): void => {
      this.cached = undefined
      network.changed(this)
    }
    this.order = order
    this.waits = new Waits(activity, this.sid, changed)
    this.record = new CallRecord(clock, changed)
    this.requests = new AppRequests(network, this.waits, changed)
    this.reports = new StatusReports(network, this.sid, changed)
    this.performer = new Performer(
      clock,
      this.waits,
      this.record,
      settings.undocumented,
      this.listener,
    )
    activity.enter(this.sid)
  }

  /** Runs the call to its end. */
  begin(): void {
    void this.run().finally(() => {
      this.network.activity.leave(this.sid)
    })
  }

  /** The person answers. */
  answer(): void {
    const { pickUp } = this.waits
    const { status } = this.record
    if (pickUp === undefined)
      throw new SimulatorError(
        409,
        status === 'ringing'
          ? 'the behaviour of this phone is that nobody answers'
          : `the call is ${status}: only a ringing call can be answered`,
      )
    pickUp()
  }

  /** The person declines, or hangs up. */
  hangUp(): void {
    const { status } = this.record
    if (status !== 'ringing' && status !== 'in-progress')
      throw new SimulatorError(409, `the call is ${status}: there is nothing to hang up`)
    const { declinedCall } = this.network.settings.undocumented
    this.end(status === 'ringing' ? declinedCall : 'completed', 'person')
  }

  /** The person presses keys. */
  press(digits: string): void {
    const { status } = this.record
    if (status !== 'in-progress')
      throw new SimulatorError(409, `the call is ${status}: only a call in progress takes keys`)
    this.performer.press(digits)
  }

  /** The app ends the call through the REST API. */
  cancel(status: 'canceled' | 'completed'): void {
    this.end(status, 'caller')
  }

  /**
   * The app changes the call through the REST API. A new document interrupts what the call is
   * doing.
   */
  update({ next, fallback, statusCallback }: Update): void {
    const { order } = this
    this.order = {
      ...order,
      fallback: fallback ?? order.fallback,
      statusCallback:
        statusCallback === undefined
          ? order.statusCallback
          : { events: ['completed'], ...order.statusCallback, ...statusCallback },
    }
    if (next !== undefined) this.waits.interrupt(new Redirected(next))
  }

  snapshot(): SimulatedCall {
    if (this.cached !== undefined) return this.cached
    const { from, to, sendDigits, parameters } = this.order
    const { status, heard, waitingFor, error, warnings, speaking, transcript, durationMs } =
      this.record.snapshot()
    const snapshot = {
      sid: this.sid,
      from,
      to,
      status,
      heard,
      waitingFor,
      webhooks: this.requests.snapshot(),
      statusCallbacks: this.reports.snapshot(),
      error,
      warnings,
      sendDigits,
      speaking,
      parameters,
      transcript,
      durationMs,
    }
    // The duration of a call in progress grows although nothing else changes.
    if (status !== 'in-progress') this.cached = snapshot
    return snapshot
  }

  /** What the REST API says of the call beside its snapshot. */
  times(): {
    readonly createdAt: number
    readonly answeredAt: number | undefined
    readonly endedAt: number | undefined
    readonly answeredBy: 'human' | 'machine' | null
  } {
    const { createdAt, answeredAt, endedAt } = this.record
    const isDetected = this.order.detectsMachines && answeredAt !== undefined
    return {
      createdAt,
      answeredAt,
      endedAt,
      answeredBy: isDetected ? (this.listener.isVoicemail ? 'machine' : 'human') : null,
    }
  }

  private async run(): Promise<void> {
    try {
      await this.wait()
      if (!(await this.ring())) return
      await this.talk()
      this.end('completed', 'caller')
    } catch (error) {
      if (error instanceof CallEnded || this.record.endedAt !== undefined) return
      this.breakDown((error as Error).message)
    }
  }

  /** Waits in the queue until it is the turn of this call to ring. */
  private async wait(): Promise<void> {
    const { ringQueue } = this.network
    const queueMilliseconds = this.network.queueTime()
    if (ringQueue.takeTurn(queueMilliseconds)) return
    await this.waits.rest<undefined>(wake =>
      ringQueue.wait(queueMilliseconds, () => wake(undefined)),
    )
  }

  /** Rings. Returns whether a person or a machine answered. */
  private async ring(): Promise<boolean> {
    const { behaviour, keys } = this.network.phone(this.order.to)
    this.report('initiated', 'initiated')
    if (behaviour === 'busy' || behaviour === 'failed') {
      this.end(behaviour)
      return false
    }
    this.record.become('ringing')
    this.report('ringing', 'ringing')
    this.listener.isVoicemail = behaviour === 'voicemail'
    this.listener.greetingKeys = keys
    if (behaviour === 'answers' || behaviour === 'voicemail') return true
    const isAnswered = await this.waits.rest<boolean>(wake => {
      if (behaviour === 'manual') this.waits.pickUp = () => wake(true)
      return this.network.clock.after(this.order.ringSeconds * 1000, () => wake(false))
    })
    if (!isAnswered) this.end('no-answer')
    return isAnswered
  }

  private async talk(): Promise<void> {
    this.record.answeredAt = this.network.clock.now()
    this.record.become('in-progress')
    // SignalWire sends both for the event `answered`. Source: signalwire/docs-legacy, issue 804.
    this.report('answered', 'answered')
    this.report('answered', 'in-progress')
    let step: Step | undefined = this.order.opening
    while (step !== undefined) step = await this.takeStep(step)
  }

  private async takeStep(step: Step): Promise<Step | undefined> {
    try {
      const verbs = 'url' in step ? await this.ask(step) : step
      const next = await this.performer.perform(verbs)
      return next === undefined ? undefined : this.stepTo(next)
    } catch (error) {
      if (error instanceof Redirected) return error.next
      throw error
    }
  }

  private stepTo({ url, method, digits }: NextRequest): Step {
    if (url !== null) return { url, method, digits }
    if (this.documentAddress !== undefined) return { ...this.documentAddress, digits }
    throw new Error('<Gather> has no action, and the document has no URL')
  }

  private async ask(step: Address & { readonly digits?: string | undefined }) {
    const { url, method, digits } = step
    this.documentAddress = { url, method }
    const fields = {
      ...standardFields(this.facts(), this.record.status),
      ...(digits === undefined ? {} : { Digits: digits }),
    }
    try {
      return await this.requests.ask({ url, method }, fields, this.order.fallback, warning => {
        this.record.warn(warning)
      })
    } finally {
      this.waits.check()
    }
  }

  private breakDown(reason: string): void {
    this.record.error = reason
    this.record.note({ kind: 'error', message: reason })
    this.record.say(apology, null, null)
    this.record.skippedMilliseconds += speechMilliseconds(apology)
    this.end('completed', 'caller')
  }

  private end(status: CallStatus, by?: 'caller' | 'person'): void {
    const { record } = this
    if (record.endedAt !== undefined) return
    record.endedAt = this.network.clock.now()
    record.waitingFor = record.speaking = null
    if (by !== undefined) record.note({ kind: 'hangup', by })
    record.become(status)
    this.waits.interrupt(new CallEnded())
    this.report('completed', status)
  }

  private report(event: CallEvent, status: string): void {
    this.reports.send(this.order, event, status, this.facts(), this.record.durationMs())
  }

  private facts(): CallFacts {
    const { answeredBy } = this.times()
    const { answeredByMachine } = this.network.settings.undocumented
    return {
      project: this.network.identity.project,
      sid: this.sid,
      from: this.order.from,
      to: this.order.to,
      answeredBy: answeredBy === 'machine' ? answeredByMachine : (answeredBy ?? undefined),
    }
  }
}
