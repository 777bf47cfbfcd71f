import { StatusCallbacks } from '../http/status-callbacks.js'
import type { Network } from '../network/network.js'
import type { SentWebhook } from '../types/call.js'
import { type CallFacts, statusFields } from './fields.js'
import type { CallEvent, Order } from './order.js'

/** Tells the app about the events of one call that it asked for. @internal */
export class StatusReports {
  private readonly callbacks: StatusCallbacks
  private sequenceNumber = 0

  constructor(
    private readonly network: Network,
    sid: string,
    changed: () => void,
  ) {
    this.callbacks = new StatusCallbacks(network, sid, changed)
  }

  /** Sends a status callback, if the app asked for this event. */
  send(
    { statusCallback }: Order,
    event: CallEvent,
    status: string,
    facts: CallFacts,
    durationMs: number,
  ): void {
    if (statusCallback?.events.includes(event) !== true) return
    const isLast = event === 'completed'
    const fields = statusFields(facts, {
      status,
      sequenceNumber: this.sequenceNumber++,
      at: this.network.clock.now(),
      ...(isLast ? { durationMs } : {}),
    })
    this.callbacks.send(statusCallback, fields, isLast)
  }

  /** All status callbacks, in order. */
  snapshot(): readonly SentWebhook[] {
    return this.callbacks.snapshot()
  }
}
