/** Compiles programs of this repository. @param programs For example `example/server.ts`. */
export function compile(programs: readonly string[]): {
  /** Where the compiled programs are, laid out like the repository. */
  readonly folder: string
  /** Removes the folder. */
  readonly remove: () => void
}
