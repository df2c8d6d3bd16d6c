import type { PersistedEvent, PersistedSnapshot } from 'nact'
import { z } from 'zod'
import type { AbortOptions } from '../abort.js'
import { parseConfig } from '../config.js'
import { PersistenceError, WriteRejectedError } from '../errors.js'
import type { Journal } from '../journal.js'
import type { PersistentRepr } from '../persistent-repr.js'
import type { SnapshotStore } from '../snapshot-store.js'
import { checkPersistenceId } from '../validation.js'
import { breathe } from './breathe.js'
import { assertNoneDeletedMeanwhile } from './deleted-meanwhile.js'
import { hasMethods, JOURNAL_METHODS, noEngineNamed, type PersistenceEngine } from './engine.js'
import { answerProbe } from './engine-probes.js'
import { type EventStream, eventStream } from './event-stream.js'
import { type KeyState, KeyStates } from './key-states.js'
import { RecoverySlots } from './recovery-slots.js'
import { WorkUnderWay } from './work-under-way.js'

/** What an engine is made of. */
export interface PersistenceEngineParts {
  /** Where the events are. */
  readonly journal: Journal
  /** Without one no snapshots are taken or found, and that is no error. */
  readonly snapshotStore?: SnapshotStore | undefined
  /**
   * How many of dynact's actors on this engine recover at once; the others wait, and so do their messages. An actor that waits
   * for another one while it recovers occupies its place: then there must be enough of them.
   * @defaultValue 50, as many as `dynamoDBJournal` opens connections
   */
  readonly maxConcurrentRecoveries?: number | undefined
}

const MAX_CONCURRENT_RECOVERIES = 50

const toPersistedEvent = (event: PersistentRepr): PersistedEvent => ({
  data: event.payload,
  sequenceNumber: event.sequenceNr,
  key: event.persistenceId,
  tags: [...event.tags],
  createdAt: Math.floor(event.timestamp), // nact's is in whole milliseconds
  isDeleted: event.deleted === true,
})

const usedUp = (key: string, sequenceNumber: number): PersistedEvent => ({
  data: undefined,
  sequenceNumber,
  key,
  tags: [],
  createdAt: 0,
  isDeleted: true,
})

class JournalEngine implements PersistenceEngine {
  readonly journal: Journal
  readonly snapshotStore: SnapshotStore | undefined
  readonly names = ['default']
  readonly #keys = new KeyStates((events) => this.#write(events))
  readonly #recoveries: RecoverySlots
  readonly #work = new WorkUnderWay()

  constructor({ journal, snapshotStore, maxConcurrentRecoveries = MAX_CONCURRENT_RECOVERIES }: PersistenceEngineParts) {
    this.journal = journal
    this.snapshotStore = snapshotStore
    this.#recoveries = new RecoverySlots(maxConcurrentRecoveries)
  }

  named(name: string): PersistenceEngine {
    if (name === 'default') return this
    throw noEngineNamed(name, this.names)
  }

  beginRecovery({ signal }: AbortOptions = {}): Promise<() => void> {
    return this.#recoveries.take(signal)
  }

  beginWork(): () => void {
    return this.#work.begin()
  }

  settled(): Promise<void> {
    return this.#work.settled()
  }

  events(key: string, offset = 0, limit = Number.POSITIVE_INFINITY, tags: readonly string[] = []): EventStream {
    for (const [name, value] of Object.entries({ offset, limit })) {
      if (typeof value === 'number' && value >= 0) continue
      throw new PersistenceError(
        `${key}: the ${name} of events() must be a number from 0 on, but is ${String(value)}.`,
        {
          persistenceId: key,
        },
      )
    }
    return eventStream(() => this.#read(key, offset, limit, tags))
  }

  latestSnapshot(key: string): Promise<PersistedSnapshot | undefined> {
    const probed = answerProbe(key, this)
    if (probed !== undefined) return probed
    this.#keys.use(key).recoveryBegins()
    return this.#loadSnapshot(key)
  }

  async takeSnapshot(snapshot: PersistedSnapshot): Promise<void> {
    if (this.snapshotStore === undefined) return
    const end = this.#work.begin()
    try {
      await this.#saveSnapshot(this.snapshotStore, snapshot)
    } finally {
      end()
    }
  }

  async #saveSnapshot(
    store: SnapshotStore,
    { key, sequenceNumber, createdAt, data }: PersistedSnapshot,
  ): Promise<void> {
    // nact does not wait for its persists: a snapshot must not be stored for events that may never be.
    const state = this.#keys.use(key)
    if (state.queue.size > 0) await state.queue.settled()
    const { blockedBy } = state.queue
    if (blockedBy !== undefined) {
      throw new WriteRejectedError(
        `${key}: no snapshot is taken at ${sequenceNumber}, because events that it covers may be missing: ${blockedBy.message}`,
        { persistenceId: key, sequenceNr: sequenceNumber, cause: blockedBy },
      )
    }
    // Numbers that nact has used up, but that hold no event, may be those of a batch that a late request completes.
    const sequenceNr = Math.min(sequenceNumber, state.coversTo ?? sequenceNumber)
    if (sequenceNr === 0) return
    state.snapshotTimestamp = Math.max(createdAt, state.snapshotTimestamp)
    await store.saveSnapshot({ persistenceId: key, sequenceNr, timestamp: state.snapshotTimestamp }, data)
  }

