// Only the compiler checks this file: the strategy is generic over the app's own user.
/* eslint-disable @typescript-eslint/no-unsafe-return -- what must not compile has no type */
import passport from 'passport'
import {
  type BeforeCall,
  type GetPhone,
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
export const ofExpressUsers: VoiceOtpStrategy = new VoiceOtpStrategy(
  { ...required, userId: () => 'alice' },
  () => null,
)

// A user whose id is text, a number or a bigint needs no option userId. Every other user needs it.
export const ofBigInts = new VoiceOtpStrategy<{ id: bigint }>(required, () => null)
class ObjectId {
  toString(): string {
    return '65f0c0ffee'
  }
}
interface Document {
  readonly _id: ObjectId
}
export const ofDocuments = new VoiceOtpStrategy<Document>(
  { ...required, userId: user => String(user._id) },
  () => null,
)
// @ts-expect-error -- a user without an id needs the option userId
export const withoutId = new VoiceOtpStrategy<Document>(required, () => null)
// @ts-expect-error -- an object is no id
export const objectAsId = new VoiceOtpStrategy<{ id: ObjectId }>(required, () => null)
export const objectFromUserId = new VoiceOtpStrategy<Document>(
  // @ts-expect-error -- userId must return text, a number or a bigint
  { ...required, userId: user => user._id },
  () => null,
)

// Everything that getPhone may return.
export const results = [
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
  (person): ReturnType<GetPhone<Person>> => person.phone,
)

passport.use(ofPeople)
passport.use('second-step', alias)
