import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Files that take longest, longest first: begun last, one of them would be what everybody waits for in the end.
 * Before them the one whose thousand guesses at once need the processor for themselves, with two that only wait.
 */
const first = [
  'attacks/processes',
  'session/re-login',
  'simulator/real-clock',
  'browser/pages',
  'browser/accessibility',
  'example/process',
  'attacks/slow',
  'attacks/stores',
  'browser/safe-ways',
  'browser/telephone',
  'call/lengths',
  'attacks/calls',
  'attacks/codes',
].map(name => here(`./test/${name}.test.ts`))

const rank = ({ moduleId }: TestSpecification): number =>
  (first.indexOf(moduleId) + first.length + 1) % (first.length + 1)

/** The order of Vitest, but that those files come first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

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
    globalSetup: ['test/support/compile.ts'],
    setupFiles: ['test/support/tidy.ts', 'test/support/check-contract.ts'],
    // Half a second of imports for each file is a third of all that the short ones cost. What a file could leave behind, tidy.ts takes away.
    isolate: false,
    // Much of a test's time is waiting: for a store that hangs, a page, a process.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: { include: ['lib/**/*.ts'], reporter: ['text', 'json-summary'] },
  },
})
