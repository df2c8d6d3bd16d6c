import type { CaseDefinition } from '../conformance-case.js'
import type { SnapshotStoreCapabilities } from './snapshot-store-conformance-options.js'
import type { SnapshotStoreTester } from './snapshot-store-tester.js'

/** A case of the snapshot store's suite. */
export type SnapshotStoreCase = CaseDefinition<SnapshotStoreTester, SnapshotStoreCapabilities>

const REASONS = {
  severalProcesses: 'one store only can be open on its data',
  serializes: 'states are not serialized',
} as const

/** Skips a case unless the store can do this. */
export const needs =
  (name: keyof typeof REASONS) =>
  (capabilities: SnapshotStoreCapabilities): string | undefined =>
    capabilities[name] ? undefined : REASONS[name]

/** Skips a case on what lies beyond a limit, for a store that has none. */
export const needsLimit =
  (name: 'maxPersistenceIdBytes' | 'maxSnapshotBytes') =>
  (capabilities: SnapshotStoreCapabilities): string | undefined =>
    Number.isFinite(capabilities[name]) ? undefined : `there is no ${name}`
