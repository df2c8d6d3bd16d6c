import type { Journal } from '@dynact/persistence'
import type { ConformanceRunner } from '../conformance-runner.js'

/** A journal to be tested, and what belongs to it. */
export interface JournalUnderTest {
  readonly journal: Journal
  /** Opens another journal on the same data, as a second process would. Needed unless `severalProcesses` is declared `false`. */
  readonly openAnother?: (() => Journal | Promise<Journal>) | undefined
  /** Called when the case is over and its journals are closed. */
  readonly cleanUp?: (() => unknown) | undefined
}

/**
 * Makes the journal for one case. Every case uses ids of its own, with a random part: journals on one shared table will do.
 */
export type MakeJournal = () => Journal | JournalUnderTest | Promise<Journal | JournalUnderTest>

/** What a journal can do beside what every journal must. */
export interface JournalCapabilities {
  /**
   * Several journals can be open on the same data.
   * @defaultValue `true`
   */
  readonly severalProcesses: boolean
  /**
   * Numbers may be left out: nact's own actors do so after a rejected event.
   * @defaultValue `true`
   */
  readonly gaps: boolean
  /**
   * A write is fenced wherever it meets another writer's, not at its first number only.
   * @defaultValue `true`
   */
  readonly fencesWithinBatches: boolean
  /**
   * A write to the number of a deleted event fails.
   * @defaultValue `true`
   */
  readonly fencesDeletedNumbers: boolean
  /**
   * Has `readDeletedToSequenceNr`.
   * @defaultValue `true`
   */
  readonly tellsDeletedTo: boolean
  /**
   * Turns payloads into bytes, and rejects what it can't.
   * @defaultValue `true`
   */
  readonly serializes: boolean
  /**
   * An event without a time (0) comes back without one. A journal whose queries are by time may give it that of its writing.
   * @defaultValue `true`
   */
  readonly keepsUnknownTimes: boolean
  /**
   * Events in one atomic write; larger ones are rejected.
   * @defaultValue `Infinity`
   */
  readonly maxAtomicWrite: number
  /**
   * Bytes of UTF-8 in an id; longer ones are rejected. At least 255.
   * @defaultValue `Infinity`
   */
  readonly maxPersistenceIdBytes: number
  /**
   * Bytes in a payload that is a Uint8Array; larger ones are rejected, and those of half that size stored.
   * @defaultValue `Infinity`
   */
  readonly maxPayloadBytes: number
}

/** What {@link journalConformance} takes. */
export interface JournalConformanceOptions {
  /** What differs from the defaults. A case that needs what is missing is skipped, and says so. */
  readonly capabilities?: Partial<JournalCapabilities> | undefined
  /**
   * A payload that none of the journal's serializers takes.
   * @defaultValue a function
   */
  readonly unserializable?: unknown
  /**
   * The test runner's functions.
   * @defaultValue the globals `describe`, and `test` or `it`
   */
  readonly runner?: ConformanceRunner | undefined
}

/** A journal that can do everything. */
export const ALL_JOURNAL_CAPABILITIES: JournalCapabilities = {
  severalProcesses: true,
  gaps: true,
  fencesWithinBatches: true,
  fencesDeletedNumbers: true,
  tellsDeletedTo: true,
  serializes: true,
  keepsUnknownTimes: true,
  maxAtomicWrite: Number.POSITIVE_INFINITY,
  maxPersistenceIdBytes: Number.POSITIVE_INFINITY,
  maxPayloadBytes: Number.POSITIVE_INFINITY,
}
