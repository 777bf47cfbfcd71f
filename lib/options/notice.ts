/**
 * Something that the user should hear of, because a thief could have done it. No notice holds a
 * number or a code.
 */
export type UserNotice = PlainNotice | RecoveryNotice | NamedNotice

/** A notice without details. */
export interface PlainNotice {
  /**
   * `phone-changed`: a number was enrolled or changed. `code-reported`: somebody pressed "this was
   * not me" in a call, so somebody else may know the password.
   */
  readonly type: 'phone-changed' | 'code-reported'
}

/** A notice about the recovery codes. */
export interface RecoveryNotice {
  /** A recovery code let somebody in. */
  readonly type: 'recovery-code-used'
  /** How many recovery codes remain. */
  readonly left: number
}

/** A notice about something that has a name. */
export interface NamedNotice {
  /**
   * `browser-remembered`: a browser was remembered. `factor-added` and `factor-removed`: a factor
   * of another strategy was added or removed.
   */
  readonly type: 'browser-remembered' | 'factor-added' | 'factor-removed'
  /** The name of the browser, as the user knows it, or of the factor. */
  readonly name: string
}
