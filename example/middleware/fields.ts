import type { Request } from 'express'

/** Reads a field of the body. The strategy's options `channel` and `phone` take such a function. */
export const field =
  (name: string) =>
  (req: object): unknown =>
    ((req as Request).body as Record<string, unknown> | undefined)?.[name]

/** The text in a field of the body, without spaces at the ends; '' for anything but text. */
export function fieldText(name: string, req: object): string {
  const value = field(name)(req)
  return typeof value === 'string' ? value.trim().slice(0, 100) : ''
}
