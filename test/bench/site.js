// One case in a process of its own, forked by run.js. Sends its port, then the requests that run.js
// asks for.
import { createServer } from 'node:http'
import { caseNamed } from './cases.js'

const [name, sessions, space] = process.argv.slice(2)
const [file, create] = caseNamed(name).made.split('#')
const { app, requestAt } = await (await import(`./${file}`))[create](Number(sessions), space)
const server = createServer(app)
process.on('message', ({ from, to }) => {
  process.send({
    requests: Array.from({ length: to - from }, (_, index) => requestAt(from + index)),
  })
})
process.on('disconnect', () => {
  process.exit(0)
})
server.listen(0, '127.0.0.1', () => {
  process.send({ port: server.address().port })
})
