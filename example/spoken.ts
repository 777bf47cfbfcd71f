import { languages, type Request } from 'passport-voice-otp'

declare module 'express-session' {
  interface SessionData {
    /** When the password was entered, in milliseconds since 1970. */
    passwordAt?: number
  }
}

const spoken = new Set(Object.keys(languages).map(primaryPart))

/** The languages that a browser asks for and a call can speak, best first; `undefined` for none. A header holds whatever its sender wrote. */
export function wantedLanguages({ headers: { 'accept-language': header = '' } }: Pick<Request, 'headers'>): readonly string[] | undefined {
  const wishes = header.split(',').flatMap(part => {
    const [, tag, weight] = /^\s*([a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3})\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(part) ?? []
    return tag !== undefined && spoken.has(primaryPart(tag)) ? [{ tag, weight: Number(weight ?? 1) }] : []
  })
  const tags = wishes.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight).map(({ tag }) => tag)
  return tags.length === 0 ? undefined : tags.slice(0, 5)
}

function primaryPart(tag: string): string {
  return tag.split('-', 1)[0]?.toLowerCase() ?? ''
}

/** Which login a call is for, in English: whoever hears another language hears nothing of it. Holds no digits, which could be taken for the code. */
export function announcement(req: Request, now = Date.now()): string | undefined {
  const [language = 'en'] = wantedLanguages(req) ?? []
  if (primaryPart(language) !== 'en') return undefined
  const { passwordAt } = req.session
  const browser = browserName(req.headers['user-agent'] ?? '')
  return `The password was entered${browser === undefined ? '' : ` in ${browser}`}${passwordAt === undefined ? '' : `, ${ago(now - passwordAt)}`}.`
}

const times = ['just now', 'a minute ago', 'two minutes ago', 'three minutes ago', 'four minutes ago', 'five minutes ago', 'six minutes ago', 'seven minutes ago', 'eight minutes ago', 'nine minutes ago']

const ago = (milliseconds: number): string => times[Math.max(0, Math.floor(milliseconds / 60_000))] ?? 'ten minutes ago or more'

// In this order, since every browser claims to be most of the others.
const browsers = [['Edg', 'Edge'], ['OPR/', 'Opera'], ['SamsungBrowser', 'Samsung Internet'], ['Firefox/', 'Firefox'], ['FxiOS', 'Firefox'], ['Chrome/', 'Chrome'], ['CriOS', 'Chrome'], ['Safari/', 'Safari']] as const
const systems = [['iPhone', 'an iPhone'], ['iPad', 'an iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS X', 'a Mac'], ['Linux', 'Linux']] as const

/** Words of our own alone: what a browser says of itself may be anything, and would be read out to the user. */
function browserName(userAgent: string): string | undefined {
  const nameIn = (list: readonly (readonly [mark: string, name: string])[]): string | undefined => list.find(([mark]) => userAgent.includes(mark))?.[1]
  const browser = nameIn(browsers)
  const system = nameIn(systems)
  return browser === undefined || system === undefined ? browser : `${browser} on ${system}`
}
