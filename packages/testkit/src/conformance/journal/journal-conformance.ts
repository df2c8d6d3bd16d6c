import { declareCases } from '../conformance-runner.js'
import { journalConformanceCases } from './journal-conformance-cases.js'
import type { JournalConformanceOptions, MakeJournal } from './journal-conformance-options.js'

/**
 * Proves a journal: declares about a hundred tests, all that Akka's and Pekko's kits ask of a journal and what dynact's actors
 * rely on beside: fencing, atomic writes, limits, deletions, payloads byte for byte, metadata, ids, aborts, closing.
 *
 * Call it where tests are declared. It uses the runner's global `describe` and `test` (jest, vitest with globals, mocha), or
 * those passed as `runner` (vitest, node:test). A case takes seconds at most on a database on this machine: mocha's 2 s are short.
 *
 * @param name - of the group of tests.
 * @param makeJournal - called once for each case.
 * @example
 * ```ts
 * journalConformance('myJournal', async () => {
 *   const database = await startDatabase()
 *   const open = () => myJournal({ url: database.url })
 *   return { journal: open(), openAnother: open, cleanUp: () => database.stop() }
 * }, { capabilities: { maxAtomicWrite: 500 } })
 * ```
 * @throws {@link ConfigError} there is no test runner.
 */
export const journalConformance = (
  name: string,
  makeJournal: MakeJournal,
  options: JournalConformanceOptions = {},
): void => declareCases(name, journalConformanceCases(makeJournal, options), options.runner)
