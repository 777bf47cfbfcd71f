// Prints the constants of the formula in docs/scale.md, and how it predicted a run.

/** @param scale What `measureScale` returns. */
export function printFormula({ constants: { login, poll }, checks }) {
  const tenth = number => number.toFixed(1)
  const kilobytes = bytes => (bytes / 1000).toFixed(1)
  console.log(`
One whole login (call, webhooks, code), on one process:
  Node: ${tenth(login.nodeMilliseconds)} ms of a core; each status(): ${tenth(poll.nodeMilliseconds)} ms
  Redis: ${tenth(login.commands)} commands; each status(): ${tenth(poll.commands)}
  Redis: ${login.redisMilliseconds.toFixed(2)} ms of a core; each status(): ${poll.redisMilliseconds.toFixed(2)} ms
  Redis: ${kilobytes(login.waitingBytes)} kB while the code waits; ${kilobytes(login.keptBytes)} kB after the login, without the session

| processes | per login | predicted | measured |
| --- | --- | --- | --- |`)
  for (const { processes, logins, polls, predicted, measured } of checks) {
    const row = (name, read) => {
      console.log(`| ${processes} | ${name} | ${read(predicted)} | ${read(measured)} |`)
    }
    row(
      `Node, ${logins} logins with ${polls} status()`,
      each => `${tenth(each.nodeMilliseconds)} ms`,
    )
    row('Redis commands', each => tenth(each.commands))
    row('Redis', each => `${each.redisMilliseconds.toFixed(2)} ms`)
    row('memory of Redis while codes wait', each => `${kilobytes(each.waitingBytes)} kB`)
    row('memory of Redis after the login', each => `${kilobytes(each.keptBytes)} kB`)
  }
}
