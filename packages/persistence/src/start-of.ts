import { z } from 'zod'
import { ConfigError } from './errors.js'
import type { NoOffset, TimestampOffset } from './offset.js'

const instant = z.number().nonnegative()
const isSequenceNr = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
// zod's records drop an id of the name __proto__, whose events would come again.
const seenSchema = z.custom<Readonly<Record<string, number>>>(
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isSequenceNr),
  'must have a sequence number for every id',
)
const offsetSchema = z
  .strictObject({
    timestamp: instant,
    since: instant.optional(),
    seen: seenSchema.default({}),
  })
  .refine(({ timestamp, since = timestamp }) => since <= timestamp, 'since must not be later than timestamp')

/**
 * Where a stream of many ids starts; `undefined` for the beginning.
 * @throws {@link ConfigError} the offset is of another kind of stream, or is none.
 */
export const startOf = (offset: NoOffset | TimestampOffset): TimestampOffset | undefined => {
  if (Object.keys(offset).length === 0) return undefined
  const { data, error } = offsetSchema.safeParse(offset)
  if (data !== undefined) return { ...data, since: data.since ?? data.timestamp }
  throw new ConfigError(
    `A stream by tag or by slices can't begin at this offset. Give the offset of an envelope as it was.\n${z.prettifyError(error)}`,
    { cause: error },
  )
}
