/** The codes of the warnings that this process has emitted. @internal */
export const emittedWarnings = new Set<string>()

/**
 * Emits a warning about a mistake of the app, once per process: such a mistake is made on every
 * request.
 * @param code Identifies the warning, for example for `node --disable-warning`.
 * @internal
 */
export function warnOnce(code: string, message: string): void {
  if (emittedWarnings.has(code)) return
  emittedWarnings.add(code)
  process.emitWarning(message, { type: 'VoiceOtpWarning', code })
}
