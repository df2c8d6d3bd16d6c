import {
  checkKeyLength,
  eventItem,
  FencedInserts,
  type Item,
  inFeed,
  itemSize,
  MAX_ITEM_BYTES,
  markItem,
  PARTITION_SIZE,
  packedItem,
  partitionOf,
  type RequestOptions,
  type Requests,
  raiseMark,
  type StoredEvent,
  steppingStoneItem,
} from '@dynact/dynamodb'
import { checkPersistenceId, type PersistentRepr } from '@dynact/persistence'
import { CliError } from '../cli-error.js'
import type { StoredWrite } from './stored-write.js'

/** Where histories are written to. */
export interface HistoryTarget {
  readonly requests: Requests
  readonly table: string
  readonly journalName: string
  readonly sequenceShards: number
  /** Shards of the feed index that events go into; `undefined`: they do not. */
  readonly feedShards: number | undefined
  readonly signal: AbortSignal
}

/** Who the stepping stones are from: every reader leaves them out. */
const STONE_WRITER = 'dynact-transfer'

/**
 * Writes the history of one id into a table, as it was elsewhere: same numbers, batches, times, writers. By the rules of every writer:
 * each item is put only where nothing is, a hundred's high mark before its events, no hundred before the one below it is stored, none
 * left empty. What is there already and is the same counts as written, so that it can be done again after an interruption.
 */
export class HistoryWriter {
  readonly #target: HistoryTarget
  readonly #persistenceId: string
  readonly #inserts: FencedInserts
  readonly #options: RequestOptions
  /** The hundred that is being filled, or the one before the first; those below are not empty, or deleted. */
  #partitionNr: number
  /** The highest number so far; at first of the deleted events. */
  #highest: number
  /** Items of the hundred that is being filled. */
  #pending: Item[] = []

  /** @param deletedTo - events up to here were deleted, and are not written. */
  constructor(target: HistoryTarget, persistenceId: string, deletedTo: number) {
    checkPersistenceId(persistenceId)
    checkKeyLength(target, persistenceId)
    this.#target = target
    this.#persistenceId = persistenceId
    this.#inserts = new FencedInserts(target.requests, target.table)
    this.#options = {
      signal: target.signal,
      priority: 'write',
      purpose: `${persistenceId}: storing events`,
      persistenceId,
    }
    this.#highest = deletedTo
    this.#partitionNr = partitionOf(deletedTo + 1) - 1
  }

  /** Stores what tells of deleted events, before any event: without it the rest would look as if its beginning were missing. */
  async begin(): Promise<void> {
    if (this.#highest > 0) await this.#raise('SL', this.#highest + 1)
  }

  /** Takes the next atomic write. What it completes is stored when this resolves; the rest, with the next, or by {@link end}. */
  async write(write: StoredWrite): Promise<void> {
    const [first] = write
    if (first.sequenceNr <= this.#highest)
      throw this.#refusal(first.sequenceNr, `it does not follow event ${this.#highest}`)
    const last = write.at(-1) ?? first
    if (first.isPacked && first.index === 0) {
      await this.#enter(first.sequenceNr)
      this.#add(
        packedItem(
          this.#target,
          [this.#repr(first), ...write.slice(1).map((e) => this.#repr(e))],
          write.map((e) => e.payload),
        ),
      )
      await this.#flush()
      // It reaches over the hundreds behind it; the next event goes to its end.
      if (partitionOf(last.sequenceNr) > this.#partitionNr) await this.#mark(partitionOf(last.sequenceNr))
      this.#partitionNr = partitionOf(last.sequenceNr)
    } else
      for (const event of write) {
        await this.#enter(event.sequenceNr)
        this.#add(eventItem(this.#target, this.#repr(event), event.payload, event))
      }
    this.#highest = last.sequenceNr
  }

  /**
   * Stores what is left, and what the events do not tell.
   * @param highestSequenceNr - numbers up to here are used up, though perhaps by nothing that is visible.
   */
  async end(highestSequenceNr: number): Promise<void> {
    if (highestSequenceNr > this.#highest) await this.#enter(highestSequenceNr)
    await this.#flush()
    if (highestSequenceNr > this.#highest) await this.#putStone(highestSequenceNr)
  }

  #repr({ sequenceNr, manifest, writerUuid, timestamp, tags, deleted }: StoredEvent): PersistentRepr {
    const repr = {
      persistenceId: this.#persistenceId,
      sequenceNr,
      payload: undefined,
      manifest,
      writerUuid,
      timestamp,
      tags,
    }
    return deleted ? { ...repr, deleted } : repr
  }

  #add(item: Item): void {
    const { feedShards, journalName } = this.#target
    // Without a time an event can't be in the index; a back-fill gives it one.
    const isTold = feedShards !== undefined && item['ts'] !== undefined
    const stored = isTold ? inFeed({ journalName, shards: feedShards }, this.#persistenceId, item) : item
    const size = itemSize(stored)
    if (size > MAX_ITEM_BYTES)
      throw this.#refusal(Number(item['seq']?.N), `its item needs ${size} bytes, and DynamoDB takes ${MAX_ITEM_BYTES}`)
    this.#pending.push(stored)
  }

  /** Makes the hundred of a number the one that is being filled. */
  async #enter(sequenceNr: number): Promise<void> {
    const partitionNr = partitionOf(sequenceNr)
    if (partitionNr <= this.#partitionNr) return
    await this.#flush()
    for (let empty = this.#partitionNr + 1; empty < partitionNr; empty++) {
      await this.#mark(empty)
      await this.#putStone(Math.max(empty * PARTITION_SIZE, this.#highest + 1))
    }
    await this.#mark(partitionNr)
    this.#partitionNr = partitionNr
  }

  /** Whatever is there already occupies the number as well. */
  async #putStone(sequenceNr: number): Promise<void> {
    const stone = steppingStoneItem(this.#target, this.#persistenceId, sequenceNr, STONE_WRITER)
    const { failure } = await this.#inserts.insert([stone], this.#options)
    if (failure !== undefined) throw failure
  }

  async #mark(partitionNr: number): Promise<void> {
    if (partitionNr > 0) await this.#raise('SH', partitionNr * PARTITION_SIZE)
  }

  async #raise(kind: 'SH' | 'SL', sequenceNr: number): Promise<void> {
    const { requests, table } = this.#target
    await raiseMark(requests, table, markItem(this.#target, kind, this.#persistenceId, sequenceNr), this.#options)
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return
    const items = this.#pending
    this.#pending = []
    const { conflict, failure } = await this.#inserts.insert(items, this.#options)
    if (conflict !== undefined) {
      const at = Number(conflict['seq']?.N ?? items[0]?.['seq']?.N)
      throw this.#refusal(
        at,
        `table ${this.#target.table} has another event there, by writer ${conflict['writer_uuid']?.S ?? 'unknown'}`,
      )
    }
    if (failure !== undefined) throw failure
  }

  #refusal(sequenceNr: number, why: string): CliError {
    return new CliError(
      `${this.#persistenceId}: event ${sequenceNr} can't be stored: ${why}. Nothing was overwritten. Write into a table where this id has no other history.`,
    )
  }
}
