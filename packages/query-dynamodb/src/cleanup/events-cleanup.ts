import { type AbortOptions, ConfigError, type Journal, parseConfig, type SnapshotStore } from '@dynact/persistence'
import { z } from 'zod'
import { type CleanupIds, type CleanupProgress, type CleanupResult, eachId } from './each-id.js'
import { lastBefore } from './last-before.js'
import { oldestKept } from './oldest-kept.js'

/** A journal; one that can forget sequence numbers, for `resetSequenceNumber`. */
export interface CleanupJournal extends Journal {
  resetSequenceNumber?(persistenceId: string, options?: AbortOptions): Promise<void>
}

const hasMethods =
  (...names: string[]) =>
  (value: unknown): boolean =>
    typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')

const configSchema = z.strictObject({
  journal: z.custom<CleanupJournal>(hasMethods('deleteEventsTo', 'replayEvents'), 'must be a journal'),
  /** Needed by what deals with snapshots. */
  snapshotStore: z
    .custom<SnapshotStore>(hasMethods('loadSnapshot', 'deleteSnapshots'), 'must be a snapshot store')
    .optional(),
  /** How many ids are worked on at once. */
  parallelism: z.int().min(1).max(1_000).default(4),
})

/** What {@link eventsCleanup} takes. */
export type EventsCleanupConfig = z.input<typeof configSchema>

/** What every operation takes. */
export interface CleanupOptions extends AbortOptions {
  /** Is told of every id that is finished. */
  readonly onProgress?: ((progress: CleanupProgress) => void) | undefined
}

/** What deletions of all events take. */
export interface DeleteAllOptions extends CleanupOptions {
  /**
   * Forget the highest sequence number as well: the next event is number 1. Dangerous, see `resetSequenceNumber` of the journal.
   * @defaultValue `false`
   */
  readonly resetSequenceNumber?: boolean | undefined
}

/** What {@link EventsCleanup.cleanupBeforeSnapshot} takes. */
export interface CleanupBeforeSnapshotOptions extends CleanupOptions {
  /**
   * How many snapshots to keep, the newest; at least 1.
   * @defaultValue `1`
   */
  readonly keepSnapshots?: number | undefined
  /**
   * How many events to keep before the oldest snapshot that is kept.
   * @defaultValue `0`
   */
  readonly keepEvents?: number | undefined
}

/**
 * Deletes what is not needed any more, for one id or many. Everything can be done again, and resumes.
 *
 * All operations throw a {@link CleanupError} that names the id and where to go on, or the signal's reason.
 */
export interface EventsCleanup {
  /** Deletes all events. The next one is the highest sequence number + 1. */
  deleteAllEvents(ids: CleanupIds, options?: DeleteAllOptions): Promise<CleanupResult>
  /**
   * Deletes the events from before a time, from the beginning of a history to the first event that is not older. Events whose time is
   * unknown, those of the JVM, go with a later one that is older. Reads what it deletes.
   */
  deleteEventsBefore(ids: CleanupIds, time: number | Date, options?: CleanupOptions): Promise<CleanupResult>
  /**
   * Deletes the snapshots but the newest, and then the events that the oldest one kept covers. An id without snapshots keeps
   * everything. Loads the snapshots that it keeps, so that nothing is deleted for one that can't be read.
   */
  cleanupBeforeSnapshot(ids: CleanupIds, options?: CleanupBeforeSnapshotOptions): Promise<CleanupResult>
  /** Deletes all events, and then all snapshots. */
  deleteAll(ids: CleanupIds, options?: DeleteAllOptions): Promise<CleanupResult>
}

class Implementation implements EventsCleanup {
  readonly #journal: CleanupJournal
  readonly #snapshotStore: SnapshotStore | undefined
  readonly #parallelism: number

  constructor({ journal, snapshotStore, parallelism }: z.output<typeof configSchema>) {
    this.#journal = journal
    this.#snapshotStore = snapshotStore
    this.#parallelism = parallelism
  }

