import { expect, test } from 'vitest'
import { CallStates } from '../../lib/signalwire/call-states.js'
import type { Connect } from '../../lib/signalwire/client.js'

/** The states of calls at a SignalWire that responds when the test says so. */
function followCalls() {
  const questions: ((status: string) => void)[] = []
  const calls = () => ({
    fetch: () =>
      new Promise(resolve => {
        questions.push(status => {
          resolve({ status })
        })
      }),
  })
  const states = new CallStates((() => Promise.resolve({ calls })) as unknown as Connect, () => 0)
  const asked = async (count: number) => expect.poll(() => questions.length).toBe(count)
  return { states, questions, asked }
}

test('a response to an older question does not make the next decision ask SignalWire again', async () => {
  const { states, questions, asked } = followCalls()
  const shown = states.get('one')
  await asked(1)
  const decisive = states.getFresh('one')
  await asked(2)
  questions[0]!('queued')
  expect(await shown).toBe('queued')
  expect(await states.getFresh('one')).toBe('queued')
  questions[1]!('ringing')
  expect(await decisive).toBe('ringing')
  expect(questions).toHaveLength(2)
})
