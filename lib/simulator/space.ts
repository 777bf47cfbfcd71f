import { Call } from './call/call.js'
import type { Order } from './call/order.js'
import type { Message } from './message/message.js'
import { Network } from './network/network.js'
import type { SimulatedCall } from './types/call.js'
import type { Mutable, RestRequest, SimulatedMfa } from './types/records.js'

/**
 * A Space: its network, and a record of everything that happened in it. It forgets nothing.
 * @internal
 */
export class Space extends Network {
  readonly calls = new Map<string, Call>()
  readonly requests: Mutable<RestRequest>[] = []
  readonly messages: Message[] = []
  readonly mfaRequests: Mutable<SimulatedMfa>[] = []

  /** Takes the order of a call. The call starts once its `begin` is called. */
  place(order: Order): Call {
    const call = new Call(this, order)
    this.calls.set(call.sid, call)
    this.changed(call)
    return call
  }

  /** The newest calls, newest first. */
  snapshots(most = Infinity): readonly SimulatedCall[] {
    return [...this.calls.values()]
      .reverse()
      .slice(0, most)
      .map(call => call.snapshot())
  }
}
