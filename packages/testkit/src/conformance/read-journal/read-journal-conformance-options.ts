import type { Journal, ReadJournal } from '@dynact/persistence'
import type { ConformanceRunner } from '../conformance-runner.js'

/** A read journal to be tested, and what belongs to it. */
export interface ReadJournalUnderTest {
  /** Tells live queries of new events within seconds. */
  readonly readJournal: ReadJournal
  /** Writes what is read. */
  readonly journal: Journal
  /** Called when the case is over, and the journals are closed. */
  readonly cleanUp?: (() => unknown) | undefined
}

/**
 * Makes the read journal and its journal for one case. Every case uses ids, types and tags of its own, with a random part: one
 * shared table will do.
 */
export type MakeReadJournal = () => ReadJournalUnderTest | Promise<ReadJournalUnderTest>

/** What a read journal can do beside what every one must. */
export interface ReadJournalCapabilities {
  /**
   * Has the streams by tag and by slices.
   * @defaultValue `true`
   */
  readonly eventsOfManyIds: boolean
  /**
   * Events in one atomic write of its journal.
   * @defaultValue `Infinity`
   */
  readonly maxAtomicWrite: number
}

/** What {@link readJournalConformance} takes. */
export interface ReadJournalConformanceOptions {
  /** What differs from the defaults. A case that needs what is missing is skipped, and says so. */
  readonly capabilities?: Partial<ReadJournalCapabilities> | undefined
  /**
   * The test runner's functions.
   * @defaultValue the globals `describe`, and `test` or `it`
   */
  readonly runner?: ConformanceRunner | undefined
}

/** A read journal that can do everything. */
export const ALL_READ_JOURNAL_CAPABILITIES: ReadJournalCapabilities = {
  eventsOfManyIds: true,
  maxAtomicWrite: Number.POSITIVE_INFINITY,
}
