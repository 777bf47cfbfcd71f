/** Something asked of the simulator that it does not do; the message says how to mend it, `status` is the HTTP status. */
export class SimulatorError extends Error {
  /**
   * Made by the simulator alone.
   * @param status HTTP status that its own HTTP face answers.
   */
  constructor(
    readonly status: 400 | 403 | 404 | 409 | 413,
    message: string,
  ) {
    super(message)
    this.name = 'SimulatorError'
  }
}
