import type { ConformanceCase } from '../conformance-case.js'
import { eventsOfIdCases } from './events-of-id-cases.js'
import { feedCases } from './feed-cases.js'
import { persistenceIdCases } from './persistence-id-cases.js'
import {
  ALL_READ_JOURNAL_CAPABILITIES,
  type MakeReadJournal,
  type ReadJournalConformanceOptions,
} from './read-journal-conformance-options.js'
import { ReadJournalTester } from './read-journal-tester.js'
import { streamCases } from './stream-cases.js'

const CASES = [...persistenceIdCases, ...eventsOfIdCases, ...feedCases, ...streamCases]

/**
 * The cases of {@link readJournalConformance} as a list, for whoever has a test runner of another kind, or none. Nothing is called
 * before a case is run.
 */
export const readJournalConformanceCases = (
  makeReadJournal: MakeReadJournal,
  { capabilities: declared }: ReadJournalConformanceOptions = {},
): readonly ConformanceCase[] => {
  const capabilities = { ...ALL_READ_JOURNAL_CAPABILITIES, ...declared }
  return CASES.map(({ name, skip, run }) => ({
    name,
    skip: skip?.(capabilities),
    run: async () => {
      const tester = new ReadJournalTester(await makeReadJournal())
      try {
        await run(tester)
      } finally {
        await tester.cleanUp()
      }
    },
  }))
}
