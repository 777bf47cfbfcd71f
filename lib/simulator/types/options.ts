/** What an API token may do: calls, text messages, hosted MFA. The dashboard names these scopes. */
export type Scope = 'Voice' | 'Messaging' | 'Management'

/** A trial project. */
export interface Trial {
  /** The numbers that the project has verified, E.164. Calls and messages reach no other number. */
  readonly verified: readonly string[]
}

/**
 * What SignalWire does not document, and a test can switch. The defaults are the simulator's own
 * choice.
 */
export interface Undocumented {
  /** Whether a key stops what a Gather is saying. Default: true. */
  readonly keyStopsSpeech?: boolean
  /** Whether keys that nobody asked for are lost, or kept for the next Gather. Default: `lost`. */
  readonly keysBeforeGather?: 'lost' | 'kept'
  /** Whether `Digits` contains the key that ended the input. Default: false. */
  readonly finishKeyInDigits?: boolean
  /** Status of a call that the person declines. Default: `busy`. */
  readonly declinedCall?: 'busy' | 'no-answer' | 'failed'
  /**
   * Value of `AnsweredBy` in webhooks after a machine has answered, with machine detection.
   * Default: `machine_start`.
   */
  readonly answeredByMachine?: string
}

/** How a Space is set up. Every option has a default. */
export interface SimulatorOptions {
  /** Default: 0, any free port. */
  readonly port?: number
  /**
   * The address to listen on. `0.0.0.0` is for a container whose port is published on loopback
   * only: every client can read every code. Requests still need a loopback `Host`. Default:
   * `127.0.0.1`.
   */
  readonly host?: string
  /**
   * `manual`: time passes only with `advance`. `real`: time passes by itself. Default: `manual`.
   */
  readonly clock?: 'manual' | 'real'
  /** Project ID, a UUID. Default: random. */
  readonly project?: string
  /** API token. Default: random. */
  readonly token?: string
  /** Signing key of the webhooks. Default: random. */
  readonly signingKey?: string
  /** The phone number of the project, E.164. Default: `+12025550100`. */
  readonly from?: string
  /**
   * Calls that start to ring in one second; the others wait, first in, first out. A real Space has
   * 1. Default: `Infinity`, so that no test waits.
   */
  readonly callsPerSecond?: number
  /**
   * Calls that may wait. Further calls are refused with the code 21611. Default: 10,000; in trial
   * 10.
   */
  readonly queueLength?: number
  /** Makes the project a trial project. Default: a paid project. */
  readonly trial?: Trial
  /** Scopes of the API token. Default: all. */
  readonly scopes?: readonly Scope[]
  /**
   * The countries that calls may reach, ISO 3166 codes such as `DE` (the dashboard's Geographic
   * Permissions). Default: all; in trial only `US` and `CA`, whatever this option says.
   */
  readonly geographicPermissions?: readonly string[]
  /** What SignalWire does not document. */
  readonly undocumented?: Undocumented
}

/** The `signalwire` block of the strategy's options. */
export interface SimulatedSpace {
  /** Project ID, a UUID. */
  readonly project: string
  /** API token. */
  readonly token: string
  /** URL of the simulator. */
  readonly space: string
  /** The phone number of the project, E.164. */
  readonly from: string
  /** Signing key of the webhooks. */
  readonly signingKey: string
  /** Calls that start to ring in one second: the pace that the simulator was started with. */
  readonly callsPerSecond: number
}
