import { money } from 'passport-voice-otp'

type Locale = keyof ReturnType<typeof money>

/** A payment as the app executes it. */
export interface Payment {
  /** Whole minor units: 12050 is 120.50 euros. */
  readonly amount: number
  /** Three letters (ISO 4217). */
  readonly currency: string
  readonly payee: string
}

/** The currencies that the form offers. */
export const currencies = ['EUR', 'USD', 'GBP', 'JPY'] as const

// Where a language changes nouns by case, the sentence keeps the amount in its basic form.
const sentences: Readonly<Record<Locale, (sum: string, payee: string) => string>> = {
  'en-US': (sum, payee) => `You are paying ${sum} to ${payee}.`,
  'en-GB': (sum, payee) => `You are paying ${sum} to ${payee}.`,
  'es-ES': (sum, payee) => `Va a pagar ${sum} a ${payee}.`,
  'es-MX': (sum, payee) => `Va a pagar ${sum} a ${payee}.`,
  'fr-FR': (sum, payee) => `Vous allez payer ${sum} à ${payee}.`,
  'de-DE': (sum, payee) => `Zahlungsbetrag: ${sum}. Empfänger: ${payee}.`,
  'it-IT': (sum, payee) => `Sta per pagare ${sum} a ${payee}.`,
  'pt-BR': (sum, payee) => `Você vai pagar ${sum} para ${payee}.`,
  'nl-NL': (sum, payee) => `U betaalt ${sum} aan ${payee}.`,
  'pl-PL': (sum, payee) => `Kwota płatności: ${sum}. Odbiorca: ${payee}.`,
  'ja-JP': (sum, payee) => `お支払い先は${payee}、金額は${sum}です。`,
  'zh-CN': (sum, payee) => `您将向${payee}支付${sum}。`,
}

/** What the call says and the page shows, in each language of the call. */
export function paymentText({ amount, currency, payee }: Payment): Record<Locale, string> {
  const sums = money(amount, currency)
  const locales = Object.keys(sentences) as Locale[]
  return Object.fromEntries(
    locales.map(locale => [locale, sentences[locale](sums[locale], payee)]),
  ) as Record<Locale, string>
}
