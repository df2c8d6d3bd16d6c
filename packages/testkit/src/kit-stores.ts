import {
  type Effect,
  type EventSourcedBehavior,
  eventCodec,
  type Journal,
  type Serialization,
  type SnapshotStore,
  Tagged,
  WriteRejectedError,
} from '@dynact/persistence'
import { inMemoryJournal } from './in-memory-journal.js'
import { inMemorySnapshotStore } from './in-memory-snapshot-store.js'
import { assertSame, frozen, RestartError } from './same-value.js'

/** What is stored of one life of an event-sourced actor, in memory, and serialized as it would be in a database. */
export class KitStores<State, Command, Event> {
  readonly journal: Journal
  readonly snapshotStore: SnapshotStore
  sequenceNr = 0
  snapshotSequenceNr = 0
  readonly #behavior: EventSourcedBehavior<State, Command, Event>
  readonly #codec: ReturnType<typeof eventCodec>
  readonly #serialization: Serialization
  readonly #verifyState: boolean

  constructor(
    behavior: EventSourcedBehavior<State, Command, Event>,
    { serialization, verifyState }: { readonly serialization: Serialization; readonly verifyState: boolean },
  ) {
    this.#behavior = behavior
    this.#codec = eventCodec(behavior.eventAdapter as Parameters<typeof eventCodec>[0])
    this.#serialization = serialization
    this.#verifyState = verifyState
    this.journal = inMemoryJournal({ serialization })
    this.snapshotStore = inMemorySnapshotStore({ serialization })
  }

  /** Have `every` events come since the last snapshot? */
  get isSnapshotDue(): boolean {
    const { every = Number.POSITIVE_INFINITY } = this.#behavior.snapshots ?? {}
    return this.sequenceNr - this.snapshotSequenceNr >= every
  }

  initialState(): State {
    const { initialState } = this.#behavior
    return frozen(
      typeof initialState === 'function' ? (initialState as () => State).call(this.#behavior) : initialState,
    )
  }

  /**
   * Stores events.
   *
   * @param beforeWrite - called with the first sequence number when they are ready to be stored; what it throws is the outcome.
   * @throws {@link WriteRejectedError} one of them can't be stored.
   */
  async write(events: Effect<State, Event>['events'], beforeWrite: (sequenceNr: number) => void = () => {}) {
    const { persistenceId, tagger } = this.#behavior
    const next = this.sequenceNr + 1
    const write = {
      persistenceId,
      events: events.map((given, index) => {
        const { event, tags: own } = given instanceof Tagged ? given : { event: given, tags: [] }
        const { payload, manifest, tags } = this.#encode(event)
        return {
          persistenceId,
          sequenceNr: next + index,
          payload,
          manifest,
          writerUuid: 'test-kit',
          timestamp: next + index,
          tags: [...new Set([...own, ...tags, ...(tagger?.call(this.#behavior, event) ?? [])])].sort(),
        }
      }),
    }
    beforeWrite(next)
    await this.journal.writeEvents(write)
    this.sequenceNr += events.length
  }

  /** The state that all events lead to. */
  async replay(): Promise<State> {
    let state = this.initialState()
    for await (const { payload, manifest } of this.journal.replayEvents(this.#behavior.persistenceId)) {
      for (const event of this.#codec.decode(payload, manifest)) {
        state = frozen(this.#behavior.onEvent(state, frozen(event as Event)))
      }
    }
    return state
  }

  /**
   * Would a restart lead to this state, by the events and by a snapshot?
   *
   * @throws {@link RestartError} it would not.
   */
  async verify(state: State): Promise<void> {
    const { persistenceId, snapshots } = this.#behavior
    assertSame(
      await this.replay(),
      state,
      `${persistenceId}: the events, stored and replayed, lead to another state (actual) than live (expected).`,
      RestartError,
    )
    if (!this.#verifyState) return
    const { adapter } = snapshots ?? {}
    const context = { persistenceId, sequenceNr: this.sequenceNr }
    const toStore = adapter === undefined ? state : adapter.toJournal(state)
    const loaded = await this.#serialization.deserialize(await this.#serialization.serialize(toStore, context), context)
    assertSame(
      adapter === undefined ? loaded : adapter.fromJournal(loaded),
      state,
      `${persistenceId}: the state, stored as a snapshot and loaded, is another one (actual) than live (expected). If the actor saves no snapshots, say { verifyState: false }.`,
      RestartError,
    )
  }

  /** Stores the state as a snapshot, unless nothing has happened yet. */
  async saveSnapshot(state: State): Promise<void> {
    const { sequenceNr } = this
    if (sequenceNr === 0) return
    const { persistenceId, snapshots } = this.#behavior
    const metadata = { persistenceId, sequenceNr, timestamp: sequenceNr }
    await this.snapshotStore.saveSnapshot(metadata, snapshots?.adapter?.toJournal(state) ?? state)
    this.snapshotSequenceNr = sequenceNr
  }

  #encode(event: Event) {
    const { persistenceId } = this.#behavior
    try {
      return this.#codec.encode(event)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new WriteRejectedError(`${persistenceId}: an event can't be persisted: ${why}`, { persistenceId, cause })
    }
  }
}
