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

/** A day, which begins in UTC, or a time with its zone: what one without means would depend on the machine. */
const ISO = /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/
/** Fewer digits are a year, a date without dashes, or seconds. */
const EPOCH_MS = /^(0|\d{12,15})$/

/** A time: ISO 8601, or epoch milliseconds. */
export const time = (text: string): number => {
  if (EPOCH_MS.test(text)) return Number(text)
  const [, year, month, day] = ISO.exec(text) ?? []
  const value = year === undefined ? Number.NaN : Date.parse(text)
  // JavaScript takes the 31st of February for the 3rd of March.
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
  if (Number.isFinite(value) && isDay) return value
  throw new InvalidArgumentError(
    'Give a day as 2026-01-31, a time with its zone as 2026-01-31T12:00:00Z or 2026-01-31T12:00:00+01:00, or epoch milliseconds.',
  )
}
