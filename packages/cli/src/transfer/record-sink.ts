import type { DynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { CliError } from '../cli-error.js'
import { type HistoryTarget, HistoryWriter } from './history-writer.js'
import {
  type EndRecord,
  type IdRecord,
  type SnapshotRecord,
  type SourceRecord,
  snapshotOf,
  storedWriteOf,
  type WriteRecord,
} from './transfer-record.js'

/** How much has been written. */
export interface Transferred {
  ids: number
  events: number
  snapshots: number
}

/** So many histories are written side by side: one alone waits for DynamoDB most of the time. */
const PARALLEL_IDS = 8
/** What histories side by side may have taken together, in bytes; beyond that each record is waited for. */
const MAX_TAKEN_BYTES = 4_000_000
/** Of an event in memory, beside its payload. */
const EVENT_BYTES = 1_000

/** A history that is being written, its records one after the other. */
interface Lane {
  readonly persistenceId: string
  readonly writer: HistoryWriter
  /** Its records so far are written; rejects with what one of them failed with. */
  tail: Promise<void>
  /** Of its records so far. */
  bytes: number
}

/** Any record of a history but its first. */
type PartRecord = WriteRecord | SnapshotRecord | EndRecord

const sizeOf = (record: PartRecord): number => {
  if (record.type === 'snapshot') return record.bytes.length
  if (record.type === 'end') return 0
  return record.events.reduce((sum, { bytes }) => sum + bytes.length + EVENT_BYTES, 0)
}

/**
 * Writes what a source gives into tables: the records of an id in their order, several ids side by side while these are small. A
 * failure comes out of the next call, when what goes on beside it is written too. Memory: a few megabytes, and what one id needs.
 */
export class RecordSink implements AsyncDisposable {
  readonly transferred: Transferred = { ids: 0, events: 0, snapshots: 0 }
  readonly #target: HistoryTarget
  readonly #snapshotStore: DynamoDBSnapshotStore | undefined
  /** By id. */
  readonly #lanes = new Map<string, Lane>()
  /** The one whose records are coming. */
  #last: Lane | undefined
  #failure: { readonly error: unknown } | undefined
  /** All up to the last call of {@link whenStored} is stored. */
  #stored: Promise<unknown> = Promise.resolve()

  /** @param snapshotStore - with raw serialization; `undefined`: snapshots are left out. */
  constructor(target: HistoryTarget, snapshotStore: DynamoDBSnapshotStore | undefined) {
    this.#target = target
    this.#snapshotStore = snapshotStore
  }

  /** Takes the next record. It is written when {@link end} resolves, if not before. */
  async take(record: SourceRecord): Promise<void> {
    this.#target.signal.throwIfAborted()
    if (record.type === 'page') return
    if (record.type === 'id') await this.#begin(record)
    else await this.#goOn(record)
    if (this.#failure !== undefined) await this.#settled()
  }

  /** Calls back when all that has been taken is stored, which is never after a failure. Not between the records of an id. */
  whenStored(then: () => void): void {
    if (this.#last !== undefined) return
    this.#stored = Promise.all([this.#stored, ...this.#tails()]).then(then)
    this.#stored.catch(() => undefined)
  }

  /** Waits until all is written. */
  async end(): Promise<void> {
    if (this.#last !== undefined) throw endless(this.#last)
    await this.#settled()
    await this.#stored
  }

  /** Waits for what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#tails(), this.#stored])
  }

  async #begin({ persistenceId, deletedTo }: IdRecord): Promise<void> {
    if (this.#last !== undefined) throw endless(this.#last)
    while (this.#lanes.size >= PARALLEL_IDS || this.#takenBytes > MAX_TAKEN_BYTES || this.#lanes.has(persistenceId)) {
      if (this.#failure !== undefined) return
      await Promise.race(this.#tails()).catch(() => undefined)
    }
    const writer = new HistoryWriter(this.#target, persistenceId, deletedTo)
    const lane: Lane = { persistenceId, writer, tail: Promise.resolve(), bytes: 0 }
    this.#lanes.set(persistenceId, lane)
    this.#last = lane
    this.#add(lane, () => writer.begin())
  }

  async #goOn(record: PartRecord): Promise<void> {
    const lane = this.#last
    if (lane?.persistenceId !== record.persistenceId)
      throw new CliError(
        `${record.persistenceId}: its records do not begin with one of type id. The export is not complete.`,
      )
    lane.bytes += sizeOf(record)
    this.#add(lane, () => this.#write(lane, record))
    if (record.type === 'end') this.#last = undefined
    else if (this.#takenBytes > MAX_TAKEN_BYTES) await lane.tail.catch(() => undefined)
  }

  #add(lane: Lane, work: () => Promise<void>): void {
    lane.tail = lane.tail.then(work)
    lane.tail.catch((error: unknown) => {
      this.#failure ??= { error }
    })
  }

  async #write({ persistenceId, writer }: Lane, record: PartRecord): Promise<void> {
    switch (record.type) {
      case 'write':
        await writer.write(storedWriteOf(record))
        this.transferred.events += record.events.length
        return
      case 'snapshot': {
        if (this.#snapshotStore === undefined) return
        const { metadata, payload } = snapshotOf(record)
        await this.#snapshotStore.saveSnapshot(metadata, payload, { signal: this.#target.signal })
        this.transferred.snapshots++
        return
      }
      case 'end':
        await writer.end(record.highestSequenceNr)
        this.transferred.ids++
        this.#lanes.delete(persistenceId)
    }
  }

  get #takenBytes(): number {
    let sum = 0
    for (const { bytes } of this.#lanes.values()) sum += bytes
    return sum
  }

  #tails(): Promise<void>[] {
    return [...this.#lanes.values()].map(({ tail }) => tail)
  }

  /** @throws what failed first, when nothing is under way any more. */
  async #settled(): Promise<void> {
    await Promise.allSettled(this.#tails())
    if (this.#failure !== undefined) throw this.#failure.error
  }
}

const endless = ({ persistenceId }: Lane): CliError =>
  new CliError(`${persistenceId}: its records do not end with one of type end. The export is not complete.`)
