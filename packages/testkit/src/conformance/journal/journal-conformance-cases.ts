import type { Journal } from '@dynact/persistence'
import type { ConformanceCase } from '../conformance-case.js'
import { abortCases } from './abort-cases.js'
import { batchCases } from './batch-cases.js'
import { closeCases } from './close-cases.js'
import { deleteCases } from './delete-cases.js'
import { fencingCases } from './fencing-cases.js'
import { idCases } from './id-cases.js'
import type { JournalCase } from './journal-case.js'
import {
  ALL_JOURNAL_CAPABILITIES,
  type JournalConformanceOptions,
  type JournalUnderTest,
  type MakeJournal,
} from './journal-conformance-options.js'
import { JournalTester } from './journal-tester.js'
import { payloadCases } from './payload-cases.js'
import { replayCases } from './replay-cases.js'
import { writeCases } from './write-cases.js'

const CASES: readonly JournalCase[] = [
  ...writeCases,
  ...payloadCases,
  ...replayCases,
  ...batchCases,
  ...fencingCases,
  ...deleteCases,
  ...idCases,
  ...abortCases,
  ...closeCases,
]

/**
 * The cases of {@link journalConformance} as a list, for whoever has a test runner of another kind, or none. Nothing is called
 * before a case is run; cases may run at once, if journals of `makeJournal` may.
 *
 * @example
 * ```ts
 * for (const { name, skip, run } of journalConformanceCases(makeJournal, { capabilities })) {
 *   if (skip === undefined) await run()
 *   else console.log(`skipped: ${name}, since ${skip}`)
 * }
 * ```
 */
export const journalConformanceCases = (
  makeJournal: MakeJournal,
  { capabilities: declared, unserializable = () => undefined }: JournalConformanceOptions = {},
): readonly ConformanceCase[] => {
  const capabilities = { ...ALL_JOURNAL_CAPABILITIES, ...declared }
  return CASES.map(({ name, skip, run }) => ({
    name,
    skip: skip?.(capabilities),
    run: async () => {
      const made = await makeJournal()
      const tester = new JournalTester(isUnderTest(made) ? made : { journal: made }, capabilities, unserializable)
      try {
        await run(tester)
      } finally {
        await tester.cleanUp()
      }
    },
  }))
}

const isUnderTest = (made: Journal | JournalUnderTest): made is JournalUnderTest => 'journal' in made
