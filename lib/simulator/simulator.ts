import { randomBytes, randomUUID } from 'node:crypto'
import type { Call } from './call/call.js'
import { SimulatorError } from './errors.js'
import { checkFaults, checkQueue } from './network/faults.js'
import { listen } from './server.js'
import { Space } from './space.js'
import { checkKeys, checkPhone, isPhoneNumber } from './network/phones.js'
import type { Behaviour, SimulatedCall } from './types/call.js'
import type { Faults } from './types/faults.js'
import type { SimulatedSpace, SimulatorOptions } from './types/options.js'
import type { RestRequest, SimulatedMessage, SimulatedMfa } from './types/records.js'

const waitMilliseconds = 5000

/**
 * A SignalWire Space and its telephones on this machine: REST API, signed webhooks, strict LaML, hosted MFA, texts. It
 * listens on loopback only and keeps everything that happened.
 *
 * What a person or a test does to a call that is not there, or not in a state for it, throws or rejects with a
 * `SimulatorError`, whose message says why.
 */
export class Simulator {
  /** Address of the simulator, `http://127.0.0.1:<port>`. */
  readonly url: string
  /** The whole `signalwire` block for the strategy. */
  readonly signalwire: SimulatedSpace
  private readonly space: Space
  private readonly close: () => Promise<void>
  private advancing = Promise.resolve()
  private readonly waiting = new Set<(reason: Error) => void>()

  private constructor(space: Space, url: string, close: () => Promise<void>) {
    this.space = space
    this.url = url
    this.close = close
    const { project, token, from, signingKey } = space.identity
    this.signalwire = { project, token, space: url, from, signingKey }
  }

  /** Starts a Space; rejects with Node's own error if the port is taken, with a TypeError if `from` is no telephone number. */
  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    const {
      port = 0,
      clock = 'manual',
      project = randomUUID(),
      token = `PT${randomBytes(24).toString('hex')}`,
      signingKey = `PSK_${randomBytes(16).toString('hex')}`,
      from = '+12025550100',
    } = options
    if (!isPhoneNumber(from))
      throw new TypeError(
        `from '${from}' is not a telephone number: write it in E.164, such as +12025550100`,
      )
    const space = new Space({ project, token, signingKey, from }, clock)
    const { url, close } = await listen(space, port)
    return new Simulator(space, url, close)
  }

  /** Every call, the newest first. */
  get calls(): readonly SimulatedCall[] {
    return this.space.snapshots()
  }

  /** One call as it is now. */
  call(sid: string): SimulatedCall | undefined {
    return this.space.calls.get(sid)?.snapshot()
  }

  /** Every request to the REST API, in order of arrival. */
  get requests(): readonly RestRequest[] {
    return this.space.requests.map(each => ({ ...each }))
  }

  /** Every text message, the newest first. */
  get messages(): readonly SimulatedMessage[] {
    return this.space.messages.map(each => ({ ...each })).reverse()
  }

  /** Every hosted MFA request with its code, the newest first. */
  get mfaRequests(): readonly SimulatedMfa[] {
    return this.space.mfaRequests.map(each => ({ ...each })).reverse()
  }

  /** Decides how a telephone behaves from its next ringing on; `keys` are what the greeting of a voicemail plays. */
  setPhone(number: string, behaviour: Behaviour, options: { readonly keys?: string } = {}): void {
    this.space.phones.set(number, checkPhone(number, behaviour, options.keys))
  }

  /** Decides what the Space does wrong, in place of what was decided before. */
  setFaults(faults: Faults): void {
    this.space.faults = checkFaults(faults)
  }

  /** Ends all faults. */
  clearFaults(): void {
    this.space.faults = {}
  }

  /** Decides how long calls wait before they ring. */
  setQueueDelay(options: { readonly delayMs: number }): void {
    this.space.queueMilliseconds = checkQueue(options)
  }

  /** The person answers; what the call then does has not happened yet: see `idle`. */
  answer(sid: string): Promise<void> {
    return attempt(() => this.find(sid).answer())
  }

  /** The person declines a call that rings, or hangs up. */
  hangUp(sid: string): Promise<void> {
    return attempt(() => this.find(sid).hangUp())
  }

  /** The person presses keys: 1 to 32 of 0-9, `*` and `#`. Keys that nobody asked for are lost. */
  press(sid: string, digits: string): Promise<void> {
    return attempt(() => this.find(sid).press(checkKeys(digits)))
  }

  /** Resolves when the call (or every call) waits for a person or the clock, or is over: no webhook is under way. */
  idle(sid?: string): Promise<void> {
    return this.space.activity.idle(sid)
  }

  /** Manual clock: lets time pass, each event at its moment and with all that it sets off. Resolves when idle. */
  advance(milliseconds: number): Promise<void> {
    const { clock, activity } = this.space
    const advanced = this.advancing.then(() => clock.advance(milliseconds, () => activity.idle()))
    this.advancing = advanced.catch(() => undefined)
    return advanced
  }

  /** Resolves with the first call that satisfies `predicate`, now or after a change; rejects after five real seconds. */
  waitFor(predicate: (call: SimulatedCall) => boolean): Promise<SimulatedCall> {
    const { space, waiting } = this
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer)
        forget()
        waiting.delete(fail)
        act()
      }
      const fail = (reason: Error): void => {
        finish(() => {
          reject(reason)
        })
      }
      const look = (calls: readonly SimulatedCall[]): void => {
        try {
          const found = calls.find(predicate)
          if (found !== undefined)
            finish(() => {
              resolve(found)
            })
        } catch (error) {
          finish(() => {
            reject(error)
          })
        }
      }
      const timer = setTimeout(() => {
        fail(new Error(`No call got there within 5 seconds. ${describe(space.snapshots())}`))
      }, waitMilliseconds)
      const forget = space.onChange(call => {
        if (call !== undefined) look([call.snapshot()])
      })
      waiting.add(fail)
      look(space.snapshots())
    })
  }

  /** Sends the index-th webhook of a call once more, exactly as it was signed: a replay. Rejects if it is not answered. */
  async refetch(
    sid: string,
    index: number,
  ): Promise<{
    /** HTTP status of the answer. */
    status: number
    /** The answer. */
    body: string
  }> {
    return this.find(sid).webhooks.refetch(index)
  }

  /** Calls `listener` after every change; answers a function that ends it. */
  onChange(listener: () => void): () => void {
    return this.space.onChange(() => {
      listener()
    })
  }

  /** Ends everything: connections, timers, webhooks under way. */
  async stop(): Promise<void> {
    this.space.stop()
    for (const fail of [...this.waiting]) fail(new Error('The simulator was stopped.'))
    await this.close()
  }

  private find(sid: string): Call {
    const call = this.space.calls.get(sid)
    if (call === undefined) throw new SimulatorError(404, `there is no call ${sid}`)
    return call
  }
}

/** What goes wrong rejects, as everything that answers a promise does. */
function attempt(act: () => void): Promise<void> {
  return new Promise(resolve => {
    act()
    resolve()
  })
}

function describe(calls: readonly SimulatedCall[]): string {
  if (calls.length === 0) return 'There are no calls.'
  return `The calls are: ${calls.map(({ to, status, waitingFor, error }) => `${to} ${status}${waitingFor === null ? '' : ', waits for keys'}${error === null ? '' : `, broke: ${error}`}`).join('; ')}.`
}
