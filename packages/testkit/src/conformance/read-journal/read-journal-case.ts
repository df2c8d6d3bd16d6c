import type { CaseDefinition } from '../conformance-case.js'
import type { ReadJournalCapabilities } from './read-journal-conformance-options.js'
import type { ReadJournalTester } from './read-journal-tester.js'

/** A case of the read journal's suite. */
export type ReadJournalCase = CaseDefinition<ReadJournalTester, ReadJournalCapabilities>

/** Skips a case unless there are streams of many ids, and atomic writes of this size. */
export const needsFeed =
  (batch = 1) =>
  ({ eventsOfManyIds, maxAtomicWrite }: ReadJournalCapabilities): string | undefined => {
    if (!eventsOfManyIds) return 'it has no streams by tag or slices'
    return batch > maxAtomicWrite ? `an atomic write has at most ${maxAtomicWrite} events` : undefined
  }
