import { ConfigError } from './errors.js'

/** Over how many slices the ids are spread, as in Akka and Pekko. Stored; never change. */
export const SLICES = 1024

/** Java's `String.hashCode`: over UTF-16 units, in 32 bits with a sign. */
const javaHash = (text: string): number => {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return hash
}

/** The slice of an id, from 0 to 1023, as Akka and Pekko compute it: |hashCode mod 1024|. Stored; never change. */
export const sliceOf = (persistenceId: string): number => Math.abs(javaHash(persistenceId) % SLICES)

/** The entity type of an id: what stands before its first `|`; `''` when it has none. */
export const entityTypeOf = (persistenceId: string): string =>
  persistenceId.slice(0, Math.max(0, persistenceId.indexOf('|')))

/**
 * Are these slices, `min` to `max`, both inclusive?
 * @throws {@link ConfigError} they are not.
 */
export const checkSlices = (min: number, max: number): void => {
  const isSlice = (slice: number) => Number.isInteger(slice) && slice >= 0 && slice < SLICES
  if (!isSlice(min) || !isSlice(max) || min > max)
    throw new ConfigError(
      `Slices go from 0 to ${SLICES - 1}: ${min} to ${max} are none. Take them from sliceRanges(n).`,
    )
}
