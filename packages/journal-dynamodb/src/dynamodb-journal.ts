import {
  checkKeyLength,
  connect,
  FencedInserts,
  OpenCalls,
  type RequestOptions,
  type Requests,
  type StoredEvent,
} from '@dynact/dynamodb'
import {
  type AbortOptions,
  type AtomicWrite,
  checkPersistenceId,
  type Journal,
  PersistenceError,
  parseConfig,
  type Replay,
  type ReplayRange,
  WriteRejectedError,
} from '@dynact/persistence'
import { type JournalConfig, journalConfigSchema, type ResolvedJournalConfig } from './config.js'
import { deleteEventsTo } from './delete-events.js'
import type { JournalContext } from './journal-context.js'
import { KnownTails } from './known-tails.js'
import { readLowMark } from './marks.js'
import { readHighest } from './replay/highest.js'
import { readStoredEvents, type StoredEventsOptions } from './replay/read-stored-events.js'
import { asRecoveryError, type ReadOptions, replayEvents } from './replay/replay-events.js'
import { resetSequenceNumber } from './reset-sequence-number.js'
import { tellOfWrites } from './write/tell-of-write.js'
import { type WriteParts, writeEvents } from './write/write-events.js'

/** A journal on DynamoDB. */
export interface DynamoDBJournal extends Journal {
  /** The options with every default filled in. */
  readonly config: ResolvedJournalConfig
  readonly name: string
  /** As {@link Journal.readDeletedToSequenceNr}; costs one read unit per shard, in one request for up to 100 shards. */
  readDeletedToSequenceNr(persistenceId: string, options?: AbortOptions): Promise<number>
  replayEvents(persistenceId: string, range?: ReplayRange, options?: ReadOptions): Replay
  /**
   * The same events as {@link replayEvents} gives, as they are stored: payloads in bytes, places in their atomic writes. In lists of
   * about a page, which never cut an atomic write, but where the range does. For tools: verifying, copying, browsing.
   *
   * @returns (as the generator's return value) the highest sequence number in use.
   * @throws {@link RecoveryError} the journal can't be read, while iterating.
   */
  readStoredEvents(
    persistenceId: string,
    range?: ReplayRange,
    options?: StoredEventsOptions,
  ): AsyncGenerator<readonly StoredEvent[], number>
  readHighestSequenceNr(persistenceId: string, fromSequenceNr?: number, options?: ReadOptions): Promise<number>
  /**
   * Deletes all events of an id, and the memory of its highest sequence number: the next event is number 1 again. Dangerous: no
   * actor of the id may live, in any process, a request of a dead one that comes late is not fenced off any more, and queries and
   * projections that know the id leave out the new events up to the number that they have seen. Calling it again resumes.
   *
   * @throws {@link PersistenceError} somebody writes events, or it stopped half-way.
   */
  resetSequenceNumber(persistenceId: string, options?: AbortOptions): Promise<void>
}

class Implementation implements DynamoDBJournal {
  readonly config: ResolvedJournalConfig
  readonly #requests: Requests
  readonly #context: JournalContext
  readonly #parts: WriteParts
  /** Writes, deletions and look-ups; not replays: one that nobody pulls would never end. After a close they fail. */
  readonly #calls = new OpenCalls()

  constructor(config: ResolvedJournalConfig) {
    this.config = config
    this.#requests = connect(config)
    this.#context = { config, requests: this.#requests, tails: new KnownTails() }
    const inserts = new FencedInserts(this.#requests, config.table, {
      maxGroup: config.groupCommit.maxBatch,
      onNotice: (text) => config.logger?.info({ table: config.table }, text),
    })
    this.#parts = { context: this.#context, inserts, tell: tellOfWrites(config) }
  }

  get name(): string {
    return `table ${this.config.table}`
  }

  writeEvents(write: AtomicWrite, options: AbortOptions = {}): Promise<void> {
    if (!this.#calls.isClosed) return this.#calls.run(() => writeEvents(this.#parts, write, options))
    const { persistenceId, events } = write
    const sequenceNr = events[0]?.sequenceNr
    const text = `${persistenceId}: event ${sequenceNr} is refused, because the journal has been closed. Nothing was written.`
    return Promise.reject(new WriteRejectedError(text, { persistenceId, sequenceNr }))
  }

  replayEvents(persistenceId: string, range: ReplayRange = {}, options: ReadOptions = {}): Replay {
    return replayEvents(this.#context, persistenceId, range, options)
  }

  readStoredEvents(persistenceId: string, range: ReplayRange = {}, options: StoredEventsOptions = {}) {
    return readStoredEvents(this.#context, persistenceId, range, options)
  }

  async readHighestSequenceNr(
    persistenceId: string,
    fromSequenceNr = 0,
    { signal, priority = 'recovery' }: ReadOptions = {},
  ): Promise<number> {
    return this.#lookUp(persistenceId, 'reading the highest sequence number', { signal, priority }, (options) =>
      readHighest(this.#context, persistenceId, fromSequenceNr, options),
    )
  }

  async readDeletedToSequenceNr(persistenceId: string, { signal }: AbortOptions = {}): Promise<number> {
    return this.#lookUp(persistenceId, 'reading how far events are deleted', { signal }, async (options) => {
      const { sequenceNr } = await readLowMark(this.#context, persistenceId, options)
      return sequenceNr - 1
    })
  }

  async deleteEventsTo(persistenceId: string, toSequenceNr: number, options: AbortOptions = {}): Promise<void> {
    this.#assertOpen(persistenceId)
    await this.#calls.run(() => deleteEventsTo(this.#context, persistenceId, toSequenceNr, options))
  }

  async resetSequenceNumber(persistenceId: string, options: AbortOptions = {}): Promise<void> {
    this.#assertOpen(persistenceId)
    await this.#calls.run(() => resetSequenceNumber(this.#context, persistenceId, options))
  }

  close(): Promise<void> {
    return this.#calls.close(() => this.#requests.close())
  }

  async #lookUp<T>(
    persistenceId: string,
    what: string,
    { signal, priority = 'recovery' }: ReadOptions,
    read: (options: RequestOptions) => Promise<T>,
  ): Promise<T> {
    this.#assertOpen(persistenceId)
    checkPersistenceId(persistenceId)
    checkKeyLength(this.config, persistenceId)
    try {
      const options = { signal, priority, purpose: `${persistenceId}: ${what}`, persistenceId }
      return await this.#calls.run(() => read(options))
    } catch (error) {
      throw asRecoveryError(this.#context, persistenceId, error)
    }
  }

  #assertOpen(persistenceId: string): void {
    if (!this.#calls.isClosed) return
    throw new PersistenceError(`${persistenceId}: refused, because the journal has been closed.`, { persistenceId })
  }
}

/**
 * An event journal in a DynamoDB table, in the stored layout of the Akka and Pekko plugins. Every event is put only where
 * nothing is, so two writers of one id never overwrite each other; reads are strongly consistent.
 *
 * Cost per event: one write unit per begun KiB of its item (about 230 bytes and the payload), plus one for every hundredth.
 * Cost of a recovery: one read unit per begun 4 KiB of events, in as many requests as hundreds, plus one.
 *
 * @example
 * ```ts
 * const journal = dynamoDBJournal({ clientConfig: { region: 'eu-central-1' } })
 * ```
 * @throws {@link ConfigError} options that are not usable; the message names every mistake.
 */
export const dynamoDBJournal = (config: JournalConfig): DynamoDBJournal =>
  new Implementation(parseConfig(journalConfigSchema, config, 'dynamoDBJournal'))
