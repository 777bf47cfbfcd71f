import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: 'passport-voice-otp/simulator', replacement: here('./lib/simulator/index.ts') },
      { find: 'passport-voice-otp', replacement: here('./lib/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/packaging/**', '**/node_modules/**'],
    // Most of a test's time is waiting: for a store that hangs, a page, a process.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: { include: ['lib/**/*.ts'], reporter: ['text', 'json-summary'] },
  },
})
