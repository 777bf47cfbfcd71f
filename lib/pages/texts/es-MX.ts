import { esES } from './es-ES.js'
import type { PageTexts } from './texts.js'

/** Spanish of Mexico: where it differs from that of Spain. */
export const esMX: PageTexts = {
  ...esES,
  language: 'es-MX',
  headings: {
    ...esES.headings,
    addPhone: 'Agregue su teléfono',
    recover: 'Ingrese un código de recuperación',
  },
  call: {
    ...esES.call,
    none: { ...esES.call.none, heading: 'Conteste el teléfono' },
    queued: { ...esES.call.queued, heading: 'Conteste el teléfono' },
    ringing: { ...esES.call.ringing, heading: 'Conteste el teléfono' },
    sent: { ...esES.call.sent, heading: 'Conteste el teléfono' },
    completed: {
      heading: 'Ingrese el código',
      text: 'La llamada terminó. El código sigue vigente: ingréselo o pida otra llamada.',
    },
  },
  textInstructions: 'Ingrese el código del mensaje.',
}
