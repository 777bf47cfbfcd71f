// npm run bench [-- --long] [--json FILE] [--chart FILE] [--only TEXT] [--node PATH]: the table of
// docs/speed.md. `--only goals` measures the rows that have a goal.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { Simulator } from '../../dist/simulator/index.mjs'
import { spaceOf } from './base.js'
import { cases, caseNamed } from './cases.js'
import { start } from './load.js'
import { printFormula } from './formula.js'
import { measureScale } from './scale.js'
import { measureStartUp } from './start-up.js'
import { interval, median, spread } from './statistics.js'

const { values: options } = parseArgs({
  options: {
    long: { type: 'boolean' },
    json: { type: 'string' },
    chart: { type: 'string' },
    only: { type: 'string' },
    node: { type: 'string', default: process.execPath },
  },
})
/** A row with a goal needs a narrow interval. */
const pairsOf = ({ goal }) => (!options.long ? 5 : goal === undefined ? 15 : 40)
const nodeVersion = execFileSync(options.node, ['--version'], { encoding: 'utf8' }).trim()

/** Runs A and B in turn, so that a machine that slows down slows both. */
async function compare(one) {
  const pairs = pairsOf(one)
  const other = caseNamed(one.against)
  const simulator =
    one.needsSpace || other.needsSpace ? await Simulator.start(spaceOf('')) : undefined
  const [a, b] = await Promise.all([
    start(one, pairs, simulator?.url, options.node),
    start(other, pairs, simulator?.url, options.node),
  ])
  const rates = { a: [], b: [] }
  try {
    for (let pair = 0; pair < pairs; pair++) {
      rates.a.push(await a.run())
      rates.b.push(await b.run())
    }
  } finally {
    a.stop()
    b.stop()
    await simulator?.stop()
  }
  const ratios = rates.a.map((rate, pair) => rate / rates.b[pair])
  const [low, high] = interval(ratios)
  return {
    name: one.name,
    against: one.against,
    pairs,
    perSecond: median(rates.a),
    spread: spread(rates.a),
    againstPerSecond: median(rates.b),
    ratio: median(ratios),
    low,
    high,
    goal: one.goal,
    verdict: judge(one.goal, low, high),
  }
}

/** A goal may be missed by 0.05, because an interval has a width. */
function judge(goal, low, high) {
  if (goal === undefined) return undefined
  if (low > goal - 0.05) return 'met'
  return high < goal ? 'missed' : 'not decided'
}

const rows = []
const chosen = cases.filter(
  ({ against, name, goal }) =>
    against !== undefined &&
    (options.only === undefined ||
      name.includes(options.only) ||
      (options.only === 'goals' && goal !== undefined)),
)
const machine = {
  node: nodeVersion,
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
}
console.log(
  `Node ${machine.node}, ${machine.cores} cores, ${machine.processor}; interleaved pairs, ratio with its 95 % interval\n`,
)
const line = (...cells) => {
  console.log(
    `| ${cells.map((cell, index) => String(cell).padEnd([30, 36, 5, 10, 6, 19, 16][index])).join(' | ')} |`,
  )
}
line('case', 'against', 'pairs', 'per second', 'spread', 'ratio', 'goal')
line(...[30, 36, 5, 10, 6, 19, 16].map(width => '-'.repeat(width)))
for (const one of chosen) {
  const row = await compare(one)
  rows.push(row)
  line(
    row.name,
    row.against,
    row.pairs,
    Math.round(row.perSecond),
    `${Math.round(row.spread * 100)} %`,
    `${row.ratio.toFixed(2)} (${row.low.toFixed(2)} to ${row.high.toFixed(2)})`,
    row.goal === undefined ? '' : `${row.goal} ${row.verdict}`,
  )
}
const startUp = await measureStartUp(options.node)
const goal = (value, most) => `(goal: at most ${most}, ${value <= most ? 'met' : 'missed'})`
console.log(
  `
import 'passport-voice-otp' over import 'passport': ${startUp.milliseconds.toFixed(0)} ms; Express: ${startUp.expressMilliseconds.toFixed(0)} ms
  share of Express: ${startUp.shareOfExpress.toFixed(2)} ${goal(startUp.shareOfExpress, 0.5)}
  memory: ${startUp.megabytes.toFixed(1)} MB ${goal(startUp.megabytes, 12)}
  with the first strategy, in an app that has loaded Express: ${startUp.inAppMilliseconds.toFixed(0)} ms, ${startUp.inAppMegabytes.toFixed(1)} MB
npm run example serves its first page after ${startUp.exampleSeconds.toFixed(2)} s ${goal(startUp.exampleSeconds, 1.5)}
10,000 pending challenges with memory counters: ${startUp.challengesMegabytes.toFixed(1)} MB above the sessions ${goal(startUp.challengesMegabytes, 64)}, ${startUp.leftMegabytes.toFixed(1)} MB after they expired
The package: ${startUp.packedKilobytes.toFixed(0)} kB packed ${goal(startUp.packedKilobytes, 140)}, ${startUp.dependencies} dependencies of its own
npm ci in a clone: ${startUp.installedPackages} packages ${goal(startUp.installedPackages, 500)}`,
)
const scale =
  options.long || options.only === 'scale' ? await measureScale(options.node) : undefined
if (scale !== undefined) {
  console.log(
    '\nRight codes on one Redis, beside the load and the Redis on the same machine; the counts held:',
  )
  for (const { processes, perSecond } of scale.rows)
    console.log(
      `  ${processes} ${processes === 1 ? 'process' : 'processes'}: ${Math.round(perSecond)} a second, ${Math.round(perSecond / processes)} each`,
    )
  printFormula(scale)
}
const report = { machine, rows, startUp, scale }
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
if (options.chart !== undefined) (await import('./chart.js')).writeChart(options.chart, report)
