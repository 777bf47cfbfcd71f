import { randomUUID } from 'node:crypto'
import { StatusCallbacks } from '../http/status-callbacks.js'
import type { Address } from '../http/webhook.js'
import type { Network } from '../network/network.js'
import type { SimulatedMessage } from '../types/records.js'
import { countSegments } from './segments.js'

/** A message as it was ordered. @internal */
export interface MessageOrder {
  readonly from: string
  readonly to: string
  readonly body: string
  readonly statusCallback: Address | undefined
}

/** SignalWire's code for a phone that cannot be reached. Source: SignalWire, "Error codes". */
const unreachable = '30003'

/** One text message, from its order to its delivery. @internal */
export class Message {
  readonly sid = randomUUID()
  readonly createdAt: number
  updatedAt: number
  sentAt: number | undefined
  private status: SimulatedMessage['status'] = 'queued'
  private readonly callbacks: StatusCallbacks

  constructor(
    private readonly network: Network,
    private readonly order: MessageOrder,
  ) {
    this.createdAt = this.updatedAt = network.clock.now()
    this.callbacks = new StatusCallbacks(network, this.sid, () => {
      network.changed()
    })
  }

  /** Sends the message: at once with the manual clock, unless messages have to wait. */
  begin(): void {
    const { clock } = this.network
    const milliseconds = this.network.queueTime()
    if (milliseconds === 0) {
      this.send()
      this.arrive()
      return
    }
    clock.after(milliseconds, () => {
      this.send()
      if (clock.isManual) this.arrive()
      else clock.after(milliseconds, () => this.arrive())
    })
  }

  snapshot(): SimulatedMessage {
    const { from, to, body } = this.order
    return { sid: this.sid, from, to, body, status: this.status }
  }

  /** SignalWire's code of the error, or `null`. */
  errorCode(): string | null {
    return this.status === 'undelivered' ? unreachable : null
  }

  private send(): void {
    this.sentAt = this.network.clock.now()
    this.become('sent', false)
  }

  private arrive(): void {
    const { behaviour } = this.network.phone(this.order.to)
    this.become(behaviour === 'failed' ? 'undelivered' : 'delivered', true)
  }

  private become(status: SimulatedMessage['status'], isLast: boolean): void {
    this.status = status
    this.updatedAt = this.network.clock.now()
    this.network.changed()
    const { statusCallback } = this.order
    if (statusCallback !== undefined) this.callbacks.send(statusCallback, this.fields(), isLast)
  }

  /** Source: SignalWire, "SMS status callback". */
  private fields(): Readonly<Record<string, string>> {
    const { from, to, body } = this.order
    const errorCode = this.errorCode()
    return {
      MessageStatus: this.status,
      MessageSid: this.sid,
      AccountSid: this.network.identity.project,
      From: from,
      To: to,
      Body: body,
      NumMedia: '0',
      NumSegments: String(countSegments(body)),
      ...(errorCode === null ? {} : { ErrorCode: errorCode }),
    }
  }
}
