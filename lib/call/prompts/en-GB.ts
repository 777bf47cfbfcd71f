import type { Prompts } from '../../options/prompts.js'

/**
 * British English, which says "please" and "sorry" more often. Voice: Amazon Polly's Amy, neural.
 * Source of the voice: "Available voices" in the Amazon Polly Developer Guide; its name here is as
 * on SignalWire's page "<Say>".
 */
export const enGB: Prompts = {
  language: 'en-GB',
  voice: 'Polly.Amy-Neural',
  separator: ', ',
  opening: {
    login: appName => `This is ${appName} calling with your login code.`,
    'step-up': appName => `This is ${appName} calling with a code to confirm that it is you.`,
    enroll: appName => `This is ${appName} calling with a code to confirm this phone number.`,
    approve: appName => `This is ${appName} calling with a code to approve what you asked for.`,
  },
  pressMatchingDigits: 'To hear the code, please press the two digits on your screen.',
  pressAnyKey: 'To hear the code, please press one.',
  pressIfNotYou: 'If you did not ask for this call, please press zero.',
  neverAsked: 'Nobody will ever ask you for this code.',
  codeIs: 'Your code is:',
  onceMore: 'Once again, your code is:',
  menu: 'To hear the code again, press one. To hear it more slowly, press two.',
  inThisLanguage: 'For English, press three.',
  goodbye: 'Goodbye.',
  wrongDigits:
    'Sorry, those are not the digits on your screen. Please ask for another call. Goodbye.',
  noDigits: 'Sorry, you did not press any keys. Goodbye.',
  expired: 'Sorry, this code is no longer valid. Please ask for another call. Goodbye.',
  reported:
    'Thank you for letting us know. We have cancelled this code, and nobody can use it to log in. Goodbye.',
  approval: {
    refuse: 'If you do not want this, press zero.',
    refused:
      'We have cancelled it, and nothing will happen. If you did not ask for this call, press zero again.',
  },
  text: (appName, code) => `${code} is your ${appName} code.`,
  hosted: appName => `Your ${appName} code is:`,
}