  async deleteAllEvents(ids: CleanupIds, options: DeleteAllOptions = {}): Promise<CleanupResult> {
    return this.#each(ids, options, this.#deletionOfEvents(options))
  }

  async deleteEventsBefore(ids: CleanupIds, time: number | Date, options: CleanupOptions = {}): Promise<CleanupResult> {
    const before = Number(time)
    if (!Number.isFinite(before)) throw new ConfigError(`deleteEventsBefore: ${String(time)} is no time.`)
    const { signal } = options
    return this.#each(ids, options, async (persistenceId) => {
      const last = await lastBefore(this.#journal, persistenceId, before, { signal })
      if (last > 0) await this.#journal.deleteEventsTo(persistenceId, last, { signal })
    })
  }

  async cleanupBeforeSnapshot(ids: CleanupIds, options: CleanupBeforeSnapshotOptions = {}): Promise<CleanupResult> {
    const store = this.#needStore('cleanupBeforeSnapshot')
    const { signal, keepSnapshots = 1, keepEvents = 0 } = options
    if (
      !Number.isSafeInteger(keepSnapshots) ||
      keepSnapshots < 1 ||
      !Number.isSafeInteger(keepEvents) ||
      keepEvents < 0
    )
      throw new ConfigError(
        `cleanupBeforeSnapshot: keepSnapshots must be a whole number from 1 on, and keepEvents from 0 on; they are ${keepSnapshots} and ${keepEvents}.`,
      )
    return this.#each(ids, options, async (persistenceId) => {
      const kept = await oldestKept(store, persistenceId, keepSnapshots, { signal })
      if (kept === undefined) return
      await store.deleteSnapshots(persistenceId, { maxSequenceNr: kept - 1 }, { signal })
      if (kept - keepEvents > 0) await this.#journal.deleteEventsTo(persistenceId, kept - keepEvents, { signal })
    })
  }

  async deleteAll(ids: CleanupIds, options: DeleteAllOptions = {}): Promise<CleanupResult> {
    const store = this.#needStore('deleteAll')
    const deleteEvents = this.#deletionOfEvents(options)
    const { signal } = options
    return this.#each(ids, options, async (persistenceId) => {
      // In the other order an interruption could leave events without the snapshot that they need.
      await deleteEvents(persistenceId)
      await store.deleteSnapshots(persistenceId, {}, { signal })
    })
  }

  #deletionOfEvents({ resetSequenceNumber = false, signal }: DeleteAllOptions): (id: string) => Promise<void> {
    const journal = this.#journal
    if (!resetSequenceNumber) return (id) => journal.deleteEventsTo(id, Number.MAX_SAFE_INTEGER, { signal })
    if (journal.resetSequenceNumber === undefined)
      throw new ConfigError("resetSequenceNumber: this journal can't forget sequence numbers. dynamoDBJournal can.")
    return async (id) => journal.resetSequenceNumber?.(id, { signal })
  }

  #needStore(operation: string): SnapshotStore {
    if (this.#snapshotStore !== undefined) return this.#snapshotStore
    throw new ConfigError(`${operation} needs the snapshots: give eventsCleanup a snapshotStore.`)
  }

  #each(
    ids: CleanupIds,
    { signal, onProgress }: CleanupOptions,
    work: (persistenceId: string) => Promise<void>,
  ): Promise<CleanupResult> {
    return eachId(ids, work, { parallelism: this.#parallelism, signal, onProgress })
  }
}

/**
 * Makes an {@link EventsCleanup}. It closes nothing.
 *
 * @example
 * ```ts
 * const cleanup = eventsCleanup({ journal, snapshotStore })
 * await cleanup.cleanupBeforeSnapshot(readJournal.currentPersistenceIdPages({ from: cursor }), {
 *   onProgress: (progress) => remember(progress.cursor),
 * })
 * ```
 * @throws {@link ConfigError} options that are not usable; the message names every mistake.
 */
export const eventsCleanup = (config: EventsCleanupConfig): EventsCleanup =>
  new Implementation(parseConfig(configSchema, config, 'eventsCleanup'))
