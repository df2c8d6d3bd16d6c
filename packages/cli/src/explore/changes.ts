/** What `--write` allows, and nothing else: repairing marks, and deleting events up to a number. */
import { UsageError } from '../cli-error.js'
import { repairMarks } from '../inspect/repair-marks.js'
import { verifyId } from '../inspect/verify-id.js'
import type { RepairReport, VerifyReport } from '../page/protocol.js'
import type { Explorer } from './explorer.js'

/** Reads a whole history, and says what is wrong with it. */
export const verify = async (explorer: Explorer, persistenceId: string, signal: AbortSignal): Promise<VerifyReport> => {
  const report = await verifyId(contextOf(explorer, signal), persistenceId)
  const { events, highestSequenceNr, markFaults, missingMark } = report
  const isRepairable = missingMark !== undefined || markFaults.some(({ mark }) => mark.kind === 'SH')
  const findings = report.findings.map(({ kind, from, to, text }) => ({ kind, from, to, text }))
  return { events, highestSequenceNr, findings, isRepairable }
}

/** Puts the high marks of an id right, as `dynact verify --repair` does. */
export const repair = async (explorer: Explorer, persistenceId: string, signal: AbortSignal): Promise<RepairReport> => {
  const { journal, requests } = explorer
  const report = await verifyId(contextOf(explorer, signal), persistenceId)
  return repairMarks(journal, requests, persistenceId, report, signal)
}

/**
 * Deletes the events up to a number, as `dynact delete --to` does.
 * @param confirmed - the id once more, as somebody has typed it.
 */
export const deleteTo = async (
  { journal }: Explorer,
  { persistenceId, to, confirmed }: { readonly persistenceId: string; readonly to: number; readonly confirmed: string },
  signal: AbortSignal,
): Promise<{ readonly deletedTo: number }> => {
  if (confirmed !== persistenceId)
    throw new UsageError('The id that was typed to confirm is another. Nothing was deleted.')
  await journal.deleteEventsTo(persistenceId, to, { signal })
  return { deletedTo: await journal.readDeletedToSequenceNr(persistenceId, { signal }) }
}

const contextOf = (explorer: Explorer, signal: AbortSignal) => ({
  journal: explorer.journal,
  requests: explorer.requests,
  serialization: explorer.settings.serialization,
  snapshots: { store: explorer.snapshotStore, requests: explorer.snapshotRequests },
  signal,
})
