import { SimulatorError } from '../errors.js'
import type { Faults } from '../types/faults.js'

type Check = readonly [fits: (value: unknown) => boolean, shape: string]

const milliseconds: Check = [
  value => typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= 86_400_000,
  'milliseconds, 0 to 86400000',
]
const yesOrNo: Check = [value => typeof value === 'boolean', 'true or false']
const restFault: Readonly<Record<string, Check>> = {
  status: [
    value => Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599,
    'an HTTP status, 200 to 599',
  ],
  body: [() => true, 'anything'],
  delayMs: milliseconds,
  drop: yesOrNo,
}
const shapes: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  calls: restFault,
  mfa: restFault,
  messages: restFault,
  webhooks: {
    delayMs: milliseconds,
    drop: yesOrNo,
    repeat: [
      value => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100,
      'a whole number, 0 to 100',
    ],
    signature: [
      value => value === 'none' || value === 'wrong' || value === 'two',
      "'none', 'wrong' or 'two'",
    ],
  },
  statusCallbacks: { drop: yesOrNo, reverse: yesOrNo },
}

/** Whether a value is an object with string keys. @internal */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Returns the faults. Throws a SimulatorError for an unknown fault: with a misspelled fault, a test
 * could not fail.
 * @internal
 */
export function checkFaults(given: unknown): Faults {
  if (!isRecord(given))
    throw new SimulatorError(400, `give an object with any of ${Object.keys(shapes).join(', ')}`)
  for (const [part, fault] of Object.entries(given)) {
    const shape = Object.hasOwn(shapes, part) ? shapes[part] : undefined
    if (shape === undefined)
      throw new SimulatorError(
        400,
        `there are no faults of '${part}': one of ${Object.keys(shapes).join(', ')}`,
      )
    if (fault === undefined) continue
    if (!isRecord(fault))
      throw new SimulatorError(
        400,
        `${part} is an object with any of ${Object.keys(shape).join(', ')}`,
      )
    for (const [name, value] of Object.entries(fault)) {
      const check = Object.hasOwn(shape, name) ? shape[name] : undefined
      if (check === undefined)
        throw new SimulatorError(
          400,
          `${part} has no '${name}': any of ${Object.keys(shape).join(', ')}`,
        )
      if (value !== undefined && !check[0](value))
        throw new SimulatorError(400, `${part}.${name} is ${check[1]}`)
    }
  }
  return given
}

/** Returns the milliseconds that calls wait before they ring. @internal */
export function checkQueue(given: unknown): number {
  const value = isRecord(given) ? given['delayMs'] : undefined
  if (!milliseconds[0](value)) throw new SimulatorError(400, `give { delayMs: ${milliseconds[1]} }`)
  return value as number
}
