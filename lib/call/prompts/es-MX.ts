import type { Prompts } from '../../options/prompts.js'

/**
 * Spanish of Mexico, with "usted"; also used for the rest of the Americas. Voice: Amazon Polly's
 * Mia, neural. Source of the voice: "Available voices" in the Amazon Polly Developer Guide; its
 * name here is as on SignalWire's page "<Say>".
 */
export const esMX: Prompts = {
  language: 'es-MX',
  voice: 'Polly.Mia-Neural',
  // With the space: "4,7" would be a decimal number in South America.
  separator: ', ',
  opening: {
    login: appName => `Le llamamos de ${appName} para proporcionarle un código de acceso.`,
    'step-up': appName =>
      `Le llamamos de ${appName} para proporcionarle un código con el que podrá confirmar su identidad.`,
    enroll: appName =>
      `Le llamamos de ${appName} para proporcionarle un código con el que podrá confirmar este número de teléfono.`,
    approve: appName =>
      `Le llamamos de ${appName} para proporcionarle un código con el que podrá autorizar su operación.`,
  },
  pressMatchingDigits:
    'Para escuchar el código, marque los dos dígitos que aparecen en su pantalla.',
  pressAnyKey: 'Para escuchar el código, oprima uno.',
  pressIfNotYou: 'Si usted no solicitó esta llamada, oprima cero.',
  neverAsked: 'Nadie le va a pedir nunca este código.',
  codeIs: 'Su código es:',
  onceMore: 'Una vez más:',
  menu: 'Para escuchar el código otra vez, oprima uno. Para escucharlo más despacio, oprima dos.',
  inThisLanguage: 'Para continuar en español, oprima tres.',
  goodbye: 'Hasta luego.',
  wrongDigits:
    'Los dígitos no coinciden con los de su pantalla. Por favor, solicite otra llamada. Hasta luego.',
  noDigits: 'No se oprimió ninguna tecla. Hasta luego.',
  expired: 'Este código ya no es válido. Por favor, solicite otra llamada. Hasta luego.',
  reported:
    'Gracias por avisarnos. Este código quedó cancelado y nadie podrá usarlo para iniciar sesión. Hasta luego.',
  approval: {
    refuse: 'Si no desea autorizar esta operación, oprima cero.',
    refused:
      'La operación no se autorizó. Si usted no solicitó esta llamada, oprima cero otra vez.',
  },
  text: (appName, code) => `${code} es su clave de ${appName}.`,
  hosted: appName => `Su clave de ${appName} es:`,
}
