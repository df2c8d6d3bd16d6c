import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import type { SerializedPayload } from '@dynact/persistence'
import type { PersistenceIdPage } from '@dynact/query-dynamodb'
import type { DynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { sideBySide } from './side-by-side.js'
import { storedWrites } from './stored-write.js'
import { type SourceRecord, snapshotRecord, writeRecord } from './transfer-record.js'

/** So many ids are read at once. */
const PARALLEL_IDS = 8

/** Where {@link journalRecords} reads. */
export interface JournalSource {
  readonly journal: DynamoDBJournal
  /** With raw serialization; `undefined`: snapshots stay behind. */
  readonly snapshotStore: DynamoDBSnapshotStore | undefined
  readonly signal: AbortSignal
}

/** The visible histories of ids, batches whole, payloads in their bytes; in memory is a page of the events of eight ids. */
export async function* journalRecords(
  source: JournalSource,
  pages: AsyncIterable<PersistenceIdPage>,
): AsyncGenerator<SourceRecord, void> {
  for await (const { persistenceIds, next } of pages) {
    yield* historyRecords(source, persistenceIds)
    yield { type: 'page', cursor: next }
  }
}

/** The histories of these ids, one after the other. */
export const historyRecords = (source: JournalSource, ids: readonly string[]): AsyncGenerator<SourceRecord, void> =>
  sideBySide(historiesOf(source, ids), PARALLEL_IDS)

function* historiesOf(source: JournalSource, ids: readonly string[]): Generator<AsyncGenerator<SourceRecord, void>> {
  for (const persistenceId of ids) yield idRecords(source, persistenceId)
}

async function* idRecords(
  { journal, snapshotStore, signal }: JournalSource,
  persistenceId: string,
): AsyncGenerator<SourceRecord, void> {
  const deletedTo = await journal.readDeletedToSequenceNr(persistenceId, { signal })
  yield { type: 'id', persistenceId, deletedTo }
  const range = { fromSequenceNr: deletedTo + 1 }
  const stored = journal.readStoredEvents(persistenceId, range, { signal, priority: 'feed' })
  let page = await stored.next()
  for (; page.done !== true; page = await stored.next())
    for (const write of storedWrites(page.value)) yield writeRecord(persistenceId, write)
  if (snapshotStore !== undefined) yield* snapshotRecords(snapshotStore, persistenceId, signal)
  yield { type: 'end', persistenceId, highestSequenceNr: page.value }
}

async function* snapshotRecords(
  store: DynamoDBSnapshotStore,
  persistenceId: string,
  signal: AbortSignal,
): AsyncGenerator<SourceRecord, void> {
  for (let maxSequenceNr = Number.MAX_SAFE_INTEGER; maxSequenceNr >= 0; ) {
    const found = await store.loadSnapshot(persistenceId, { maxSequenceNr }, { signal })
    if (found === undefined) return
    yield snapshotRecord(found.metadata, found.snapshot as SerializedPayload)
    maxSequenceNr = found.metadata.sequenceNr - 1
  }
}
