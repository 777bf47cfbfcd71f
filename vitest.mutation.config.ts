import { mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

/** The tests that judge a mutant: those of lib/ alone, in one process and without other programs. */
export default mergeConfig(base, { test: { include: ['test/*.test.ts'], exclude: ['test/docs.test.ts'] } })
