/** A value in the details of an approval. */
export type ApprovalValue =
  | string
  | number
  | boolean
  | null
  | readonly ApprovalValue[]
  | { readonly [name: string]: ApprovalValue }

/** What is approved, as the app executes it. */
export type ApprovalDetails = Readonly<Record<string, ApprovalValue>>

/** What `approve(req)` returns: what the user is asked to approve. Make both from the same data. */
export interface ApprovalRequest {
  /**
   * What the app will execute: strings, safe integers, booleans, null, arrays and plain objects, at
   * most 2 KiB as JSON and 5 levels deep. Write amounts in minor units (12050) or as text
   * ("120.50").
   */
  readonly details: ApprovalDetails
  /**
   * What the user hears and reads: one sentence for each language tag, or a string if the call
   * speaks one language. A language without a text is not offered. A text has at most 200
   * characters and 400 bytes, on one line, with at least one letter or digit. Markup, and
   * characters that a font does not show, are refused.
   */
  readonly text: string | Readonly<Record<string, string>>
}

/** An action that the user approved, at `req.approval`. It is frozen at every level. */
export interface Approval {
  /** The `kind` of the route. */
  readonly kind: string
  /** What the user approved. Execute this, and nothing that the browser sent. */
  readonly details: ApprovalDetails
  /** When the user approved it, in milliseconds since 1970. */
  readonly approvedAt: number
  /** The channel of the code. */
  readonly method: 'call' | 'sms'
}
