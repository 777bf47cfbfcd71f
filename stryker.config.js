// npm run test:mutation: changes lib/ in one place after another and sees whether a test goes red.
// MUTATION=short: two files, in two minutes.
const isShort = process.env.MUTATION === 'short'

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  mutate: isShort
    ? ['lib/crypto.ts', 'lib/signalwire/signature.ts']
    : ['lib/**/*.ts', '!lib/**/*.d.ts', '!lib/simulator/**', '!lib/call/prompts/**'],
  coverageAnalysis: 'perTest',
  // What runs once, when a file is loaded, would need every test for each mutant.
  ignoreStatic: true,
  tsconfigFile: 'none.json',
  timeoutMS: 30_000,
  concurrency: 2,
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: 'reports/mutation.json' },
  clearTextReporter: { allowColor: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: isShort ? 90 : null },
}
