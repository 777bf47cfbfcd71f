/**
 * The simulator refuses a request of a test or of a script: the call is over, a fault has an
 * unknown name, and so on. The message says what to do instead.
 */
export class SimulatorError extends Error {
  /**
   * Only the simulator makes these errors.
   * @param status HTTP status that its routes for scripts respond with.
   */
  constructor(
    readonly status: 400 | 403 | 404 | 409 | 413,
    message: string,
  ) {
    super(message)
    this.name = 'SimulatorError'
  }
}
