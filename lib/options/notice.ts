/**
 * Something that the user should hear of, because a thief could have done it. No notice holds a
 * number or a code.
 */
export type UserNotice =
  /** A number was enrolled or changed. */
  | { readonly type: 'phone-changed' }
  /** Somebody pressed "this was not me" in a call. Somebody else may know the password. */
  | { readonly type: 'code-reported' }
  /** A recovery code let somebody in. `left`: how many codes remain. */
  | { readonly type: 'recovery-code-used'; readonly left: number }
  /** A browser was remembered. `name`: its name, as the user knows it. */
  | { readonly type: 'browser-remembered'; readonly name: string }
  /** A factor of another strategy was added. `name`: the name of the factor. */
  | { readonly type: 'factor-added'; readonly name: string }
  /** A factor of another strategy was removed. `name`: the name of the factor. */
  | { readonly type: 'factor-removed'; readonly name: string }
