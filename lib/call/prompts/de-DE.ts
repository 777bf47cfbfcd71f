import type { Prompts } from '../../options/prompts.js'

/**
 * German, with "Sie". Voice: Amazon Polly's Vicki, neural. Source of the voice: "Available voices"
 * in the Amazon Polly Developer Guide; its name here is as on SignalWire's page "<Say>".
 */
export const deDE: Prompts = {
  language: 'de-DE',
  voice: 'Polly.Vicki-Neural',
  // "4. 7." would be read as "fourth, seventh", and "4,7" as a decimal number.
  separator: ', ',
  opening: {
    login: appName => `Hier ist ${appName} mit dem Code für Ihre Anmeldung.`,
    'step-up': appName => `Hier ist ${appName} mit einem Code zur Bestätigung Ihrer Identität.`,
    enroll: appName => `Hier ist ${appName} mit einem Code zur Bestätigung dieser Telefonnummer.`,
    approve: appName => `Hier ist ${appName} mit einem Code zur Freigabe Ihres Auftrags.`,
  },
  pressMatchingDigits:
    'Um den Code zu hören, geben Sie bitte die beiden Ziffern ein, die auf Ihrem Bildschirm stehen.',
  pressAnyKey: 'Um den Code zu hören, drücken Sie bitte die Eins.',
  pressIfNotYou: 'Wenn Sie diesen Anruf nicht angefordert haben, drücken Sie bitte die Null.',
  neverAsked: 'Niemand wird Sie jemals nach diesem Code fragen.',
  codeIs: 'Ihr Code lautet:',
  onceMore: 'Noch einmal:',
  menu: 'Um den Code noch einmal zu hören, drücken Sie die Eins. Um ihn langsamer zu hören, drücken Sie die Zwei.',
  inThisLanguage: 'Um diese Ansage auf Deutsch zu hören, drücken Sie bitte die Drei.',
  goodbye: 'Auf Wiederhören.',
  wrongDigits:
    'Das sind nicht die Ziffern auf Ihrem Bildschirm. Bitte fordern Sie einen neuen Anruf an. Auf Wiederhören.',
  noDigits: 'Es wurde keine Taste gedrückt. Auf Wiederhören.',
  expired:
    'Dieser Code ist nicht mehr gültig. Bitte fordern Sie einen neuen Anruf an. Auf Wiederhören.',
  reported:
    'Vielen Dank für den Hinweis. Der Code ist ab sofort ungültig, niemand kann sich damit anmelden. Auf Wiederhören.',
  approval: {
    refuse: 'Wenn Sie den Auftrag nicht freigeben möchten, drücken Sie bitte die Null.',
    refused:
      'Der Auftrag wird nicht ausgeführt. Wenn Sie diesen Anruf nicht angefordert haben, drücken Sie bitte noch einmal die Null.',
  },
  text: (appName, code) => `${code} ist Ihr Code für ${appName}.`,
  hosted: appName => `Ihr Code für ${appName} lautet:`,
}
