// A simulator that stops checks that all its responses had the shapes that SignalWire documents:
// vitest loads this file before each test file, so that the check covers the whole suite.
import { Simulator } from 'passport-voice-otp/simulator'
import { checkContract } from './contract.js'

const checked = Symbol.for('voice-otp: simulators check their contract')
const { prototype } = Simulator as unknown as { prototype: Simulator & { [checked]?: true } }

// Test files share a process, and with it the class.
if (prototype[checked] === undefined) {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this`
  const { stop } = prototype
  prototype[checked] = true
  prototype.stop = async function (this: Simulator): Promise<void> {
    await stop.call(this)
    checkContract(this.requests)
  }
}
