import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** The tests that judge a mutant: those of lib/ alone, without those of words and of whole calls in every language. */
export default defineConfig({
  ...base,
  test: { ...base.test, globalSetup: [], include: ['test/*.test.ts'], exclude: ['docs', 'prompts', 'transcripts', 'hear', 'call-lengths', 'options', 'phone'].map(name => `test/${name}.test.ts`) },
})