  persist(event: PersistedEvent): Promise<void> {
    try {
      checkPersistenceId(event.key)
    } catch (error) {
      return Promise.reject(error)
    }
    const state = this.#keys.use(event.key)
    const end = this.#work.begin()
    const persisted = state.queue.add([state.toRepr(event)])
    persisted.then(end, end)
    return persisted
  }

  async #write(events: readonly PersistentRepr[]): Promise<void> {
    const persistenceId = events[0]?.persistenceId ?? ''
    await this.journal.writeEvents({ persistenceId, events })
  }

  async #loadSnapshot(key: string): Promise<PersistedSnapshot | undefined> {
    const selected = await this.snapshotStore?.loadSnapshot(key)
    if (selected === undefined) return undefined
    const { sequenceNr, timestamp } = selected.metadata
    const state = this.#keys.use(key)
    state.observe(timestamp)
    state.snapshotTimestamp = Math.max(timestamp, state.snapshotTimestamp)
    return { data: selected.snapshot, sequenceNumber: sequenceNr, key, createdAt: timestamp }
  }

  async *#read(
    key: string,
    offset: number,
    limit: number,
    tags: readonly string[],
  ): AsyncGenerator<PersistedEvent, void, undefined> {
    const state = this.#keys.peek(key)
    if (state === undefined) {
      yield* this.#replay(key, offset, limit, tags)
      return
    }
    state.reads += 1
    try {
      await state.queue.settled()
      const isComplete = limit === Number.POSITIVE_INFINITY && tags.length === 0
      const isRecovery = isComplete && state.takeRecovery()
      const last = yield* this.#replay(key, offset, limit, tags, isRecovery ? state : undefined)
      // Not before the end: an incarnation that could not recover must not lift the block.
      if (isRecovery) state.recoveryEnds(last)
    } finally {
      state.reads -= 1
    }
  }

  /**
   * @param recovering - given when nact makes a state of all this.
   * @returns the number of the last event that there is, or `offset`.
   */
  async *#replay(
    key: string,
    offset: number,
    limit: number,
    tags: readonly string[],
    recovering?: KeyState,
  ): AsyncGenerator<PersistedEvent, number, undefined> {
    if (limit <= 0) return offset
    const replay = this.journal.replayEvents(key, { fromSequenceNr: offset + 1 })
    let last = offset
    let delivered = 0
    let emptyAfter: number | undefined
    for await (const event of replay) {
      if (last > offset && event.sequenceNr > last + 1) emptyAfter ??= last
      last = event.sequenceNr
      recovering?.observe(event.timestamp)
      if (tags.every((tag) => event.tags.includes(tag))) {
        yield toPersistedEvent(event)
        delivered += 1
        if (delivered >= limit) return last
      }
      await breathe()
    }
    const highest = await replay.highestSequenceNr
    const isComplete = limit === Number.POSITIVE_INFINITY && tags.length === 0
    if (highest > last) emptyAfter ??= last
    if (recovering !== undefined && emptyAfter !== undefined && emptyAfter > offset) {
      const deletedTo = (await this.journal.readDeletedToSequenceNr?.(key)) ?? 0
      assertNoneDeletedMeanwhile(key, this.journal, emptyAfter, deletedTo)
    }
    if (isComplete && highest > last) yield usedUp(key, highest)
    return last
  }
}

const SNAPSHOT_STORE_METHODS = ['loadSnapshot', 'saveSnapshot', 'deleteSnapshot', 'deleteSnapshots', 'close']

const partsSchema = z.strictObject({
  journal: z.custom<Journal>(
    (value) => hasMethods(value, JOURNAL_METHODS),
    'a Journal is needed here, such as dynamoDBJournal({ client }) or inMemoryJournal()',
  ),
  snapshotStore: z
    .custom<SnapshotStore>(
      (value) => hasMethods(value, SNAPSHOT_STORE_METHODS),
      'a SnapshotStore is needed here, such as dynamoDBSnapshotStore({ client }); or leave it out',
    )
    .optional(),
  maxConcurrentRecoveries: z.int().positive().optional(),
})

/**
 * Makes an engine of a journal and, if there are to be snapshots, a snapshot store. Closing these remains the caller's.
 *
 * @throws {@link ConfigError} a part is missing, unknown or of the wrong kind.
 * @example
 * ```ts
 * const system = start(configurePersistence(persistenceEngine({ journal: dynamoDBJournal({ client }) })))
 * ```
 */
export const persistenceEngine = (parts: PersistenceEngineParts): PersistenceEngine =>
  new JournalEngine(parseConfig(partsSchema, parts, 'persistenceEngine'))
