// The alerts of docs/operate.md: the rules are read from its table, and each incident is replayed.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { instrument } from 'passport-voice-otp/telemetry'
import { plain, table } from '../docs/pages.js'
import { callsUnlimited } from '../support/limits.js'
import { Phone } from '../support/phone.js'
import { CounterStore } from '../support/stores.js'
import { createWorld, type World, type WorldOptions, wrongCode } from '../support/world.js'
import { type Series, startSdk } from './support.js'

type Measures = ReadonlyMap<string, readonly Series[]>

const titleOf = (cell = ''): string => /\[(.*?)\]/.exec(cell)?.[1] ?? cell
const rules = table('docs/operate.md', 'alert', 'value').map(
  ([alert, value = '', fires = '', from]) => ({
    alert: titleOf(alert),
    ...readValue(plain(value)),
    isBelow: fires.startsWith('below'),
    threshold: Number(/[\d.]+$/.exec(fires)?.[0]),
    minimum: Number(/^\d+/.exec(from ?? '')?.[0] ?? 0),
  }),
)

/** `a{label=value} / b, for each label`, or `a + b`. */
function readValue(text: string) {
  const [expression = '', group] = text.split(', for each ')
  const operator = expression.includes(' / ') ? '/' : '+'
  const terms = expression.split(` ${operator} `).map(term => {
    const [, measure = '', labels = ''] = /^([\w.]+)(?:\{(.*)\})?$/.exec(term) ?? []
    const wanted = labels === '' ? [] : labels.split(',').map(each => each.split('='))
    return { measure, labels: Object.fromEntries(wanted) as Record<string, string> }
  })
  return { operator, terms, group }
}

function total(
  measures: Measures,
  measure: string,
  labels: Readonly<Record<string, string>>,
): number {
  return (measures.get(measure) ?? [])
    .filter(series => Object.entries(labels).every(([key, value]) => series.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0)
}

/** The names of the alerts that fire. */
function firing(measures: Measures): readonly string[] {
  return rules
    .filter(({ operator, terms, group, isBelow, threshold, minimum }) => {
      const groups =
        group === undefined
          ? [{}]
          : [
              ...new Set(
                terms.flatMap(({ measure }) =>
                  (measures.get(measure) ?? []).map(({ labels }) => String(labels[group])),
                ),
              ),
            ].map(value => ({ [group]: value }))
      return groups.some(each => {
        const [first = 0, ...others] = terms.map(({ measure, labels }) =>
          total(measures, measure, { ...labels, ...each }),
        )
        if (operator === '/') {
          const [all = 0] = others
          return all >= minimum && all > 0 && first / all < threshold === isBelow
        }
        const sum = others.reduce((one, other) => one + other, first)
        return sum >= minimum && (isBelow ? sum < threshold : sum >= threshold)
      })
    })
    .map(({ alert }) => alert)
}

let sdk: ReturnType<typeof startSdk>
let world: World
let close: (() => Promise<void>) | undefined
const counters = new CounterStore(0, 0)

beforeEach(() => {
  sdk = startSdk()
})
afterEach(async () => {
  await close?.()
  close = undefined
  await sdk.close()
})

async function open(given: WorldOptions = {}): Promise<void> {
  counters.faults = {}
  world = await createWorld({
    ...given,
    options: {
      limits: { ...callsUnlimited, attemptsPerUser: 3 },
      limiter: counters.factory,
      countries: ['US', 'GB'],
      ...given.options,
    },
  })
  close = world.close
  for (let user = 0; user < 60; user++)
    world.people[`user${user}`] = { id: `user${user}`, phone: `+1202555${1000 + user}` }
  await instrument(world.strategy)
}

const agents = async (first: number, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => world.logIn(`user${first + index}`)))

type Agent = Awaited<ReturnType<World['logIn']>>

/** Asks for a call, hears the code and enters it. */
async function succeed(agent: Agent, wrongCodes = 0): Promise<void> {
  const code = await world.hearCode(agent)
  for (let attempt = 0; attempt < wrongCodes; attempt++)
    await agent.post('/otp').send({ code: wrongCode(code) })
  await agent.post('/otp').send({ code }).expect(200)
}

const incidents: Readonly<Record<string, () => Promise<void>>> = {
  'Calls are not answered': async () => {
    await open()
    // The number is shown as spam: the phones ring, and nobody picks up.
    for (const agent of await agents(0, 20)) await agent.post('/otp/call').expect(202)
    await succeed(await world.logIn('alice'))
  },
  'Codes are not entered': async () => {
    await open()
    // Honest logins here, and new accounts with numbers of another country.
    for (const agent of await agents(0, 10)) await succeed(agent)
    for (let user = 10; user < 30; user++) {
      const number = `+4420794600${user}`
      world.people[`user${user}`] = { id: `user${user}`, phone: number }
      await (await world.logIn(`user${user}`)).post('/otp/call').expect(202)
      await (await Phone.ringing(world, number)).answer()
    }
  },
  'A dependency is down': async () => {
    await open()
    counters.faults = { set: 'throws' }
    for (const agent of await agents(0, 5)) await agent.post('/otp/call').expect(503)
  },
  'Calls come too late': async () => {
    await open({ simulatorOptions: { callsPerSecond: 0.5 }, options: { codeSeconds: 60 } })
    for (const agent of await agents(0, 40)) await agent.post('/otp/call')
  },
  'Somebody tries codes': async () => {
    await open()
    // Three users are locked, and two press "this was not me".
    for (const agent of await agents(0, 3)) {
      const code = await world.hearCode(agent)
      for (let attempt = 0; attempt < 3; attempt++)
        await agent.post('/otp').send({ code: wrongCode(code) })
    }
    for (const agent of await agents(3, 2)) {
      await agent.post('/otp/call').expect(202)
      const phone = await Phone.ringing(world)
      await phone.answer()
      await phone.press('00')
    }
  },
}

test('docs/operate.md has five alerts, and each has an incident here', () => {
  expect(rules.map(({ alert }) => alert)).toEqual(Object.keys(incidents))
  expect(rules).toHaveLength(5)
})

describe('an incident', () => {
  test.each(Object.keys(incidents))('the alert "%s" fires at its incident', async alert => {
    await incidents[alert]?.()
    expect(firing(await sdk.read())).toContain(alert)
  })
})

test('no alert fires on a normal day', async () => {
  await open()
  for (const agent of await agents(0, 24)) await succeed(agent)
  for (const agent of await agents(24, 3)) await succeed(agent, 1)
  for (const agent of await agents(27, 4)) await agent.post('/otp/call').expect(202) // no answer
  const [forgetful, reporting, unlucky] = (await agents(31, 3)) as [Agent, Agent, Agent]
  const code = await world.hearCode(forgetful)
  for (let attempt = 0; attempt < 3; attempt++)
    await forgetful.post('/otp').send({ code: wrongCode(code) })
  await reporting.post('/otp/call').expect(202)
  const phone = await Phone.ringing(world)
  await phone.answer()
  await phone.press('00')
  world.simulator.setFaults({ calls: { status: 500 } })
  await unlucky.post('/otp/call').expect(503)
  world.simulator.setFaults({})
  await succeed(unlucky)
  const measures = await sdk.read()
  expect(total(measures, 'voice_otp.completions', {})).toBe(28)
  expect(firing(measures)).toEqual([])
})
