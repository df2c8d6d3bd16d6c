import { SLICES } from '@dynact/dynamodb'
import { ConfigError } from '@dynact/persistence'

/** Slices from `min` to `max`, both inclusive. */
export interface SliceRange {
  readonly min: number
  readonly max: number
}

/**
 * Divides the 1,024 slices into `n` ranges of equal size, in order: one for each of as many readers.
 *
 * @param n - a divisor of 1,024.
 * @throws {@link ConfigError} 1,024 can't be divided by it.
 */
export const sliceRanges = (n: number): SliceRange[] => {
  if (!Number.isInteger(n) || n < 1 || SLICES % n !== 0)
    throw new ConfigError(
      `The ${SLICES} slices can't be divided into ${n} equal ranges. Use a power of 2 up to ${SLICES}.`,
    )
  const size = SLICES / n
  return Array.from({ length: n }, (_, index) => ({ min: index * size, max: (index + 1) * size - 1 }))
}
