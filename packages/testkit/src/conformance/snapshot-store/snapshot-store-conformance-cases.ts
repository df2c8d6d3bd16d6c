import type { SnapshotStore } from '@dynact/persistence'
import type { ConformanceCase } from '../conformance-case.js'
import { deleteCases } from './delete-cases.js'
import { lifeCases } from './life-cases.js'
import { loadCases } from './load-cases.js'
import { saveCases } from './save-cases.js'
import type { SnapshotStoreCase } from './snapshot-store-case.js'
import {
  ALL_SNAPSHOT_STORE_CAPABILITIES,
  type MakeSnapshotStore,
  type SnapshotStoreConformanceOptions,
  type SnapshotStoreUnderTest,
} from './snapshot-store-conformance-options.js'
import { SnapshotStoreTester } from './snapshot-store-tester.js'

const CASES: readonly SnapshotStoreCase[] = [...loadCases, ...saveCases, ...deleteCases, ...lifeCases]

/**
 * The cases of {@link snapshotStoreConformance} as a list, for whoever has a test runner of another kind, or none; see
 * {@link journalConformanceCases}.
 */
export const snapshotStoreConformanceCases = (
  makeStore: MakeSnapshotStore,
  { capabilities: declared, unserializable = () => undefined }: SnapshotStoreConformanceOptions = {},
): readonly ConformanceCase[] => {
  const capabilities = { ...ALL_SNAPSHOT_STORE_CAPABILITIES, ...declared }
  return CASES.map(({ name, skip, run }) => ({
    name,
    skip: skip?.(capabilities),
    run: async () => {
      const made = await makeStore()
      const underTest = isUnderTest(made) ? made : { snapshotStore: made }
      const tester = new SnapshotStoreTester(underTest, capabilities, unserializable)
      try {
        await run(tester)
      } finally {
        await tester.cleanUp()
      }
    },
  }))
}

const isUnderTest = (made: SnapshotStore | SnapshotStoreUnderTest): made is SnapshotStoreUnderTest =>
  'snapshotStore' in made
