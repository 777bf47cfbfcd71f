// Runs once before the first test: compiles the programs that tests start as processes.
import type { TestProject } from 'vitest/node'
import { compile } from '../../scripts/compile.js'

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
  project.provide('compiledRoot', folder)
  return remove
}
