import type { PersistentRepr, SerializedPayload } from '@dynact/persistence'
import fc from 'fast-check'

/** Text that has a UTF-8 form, so that what comes back is what went in. */
export const wellFormed = fc.string({ unit: 'grapheme', maxLength: 20 })

/** Ids that look like keys, marks, or keys of other ids. */
export const persistenceIds = fc
  .oneof(
    wellFormed.filter((id) => id.trim() !== ''),
    fc
      .array(fc.constantFrom('a', 'P', 'SH', 'SL', '-', '1', '0', '99', 'ü', '😀', 'journal', ' '), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join('')),
    fc.constantFrom('a-P-b', 'a-SH-b', 'a-P-b-1', 'a-1', 'a-1-1', 'a', 'journal-P-a', '-', '--', 'a-', '-a'),
  )
  .filter((id) => id.trim() !== '')

/** Sequence numbers, mostly near the edges of hundreds. */
export const sequenceNrs = fc.oneof(
  fc.integer({ min: 1, max: 1_100 }),
  fc.constantFrom(1, 99, 100, 101, 199, 200, 999, 1_000, 1_001, Number.MAX_SAFE_INTEGER),
  fc.maxSafeNat().filter((sequenceNr) => sequenceNr > 0),
)

/** Serialized payloads, empty ones too. */
export const payloads: fc.Arbitrary<SerializedPayload> = fc.record({
  serializerId: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer()),
  serializerManifest: fc.oneof(fc.constant(''), wellFormed),
  bytes: fc.uint8Array({ maxLength: 64 }),
})

/** Some time in 2096: from 2109 on a number of milliseconds no longer tells one microsecond from the next. */
const MAX_EXACT_MICROS = 4e15

/** Epoch milliseconds with whole microseconds, as they can be stored; 0 is unknown. */
const timestamps = fc.oneof(
  fc.constant(0),
  fc.nat({ max: MAX_EXACT_MICROS }).map((micros) => micros / 1000),
)

/** Events without their payload. */
export const reprs: fc.Arbitrary<PersistentRepr<undefined>> = fc.record({
  persistenceId: persistenceIds,
  sequenceNr: sequenceNrs,
  payload: fc.constant(undefined),
  manifest: fc.oneof(fc.constant(''), wellFormed),
  writerUuid: fc.uuid(),
  timestamp: timestamps,
  tags: fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }), { maxLength: 5 }),
  deleted: fc.boolean(),
})
