import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'
import base, { here } from './vitest.config.js'

/** Files that take longest, last: a mutant is judged at the first test that fails. */
const last = ['call-words', 'ways', 'hosted', 'session'].map(name => here(`./test/${name}.test.ts`))

class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => last.indexOf(moduleId)
    return Promise.resolve(files.toSorted((one, other) => rank(one) - rank(other) || one.moduleId.localeCompare(other.moduleId)))
  }
}

/** The tests that judge a mutant: those of lib/ alone, without those of words and of whole calls in every language. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    globalSetup: [],
    include: ['test/*.test.ts'],
    exclude: ['docs', 'prompts', 'transcripts', 'hear', 'call-lengths', 'options', 'phone'].map(name => `test/${name}.test.ts`),
    sequence: { sequencer: QuickestFirst },
  },
})
