/** How a Space is set up; everything has a default. */
export interface SimulatorOptions {
  /** Port on 127.0.0.1. Default: 0, any free one. */
  readonly port?: number
  /** `manual` (the default): time passes only by `advance`; `real`: as on the wall. */
  readonly clock?: 'manual' | 'real'
  /** Project ID, a UUID. Default: random. */
  readonly project?: string
  /** API token. Default: random. */
  readonly token?: string
  /** Signing key of the webhooks. Default: random. */
  readonly signingKey?: string
  /** The Space's own number, in E.164. Default: `+12025550100`. */
  readonly from?: string
}

/** The `signalwire` block of the strategy's options. */
export interface SimulatedSpace {
  /** Project ID, a UUID. */
  readonly project: string
  /** API token. */
  readonly token: string
  /** Address of the simulator. */
  readonly space: string
  /** The Space's own number, E.164. */
  readonly from: string
  /** Signing key of the webhooks. */
  readonly signingKey: string
}
