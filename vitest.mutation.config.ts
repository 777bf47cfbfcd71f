import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/**
 * Tests of one file of lib/ come first, the fastest first, because one failing test is enough to
 * judge a mutant. Tests of whole logins come last.
 */
const first = [
  'crypto',
  'signature',
  'challenge',
  'limit-counter',
  'locks',
  'counters',
  'active-challenge',
  'login-state',
  'strategy',
  'sends',
  'attempts',
  'failing-limiter',
  'dialogue',
  'recovery-codes',
  'webhooks',
  'enforce',
  'login',
]
const last = ['channels', 'hosted', 're-login']
const rank = ({ moduleId }: TestSpecification): number => {
  const name = moduleId.replace(/^.*\/(.*)\.test\.ts$/, '$1')
  return last.includes(name)
    ? first.length + 1
    : first.includes(name)
      ? first.indexOf(name)
      : first.length
}

class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((one, other) => rank(one) - rank(other)))
  }
}

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    globalSetup: [],
    // Stryker runs the tests in threads, which do not take options of V8.
    execArgv: [],
    include:
      process.env['MUTATION'] === 'short'
        ? first.map(name => `test/**/${name}.test.ts`)
        : [
            'test/*.test.ts',
            'test/{actions,approvals,call,factors,fraud,limits,middleware,remembered-browsers,session,signalwire,user-support}/*.test.ts',
          ],
    // These test texts only, or need compiled programs.
    exclude: [
      'docs',
      'memory',
      'processes',
      'prompts',
      'transcripts',
      'hear',
      'lengths',
      'words',
    ].map(name => `test/**/${name}.test.ts`),
    maxWorkers: 1,
    // A mutant may make a test wait for ever.
    testTimeout: 5000,
    sequence: { sequencer: QuickestFirst },
  },
})
