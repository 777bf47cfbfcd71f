import { randomBytes, randomUUID } from 'node:crypto'
import type { Call } from './call/call.js'
import { SimulatorError } from './errors.js'
import { checkFaults, checkQueue } from './network/faults.js'
import { checkKeys, checkPhone, isPhoneNumber } from './network/phones.js'
import { resolveSettings } from './network/settings.js'
import { listen } from './server.js'
import { Space } from './space.js'
import type { Behaviour, SimulatedCall } from './types/call.js'
import type { Faults } from './types/faults.js'
import type { SimulatedSpace, SimulatorOptions } from './types/options.js'
import type { RestRequest, SimulatedMessage, SimulatedMfa } from './types/records.js'
import { CallWaiters } from './wait-for.js'

/**
 * A SignalWire Space and its phones on this machine: REST API, signed webhooks, strict LaML, hosted
 * MFA, text messages. It listens on loopback only and keeps a record of everything that happened.
 *
 * A method rejects, or throws, a `SimulatorError` if there is no such call, or if the call is in
 * the wrong state. The message says why.
 */
export class Simulator {
  /** URL of the simulator, `http://127.0.0.1:<port>`. */
  readonly url: string
  /** The whole `signalwire` block for the strategy. */
  readonly signalwire: SimulatedSpace
  /** How many calls start to ring in one second; `Infinity` if there is no limit. */
  readonly callsPerSecond: number
  private readonly space: Space
  private readonly close: () => Promise<void>
  private readonly waiters: CallWaiters
  private advancing = Promise.resolve()

  private constructor(space: Space, url: string, close: () => Promise<void>) {
    this.space = space
    this.url = url
    this.close = close
    this.waiters = new CallWaiters(space)
    this.callsPerSecond = space.settings.callsPerSecond
    const { project, token, from, signingKey } = space.identity
    this.signalwire = {
      project,
      token,
      space: url,
      from,
      signingKey,
      callsPerSecond: this.callsPerSecond,
    }
  }

  /**
   * Starts a Space. Rejects with a TypeError if an option is not valid, and with Node's own error
   * if the port is in use.
   */
  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    const {
      port = 0,
      host = '127.0.0.1',
      clock = 'manual',
      project = randomUUID(),
      token = `PT${randomBytes(24).toString('hex')}`,
      signingKey = `PSK_${randomBytes(16).toString('hex')}`,
      from = '+12025550100',
    } = options
    if (!isPhoneNumber(from))
      throw new TypeError(
        `from '${from}' is not a phone number: write it in E.164, such as +12025550100`,
      )
    const settings = resolveSettings(options)
    const space = new Space({ project, token, signingKey, from }, settings, clock)
    const { url, close } = await listen(space, port, host)
    return new Simulator(space, url, close)
  }

  /** All calls, newest first. */
  get calls(): readonly SimulatedCall[] {
    return this.space.snapshots()
  }

  /** One call as it is now. */
  call(sid: string): SimulatedCall | undefined {
    return this.space.calls.get(sid)?.snapshot()
  }

  /** All requests to the REST API, in order of arrival. */
  get requests(): readonly RestRequest[] {
    return this.space.requests.map(each => ({ ...each }))
  }

  /** All text messages, newest first. */
  get messages(): readonly SimulatedMessage[] {
    return this.space.messages.map(message => message.snapshot()).reverse()
  }

  /** All hosted MFA requests with their codes, newest first. */
  get mfaRequests(): readonly SimulatedMfa[] {
    return this.space.mfaRequests.map(each => ({ ...each })).reverse()
  }

  /**
   * Sets how a phone takes its next calls. `keys` are the keys that the greeting of a voicemail
   * plays.
   */
  setPhone(number: string, behaviour: Behaviour, options: { readonly keys?: string } = {}): void {
    this.space.phones.set(number, checkPhone(number, behaviour, options.keys))
  }

  /** Sets what the Space does wrong. Replaces all earlier faults. */
  setFaults(faults: Faults): void {
    this.space.faults = checkFaults(faults)
  }

  /** Removes all faults. */
  clearFaults(): void {
    this.space.faults = {}
  }

  /** Sets how long calls and messages wait before they reach the phone. */
  setQueueDelay(options: { readonly delayMs: number }): void {
    this.space.queueMilliseconds = checkQueue(options)
  }

  /** The person answers. Use `idle` to wait until the call has said its first text. */
  answer(sid: string): Promise<void> {
    return asPromise(() => this.find(sid).answer())
  }

  /** The person declines a ringing call, or hangs up. */
  hangUp(sid: string): Promise<void> {
    return asPromise(() => this.find(sid).hangUp())
  }

  /**
   * The person presses keys: 1 to 32 of 0-9, `*` and `#`. Keys that the call did not ask for are
   * lost.
   */
  press(sid: string, digits: string): Promise<void> {
    return asPromise(() => this.find(sid).press(checkKeys(digits)))
  }

  /**
   * Resolves when the call (or every call) waits for a person or the clock, or is over. No webhook
   * is on its way then.
   */
  idle(sid?: string): Promise<void> {
    return this.space.activity.idle(sid)
  }

  /**
   * Manual clock: lets time pass. Each event happens at its time, with everything that follows from
   * it. Resolves when idle.
   */
  advance(milliseconds: number): Promise<void> {
    const { clock, activity } = this.space
    const advanced = this.advancing.then(() => clock.advance(milliseconds, () => activity.idle()))
    this.advancing = advanced.catch(() => undefined)
    return advanced
  }

  /**
   * Resolves with the first call that satisfies `predicate`, now or after a change. Rejects after
   * five real seconds.
   */
  waitFor(predicate: (call: SimulatedCall) => boolean): Promise<SimulatedCall> {
    return this.waiters.waitFor(predicate)
  }

  /**
   * Sends a webhook of a call again, byte for byte the same (a replay). Rejects if there is no
   * response.
   */
  async refetch(
    sid: string,
    index: number,
  ): Promise<{
    /** HTTP status of the response. */
    status: number
    /** Body of the response. */
    body: string
  }> {
    return this.find(sid).requests.resend(index)
  }

  /** Calls `listener` after every change. Returns a function that ends this. */
  onChange(listener: () => void): () => void {
    return this.space.onChange(() => {
      listener()
    })
  }

  /** Ends everything: connections, timers and webhooks. */
  async stop(): Promise<void> {
    this.space.stop()
    this.waiters.stop()
    await this.close()
  }

  private find(sid: string): Call {
    const call = this.space.calls.get(sid)
    if (call === undefined) throw new SimulatorError(404, `there is no call ${sid}`)
    return call
  }
}

/** Turns an exception into a rejection, as for every method that returns a promise. */
function asPromise(act: () => void): Promise<void> {
  return new Promise(resolve => {
    act()
    resolve()
  })
}
