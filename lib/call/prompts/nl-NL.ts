import type { Prompts } from '../../options/prompts.js'

/**
 * Dutch, with "u". Voice: Amazon Polly's Laura, neural. Source of the voice: "Available voices" in
 * the Amazon Polly Developer Guide; its name here is as on SignalWire's page "<Say>".
 */
export const nlNL: Prompts = {
  language: 'nl-NL',
  voice: 'Polly.Laura-Neural',
  // With the space: "4,7" would be a decimal number.
  separator: ', ',
  opening: {
    login: appName => `Dit is ${appName} met een code om in te loggen.`,
    'step-up': appName => `Dit is ${appName} met een code om te bevestigen dat u het bent.`,
    enroll: appName => `Dit is ${appName} met een code om dit telefoonnummer te bevestigen.`,
    approve: appName => `Dit is ${appName} met een code om uw opdracht goed te keuren.`,
  },
  pressMatchingDigits: 'Om de code te horen, toetst u de twee cijfers in die op uw scherm staan.',
  pressAnyKey: 'Om de code te horen, toetst u één.',
  pressIfNotYou: 'Hebt u deze oproep niet aangevraagd, toets dan nul.',
  neverAsked: 'Niemand zal u ooit om deze code vragen.',
  codeIs: 'Uw code is:',
  onceMore: 'Nog een keer:',
  menu: 'Om de code nog een keer te horen, toetst u één. Om de code langzamer te horen, toetst u twee.',
  inThisLanguage: 'Voor Nederlands toetst u drie.',
  goodbye: 'Tot ziens.',
  wrongDigits: 'Dit zijn niet de cijfers op uw scherm. Vraag een nieuwe oproep aan. Tot ziens.',
  noDigits: 'U hebt niets ingetoetst. Tot ziens.',
  expired: 'Deze code is niet meer geldig. Vraag een nieuwe oproep aan. Tot ziens.',
  reported:
    'Bedankt voor uw melding. De code werkt nu niet meer en niemand kan er nog mee inloggen. Tot ziens.',
  approval: {
    refuse: 'Wilt u deze opdracht niet goedkeuren, toets dan nul.',
    refused:
      'De opdracht wordt niet uitgevoerd. Hebt u deze oproep niet aangevraagd, toets dan nog een keer nul.',
  },
  text: (appName, code) => `${code} is uw code voor ${appName}.`,
  hosted: appName => `Uw code voor ${appName} is:`,
}
