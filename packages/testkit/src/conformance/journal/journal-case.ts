import type { CaseDefinition } from '../conformance-case.js'
import type { JournalCapabilities } from './journal-conformance-options.js'
import type { JournalTester } from './journal-tester.js'

/** A case of the journal's suite. */
export type JournalCase = CaseDefinition<JournalTester, JournalCapabilities>

const REASONS = {
  severalProcesses: 'one journal only can be open on its data',
  gaps: 'numbers can not be left out',
  fencesWithinBatches: 'a write is fenced at its first number only',
  fencesDeletedNumbers: 'deleted numbers are not fenced',
  tellsDeletedTo: 'it has no readDeletedToSequenceNr',
  serializes: 'payloads are not serialized',
  keepsUnknownTimes: 'events without a time get the present one',
} as const

/** Skips a case unless the journal can do all of this. */
export const needs =
  (...names: readonly (keyof typeof REASONS)[]) =>
  (capabilities: JournalCapabilities): string | undefined => {
    const missing = names.find((name) => !capabilities[name])
    return missing && REASONS[missing]
  }

/** Skips a case with a larger atomic write than the journal takes. */
export const needsBatchOf =
  (size: number) =>
  ({ maxAtomicWrite }: JournalCapabilities): string | undefined =>
    size > maxAtomicWrite ? `an atomic write has at most ${maxAtomicWrite} events` : undefined

/** Skips a case on what lies beyond a limit, for a journal that has none. */
export const needsLimit =
  (name: 'maxAtomicWrite' | 'maxPersistenceIdBytes' | 'maxPayloadBytes') =>
  (capabilities: JournalCapabilities): string | undefined =>
    Number.isFinite(capabilities[name]) ? undefined : `there is no ${name}`
