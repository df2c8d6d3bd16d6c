import { declareCases } from '../conformance-runner.js'
import { readJournalConformanceCases } from './read-journal-conformance-cases.js'
import type { MakeReadJournal, ReadJournalConformanceOptions } from './read-journal-conformance-options.js'

/**
 * Proves a read journal: ids, events by id, by tag and by slices, current and live, offsets, order, whole batches, limits, and the
 * life of a stream. Prove its journal with `journalConformance` first.
 *
 * @param name - of the group of tests.
 * @param makeReadJournal - called once for each case.
 * @example
 * ```ts
 * readJournalConformance('inMemoryReadJournal', () => {
 *   const journal = inMemoryJournal()
 *   return { journal, readJournal: inMemoryReadJournal(journal) }
 * })
 * ```
 * @throws {@link ConfigError} there is no test runner.
 */
export const readJournalConformance = (
  name: string,
  makeReadJournal: MakeReadJournal,
  options: ReadJournalConformanceOptions = {},
): void => declareCases(name, readJournalConformanceCases(makeReadJournal, options), options.runner)
