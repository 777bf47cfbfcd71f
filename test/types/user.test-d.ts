// Checked by the compiler alone: the strategy is generic over the app's own user.
/* eslint-disable @typescript-eslint/no-unsafe-return -- what must not compile has no type to speak of */
import passport from 'passport'
import {
  type BeforeCall,
  type PhoneAnswer,
  Strategy,
  type VoiceOtpOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'

interface Person {
  readonly id: number
  readonly phone: string | null
  readonly language: string
}

declare const required: Pick<VoiceOtpOptions, 'appName' | 'webhookUrl' | 'secret' | 'signalwire'>

export const ofPeople = new VoiceOtpStrategy<Person>(
  {
    ...required,
    userId: person => person.id,
    required: person => person.phone !== null,
    locale: person => person.language,
    announce: async person => `Hello, number ${person.id}.`,
    beforeCall: ({ user, phone }: BeforeCall<Person>) => user.id > 0 && phone.startsWith('+'),
    onEnroll: (person, phone) => {
      console.log(person.id, phone)
    },
  },
  person => person.phone,
)

export const inferredFromPhoneOf = new VoiceOtpStrategy(required, (person: Person) => person.phone)
export const ofExpressUsers: VoiceOtpStrategy = new VoiceOtpStrategy(required, () => null)

// Every way to answer.
export const answers = [
  new VoiceOtpStrategy<Person>(required, async person => person.phone),
  new VoiceOtpStrategy<Person>(required, person => ({
    phones: [{ number: String(person.phone), label: 'home', extension: '12' }],
  })),
  new VoiceOtpStrategy<Person>(required, (person, req) =>
    req.voiceOtp === undefined ? person.phone : null,
  ),
] satisfies readonly VoiceOtpStrategy<Person>[]

// @ts-expect-error -- a number is text
export const numberAsNumber = new VoiceOtpStrategy<Person>(required, person => person.id)
// @ts-expect-error -- the user comes first
export const requestFirst = new VoiceOtpStrategy<Person>(required, (_req, person) => person.phone)
// @ts-expect-error -- there is no strategy without getPhone
export const withoutGetPhone = new VoiceOtpStrategy<Person>(required)
export const misspelt = new VoiceOtpStrategy<Person>(
  // @ts-expect-error -- a misspelt option
  { ...required, codeLenght: 8 },
  person => person.phone,
)
export const change = (options: VoiceOtpOptions): void => {
  // @ts-expect-error -- options are not to be changed
  options.appName = 'Other'
}

// `import { Strategy } from` works as with every other strategy, as a value and as a type.
export const alias: Strategy<Person> = new Strategy<Person>(
  required,
  (person): PhoneAnswer => person.phone,
)

passport.use(ofPeople)
passport.use('second-step', alias)
