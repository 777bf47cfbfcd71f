// Everything that was seen anywhere, and the search for what must not be in it.
import type { Simulator } from 'passport-voice-otp/simulator'

/** What was captured at one place: a page, a header, a log line, a store. */
interface Seen {
  readonly place: string
  readonly text: string
}

/**
 * Runs of base64url, hexadecimal or UUIDs. They may contain any six digits by chance, so only their
 * decoded form is searched. A long run can only begin where a word begins: to try each letter of a
 * word takes twice as long.
 */
const noise = /(?<![\w-])[\w-]{40,}|[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
/** Six to ten digits, written together or with separators as a voice reads them. */
const digitRuns = /(?<!\d)\d{6,10}(?!\d)|(?<!\d)\d(?:(?:, |[ ,-])\d){5,9}(?!\d)/g

/** Collects what is seen during one attack, and finds codes and phone numbers in it. */
export class Capture {
  /**
   * Phone numbers in E.164. They may appear only in the simulator and in the form that enrolls
   * them.
   */
  readonly phones = new Set<string>()
  private readonly seen: Seen[] = []
  private readonly sources: {
    readonly place: string
    readonly read: () => string | readonly string[] | Promise<string | readonly string[]>
  }[] = []

  /** Keeps what was seen at `place`. */
  note(place: string, text: string): void {
    this.seen.push({ place, text })
  }

  /** Reads `place` when the search begins: a store, a log that grows. */
  watch(
    place: string,
    read: () => string | readonly string[] | Promise<string | readonly string[]>,
  ): void {
    this.sources.push({ place, read })
  }

  /** All that was captured so far, by place. */
  async all(): Promise<readonly Seen[]> {
    const read = await Promise.all(
      this.sources.map(async ({ place, read }) =>
        [await read()].flat().map(text => ({ place, text })),
      ),
    )
    return [...this.seen, ...read.flat()]
  }

  /** Throws if the captured texts contain one of `codes` or of the phone numbers. */
  async check(codes: Iterable<string>): Promise<void> {
    const wanted = new Set(codes)
    // Finds a number in any grouping, and a North American number also without its 1.
    const phones = [...this.phones].map(
      phone =>
        new RegExp(
          `(?<!\\d)${Array.from(phone.slice(1)).join('[ ().-]{0,2}').replace(/^1/, '1?')}(?!\\d)`,
        ),
    )
    const found: string[] = []
    const searched = new Set<string>()
    for (const { place, text } of await this.all()) {
      if (searched.has(text)) continue
      // The page of a new number may show that number. No other place may.
      if (!place.startsWith('page /phone')) searched.add(text)
      for (const code of codesIn(text))
        if (wanted.has(code)) found.push(`the code ${code} in ${place}: ${around(text, code)}`)
      // A user who enrolls a number sees it on that page. The phone of the demo shows its number.
      if (place.startsWith('page /phone')) continue
      const shown = text.replace(/<iframe[^>]*>/g, '')
      for (const phone of phones)
        if (phone.test(shown)) found.push(`a phone number in ${place}: ${shown.slice(0, 300)}`)
    }
    if (found.length > 0) throw new Error(`A secret leaked. ${found.slice(0, 5).join('\n')}`)
  }
}

/** Every code that a text could hold, sealed-looking parts decoded first. */
function codesIn(text: string): readonly string[] {
  const decoded: string[] = []
  const plain = text.replace(noise, part => {
    decoded.push(Buffer.from(part, 'base64url').toString('latin1'))
    return ' '
  })
  return [plain, ...decoded]
    .flatMap(each => each.match(digitRuns) ?? [])
    .map(run => run.replace(/\D/g, ''))
}

const around = (text: string, code: string): string => {
  const at = Math.max(0, text.indexOf(code))
  return text.slice(Math.max(0, at - 80), at + 80)
}

/** Every code that the Space spoke, texted or created. */
export function codesSpoken(simulator: Simulator): ReadonlySet<string> {
  const spoken = simulator.calls
    .flatMap(({ heard }) => heard)
    .flatMap(sentence => sentence.match(/^(?:\d, ){5,9}\d$/) ?? [])
    .map(digits => digits.replaceAll(', ', ''))
  const sent = simulator.messages.flatMap(({ body }) => body.match(/(?<!\d)\d{6,10}(?!\d)/g) ?? [])
  return new Set([...spoken, ...sent, ...simulator.mfaRequests.map(({ code }) => code)])
}

/**
 * What the Space received from the app, except spoken words and text messages: a code belongs only
 * there.
 */
export function seenBySpace(simulator: Simulator): readonly string[] {
  const requests = simulator.requests.map(
    ({ method, path, fields }) =>
      `${method} ${path} ${JSON.stringify({ ...fields, Body: '', token: '' })}`,
  )
  const webhooks = simulator.calls
    .flatMap(call => call.webhooks)
    .map(({ url, fields, headers }) => `${url} ${JSON.stringify({ ...fields, ...headers })}`)
  return [...requests, ...webhooks].map(withoutNumbers)
}

/** Leaves out the Space, because it needs the phone numbers. */
const withoutNumbers = (text: string): string => text.replace(/\+\d{7,15}/g, '+')
