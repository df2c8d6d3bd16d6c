import type { DynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { CliError } from '../cli-error.js'
import { type HistoryTarget, HistoryWriter } from './history-writer.js'
import { type SourceRecord, snapshotOf, storedWriteOf } from './transfer-record.js'

/** How much has been written. */
export interface Transferred {
  ids: number
  events: number
  snapshots: number
}

/** Writes what a source gives into tables, id by id. */
export class RecordSink {
  readonly transferred: Transferred = { ids: 0, events: 0, snapshots: 0 }
  readonly #target: HistoryTarget
  readonly #snapshotStore: DynamoDBSnapshotStore | undefined
  #open: { readonly persistenceId: string; readonly writer: HistoryWriter } | undefined

  /** @param snapshotStore - with raw serialization; `undefined`: snapshots are left out. */
  constructor(target: HistoryTarget, snapshotStore: DynamoDBSnapshotStore | undefined) {
    this.#target = target
    this.#snapshotStore = snapshotStore
  }

  async take(record: SourceRecord): Promise<void> {
    this.#target.signal.throwIfAborted()
    switch (record.type) {
      case 'page':
        return
      case 'id': {
        const writer = new HistoryWriter(this.#target, record.persistenceId, record.deletedTo)
        this.#open = { persistenceId: record.persistenceId, writer }
        return writer.begin()
      }
      case 'write':
        await this.#writerOf(record.persistenceId).write(storedWriteOf(record))
        this.transferred.events += record.events.length
        return
      case 'snapshot': {
        this.#writerOf(record.persistenceId)
        if (this.#snapshotStore === undefined) return
        const { metadata, payload } = snapshotOf(record)
        await this.#snapshotStore.saveSnapshot(metadata, payload, { signal: this.#target.signal })
        this.transferred.snapshots++
        return
      }
      case 'end':
        await this.#writerOf(record.persistenceId).end(record.highestSequenceNr)
        this.#open = undefined
        this.transferred.ids++
        return
    }
  }

  #writerOf(persistenceId: string): HistoryWriter {
    if (this.#open?.persistenceId === persistenceId) return this.#open.writer
    throw new CliError(`${persistenceId}: its records do not begin with one of type id. The export is not complete.`)
  }
}
