import { declareCases } from '../conformance-runner.js'
import { snapshotStoreConformanceCases } from './snapshot-store-conformance-cases.js'
import type { MakeSnapshotStore, SnapshotStoreConformanceOptions } from './snapshot-store-conformance-options.js'

/**
 * Proves a snapshot store: declares tests of all that Akka's and Pekko's kits ask of one, with several snapshots of an id, and of
 * what dynact's actors rely on beside: bounds, replacing, deletions, states byte for byte, ids, aborts, closing. Runs where
 * {@link journalConformance} does.
 *
 * @param name - of the group of tests.
 * @param makeStore - called once for each case.
 * @example
 * ```ts
 * snapshotStoreConformance('myStore', () => myStore(), { capabilities: { severalProcesses: false } })
 * ```
 * @throws {@link ConfigError} there is no test runner.
 */
export const snapshotStoreConformance = (
  name: string,
  makeStore: MakeSnapshotStore,
  options: SnapshotStoreConformanceOptions = {},
): void => declareCases(name, snapshotStoreConformanceCases(makeStore, options), options.runner)
