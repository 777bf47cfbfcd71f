import { Simulator, type SimulatedCall } from 'passport-voice-otp/simulator'

export const start = (): Promise<Simulator> => Simulator.start()
export const isRinging = ({ status }: SimulatedCall): boolean => status === 'ringing'
