// Runs once before the first test: compiles the programs that tests start as processes.
import { readFileSync, writeFileSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { compile } from '../../scripts/compile.js'
import { cheapCost, cheapHash } from './people.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the compiled programs, laid out as the repository is. */
    readonly compiledRoot: string
  }
}

/** Compiles what is there now; returns the function that removes it again. */
export default function setup(project: TestProject): () => void {
  const { folder, remove } = compile([
    'example/server.ts',
    'lib/simulator/cli.ts',
    'scripts/hear.ts',
    'test/engines/redis.ts',
    'test/support/small-app.ts',
  ])
  makePasswordsCheap(`${folder}/example/stores/users.js`)
  project.provide('compiledRoot', folder)
  return remove
}

/**
 * A password of the example takes a third of a second of processor time. The programs of the tests
 * log in often, and no test of a process attacks passwords. What `npm run example` starts is not
 * changed.
 */
function makePasswordsCheap(file: string): void {
  const replaceIn = (text: string, pattern: RegExp, cheap: string): string => {
    if (!pattern.test(text)) throw new Error(`${file} has no ${pattern.source}`)
    return text.replace(pattern, cheap)
  }
  const { N, r, p } = cheapCost
  const withHashes = replaceIn(
    readFileSync(file, 'utf8'),
    /scrypt:\d+:\d+:\d+:[\w-]+:[\w-]+/g,
    cheapHash,
  )
  const cost = /N: 2 \*\* 14, r: 8, p: 5/
  writeFileSync(file, replaceIn(withHashes, cost, `N: ${N}, r: ${r}, p: ${p}`))
}
