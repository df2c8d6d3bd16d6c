import { InvalidArgumentError } from 'commander'

/** A whole number from `min` to `max`. */
export const wholeNumber =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(
      max === Number.MAX_SAFE_INTEGER
        ? `Give a whole number from ${min} on.`
        : `Give a whole number from ${min} to ${max}.`,
    )
  }

/** A number from 0 on. */
export const amount = (text: string): number => {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('Give a number from 0 on.')
}

/** Slices: `0-1023`, `0-255`, `7`. */
export const sliceRange = (text: string): { readonly min: number; readonly max: number } => {
  const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(text)
  const min = Number(match?.[1])
  const max = Number(match?.[2] ?? match?.[1])
  if (min <= max && max <= 1023) return { min, max }
  throw new InvalidArgumentError('Give slices from 0 to 1023: 0-255, say.')
}

/** A time: ISO 8601, or epoch milliseconds. */
export const time = (text: string): number => {
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isFinite(value)) return value
  throw new InvalidArgumentError('Give a time as 2026-01-31T12:00:00Z, or in epoch milliseconds.')
}

/** An option that can be given several times, or once with commas. */
export const list = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split(',').filter((part) => part !== ''),
]
