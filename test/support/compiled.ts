import { inject } from 'vitest'

/**
 * The compiled form of a program, as a file for `node`. @param file For example
 * `example/server.ts`.
 */
export const compiled = (file: string): string =>
  `${inject('compiledRoot')}/${file.replace(/\.ts$/, '.js')}`
