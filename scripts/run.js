// node scripts/run.js example/server.ts [ARGUMENTS]: compiles a TypeScript program of this
// repository and runs it.
import { pathToFileURL } from 'node:url'
import { compile } from './compile.js'

const [program] = process.argv.splice(2, 1)
const { folder, remove } = compile([program])
process.on('exit', remove)
const file = `${folder}/${program.replace(/\.ts$/, '.js')}`
process.argv[1] = file
await import(pathToFileURL(file))
