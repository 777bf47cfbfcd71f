import type { Prompts } from '../../options/prompts.js'

/**
 * Polish, with "Państwo", which fits every listener. The name of the app stands in the nominative,
 * because it cannot be inflected here. Voice: Amazon Polly's Ola, neural. Source of the voice:
 * "Available voices" in the Amazon Polly Developer Guide; its name here is as on SignalWire's page
 * "<Say>".
 */
export const plPL: Prompts = {
  language: 'pl-PL',
  voice: 'Polly.Ola-Neural',
  // With the space: "4,7" would be a decimal number.
  separator: ', ',
  opening: {
    login: appName => `Tu ${appName}, dzwonimy, aby podać kod do logowania.`,
    'step-up': appName =>
      `Tu ${appName}, dzwonimy, aby podać kod potwierdzający Państwa tożsamość.`,
    enroll: appName => `Tu ${appName}, dzwonimy, aby podać kod potwierdzający ten numer telefonu.`,
    approve: appName => `Tu ${appName}, dzwonimy, aby podać kod zatwierdzający zleconą operację.`,
  },
  pressMatchingDigits:
    'Aby usłyszeć kod, proszę wybrać na klawiaturze dwie cyfry wyświetlone na ekranie.',
  pressAnyKey: 'Aby usłyszeć kod, proszę nacisnąć jeden.',
  pressIfNotYou: 'Jeśli nie prosili Państwo o ten telefon, proszę nacisnąć zero.',
  neverAsked: 'Nikt nigdy nie poprosi Państwa o ten kod.',
  codeIs: 'Państwa kod to:',
  onceMore: 'Powtarzamy:',
  menu: 'Aby usłyszeć kod jeszcze raz, proszę nacisnąć jeden. Aby usłyszeć go wolniej, proszę nacisnąć dwa.',
  inThisLanguage: 'Aby usłyszeć tę wiadomość po polsku, proszę nacisnąć trzy.',
  goodbye: 'Do usłyszenia.',
  wrongDigits:
    'Wybrane cyfry nie zgadzają się z cyframi na ekranie. Proszę zamówić kolejne połączenie. Do usłyszenia.',
  noDigits: 'Nie wybrano żadnej cyfry. Do usłyszenia.',
  expired: 'Ten kod stracił ważność. Proszę zamówić kolejne połączenie. Do usłyszenia.',
  reported:
    'Dziękujemy za zgłoszenie. Kod został unieważniony i nikt się już za jego pomocą nie zaloguje. Do usłyszenia.',
  approval: {
    refuse: 'Aby odrzucić operację, proszę nacisnąć zero.',
    refused:
      'Operacja nie zostanie wykonana. Jeśli nie prosili Państwo o ten telefon, proszę nacisnąć zero jeszcze raz.',
  },
  text: (appName, code) => `${code} to kod do ${appName}.`,
  hosted: appName => `Kod do ${appName}:`,
}
