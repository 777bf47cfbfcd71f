import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * The files that take longest, longest first. If one of them started last, the whole run would wait
 * for it.
 */
const first = [
  'browser/pages',
  'browser/flows',
  'attacks/channels',
  'example/process',
  'attacks/processes',
  'attacks/calls',
  'attacks/stores',
  'browser/phones',
  'session/re-login',
  'approvals/processes',
  'actions/right-codes',
  'attacks/slow',
].map(name => here(`./test/${name}.test.ts`))

const rank = ({ moduleId }: TestSpecification): number =>
  (first.indexOf(moduleId) + first.length + 1) % (first.length + 1)

/** The order of Vitest, with these files first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: 'passport-voice-otp/pages', replacement: here('./lib/pages/index.ts') },
      { find: 'passport-voice-otp/redis', replacement: here('./lib/redis/index.ts') },
      { find: 'passport-voice-otp/simulator', replacement: here('./lib/simulator/index.ts') },
      { find: 'passport-voice-otp/support', replacement: here('./lib/support/index.ts') },
      { find: 'passport-voice-otp/telemetry', replacement: here('./lib/telemetry/index.ts') },
      { find: 'passport-voice-otp', replacement: here('./lib/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/packaging/**',
      '**/node_modules/**',
      // `npm run test:pages` runs these.
      ...(process.env['PAGES'] === undefined ? ['test/pages/{matrix,example}.test.ts'] : []),
      // `npm run test:engines` runs these.
      ...(process.env['ENGINES'] === undefined ? ['test/engines/**'] : []),
    ],
    globalSetup: ['test/support/compile.ts'],
    setupFiles: ['test/support/tidy.ts', 'test/support/check-contract.ts'],
    // Without isolation, each file saves half a second of imports. tidy.ts removes what a file
    // could leave behind.
    isolate: false,
    // Tests wait often: for a store that hangs, a page, a process. With four workers, two cores are
    // busy for two thirds of the run; with eight, for four fifths.
    maxWorkers: 8,
    // More room for new objects: the garbage collector takes 3 % less of the whole run.
    execArgv: ['--max-semi-space-size=64'],
    sequence: { sequencer: LongestFirst },
    // A test that hangs must end. How fast the machine is must not matter.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: { include: ['lib/**/*.ts'], reporter: ['text', 'json-summary'] },
  },
})
