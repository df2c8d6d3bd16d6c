import {
  Effect,
  type EventSourcedBehavior,
  eventCodec,
  type Journal,
  PersistenceError,
  type Serialization,
  type SnapshotStore,
  Tagged,
  WriteRejectedError,
} from '@dynact/persistence'
import { inMemoryJournal } from './in-memory-journal.js'
import { inMemorySnapshotStore } from './in-memory-snapshot-store.js'
import { type KitRef, kitContext } from './kit-context.js'
import { type PersistFailure, persistFailure } from './persist-failures.js'
import { assertSame, frozen, RestartError } from './same-value.js'

/** What a command led to. */
export interface CommandResult<State, Event> {
  /** The events stored, as they are without tags; none if they could not be. */
  readonly events: readonly Event[]
  /** The state after them. */
  readonly state: State
  /** The messages of `Effect.reply` and `thenReply`, in their order, whoever they went to. */
  readonly replies: readonly unknown[]
  /** What `onCommand` returned. */
  readonly effect: Effect<State, Event>
  /** Has the actor stopped? */
  readonly isStopped: boolean
  /** Why the events could not be stored; with `given`, whatever the command failed with. */
  readonly error: Error | undefined
  /** The replies that went to this reference. */
  repliesTo<Message>(ref: KitRef<Message>): readonly Message[]
}

/** What an {@link ActorUnderTest} needs. */
export interface ActorUnderTestOptions {
  readonly serialization: Serialization
  readonly verifyState: boolean
  /** How the next persist is to fail, if it is; whoever persists next takes it out. */
  readonly failures: { next: PersistFailure | undefined }
}

interface Outcome<State, Event> {
  readonly effect: Effect<State, Event>
  readonly events: readonly Event[]
  readonly error?: Error
}

/** One life of an event-sourced actor without an actor system, on a journal and a snapshot store of its own. */
export class ActorUnderTest<State, Command, Event> {
  readonly journal: Journal
  readonly snapshotStore: SnapshotStore
  readonly #behavior: EventSourcedBehavior<State, Command, Event>
  readonly #options: ActorUnderTestOptions
  #state: State
  #sequenceNr = 0
  #snapshotSequenceNr = 0
  #isStopped = false
  #lastRun: Promise<unknown> = Promise.resolve()
  #replies: { readonly to: unknown; readonly message: unknown }[] = []

  constructor(behavior: EventSourcedBehavior<State, Command, Event>, options: ActorUnderTestOptions) {
    this.#behavior = behavior
    this.#options = options
    this.journal = inMemoryJournal({ serialization: options.serialization })
    this.snapshotStore = inMemorySnapshotStore({ serialization: options.serialization })
    this.#state = frozen(this.#initialState())
  }

  get state(): State {
    return this.#state
  }

  /** Stores events as if commands had led to them, and recovers. */
  async store(events: readonly (Event | Tagged<Event>)[]): Promise<void> {
    if (events.length > 0) await this.#write(events)
    await this.restart()
  }

  /** Recovers, as a new process would, from all events. */
  async restart(): Promise<State> {
    this.#state = frozen(await this.#replay())
    this.#isStopped = false
    await this.#behavior.onRecoveryCompleted?.(this.#state, this.#context())
    return this.#state
  }

  /** One command at a time, as an actor takes them. */
  run(command: Command): Promise<CommandResult<State, Event>> {
    const result = this.#lastRun.then(() => this.#run(command))
    this.#lastRun = result.catch(() => {})
    return result
  }

  async #run(command: Command): Promise<CommandResult<State, Event>> {
    const { persistenceId } = this.#behavior
    if (this.#isStopped) {
      throw new PersistenceError(`${persistenceId}: the actor has stopped, so it gets no command. Call restart().`, {
        persistenceId,
      })
    }
    this.#replies = []
    const effect = await this.#behavior.onCommand(this.#state, command, this.#context())
    if (!Array.isArray(effect?.events)) {
      throw new TypeError(`${persistenceId}: onCommand must return an effect, such as Effect.persist(event).`)
    }
    const { failures } = this.#options
    const failure = effect.events.length > 0 ? failures.next : undefined
    if (failure === undefined) return this.#result(await this.#carryOut(effect, command))
    failures.next = undefined
    return this.#result(await this.#fail(effect, command, persistFailure(failure, persistenceId, this.#sequenceNr + 1)))
  }

  /** As `run`, but a command that fails is a result too. */
  async attempt(command: Command): Promise<CommandResult<State, Event>> {
    try {
      return await this.run(command)
    } catch (error) {
      if (error instanceof RestartError) throw error
      return this.#result({ effect: Effect.none(), events: [], error: error as Error })
    }
  }

  async #carryOut(effect: Effect<State, Event>, command: Command): Promise<Outcome<State, Event>> {
    const events = effect.events.map((given) => (given instanceof Tagged ? given.event : given))
    let state = this.#state
    let isSnapshotDue = effect.isSnapshot
    const { every = Number.POSITIVE_INFINITY, when } = this.#behavior.snapshots ?? {}
    for (const [index, event] of events.entries()) {
      state = frozen(this.#behavior.onEvent(state, frozen(event)))
      if (when?.call(this.#behavior.snapshots, state, event, this.#sequenceNr + index + 1)) isSnapshotDue = true
    }
    try {
      if (events.length > 0) await this.#write(effect.events)
    } catch (error) {
      return this.#fail(effect, command, error as Error)
    }
    await this.#verify(state)
    this.#state = state
    if (isSnapshotDue || this.#sequenceNr - this.#snapshotSequenceNr >= every) await this.#saveSnapshot()
    for (const sideEffect of effect.sideEffects) {
      if (sideEffect.kind === 'run') await sideEffect.run(state)
      else if (sideEffect.kind === 'reply')
        this.#replies.push({ to: sideEffect.to, message: sideEffect.message(state) })
      else this.#isStopped = true
    }
    return { effect, events }
  }

  /** Nothing is stored: a rejected write leaves the state as it was, after any other the actor stops or recovers. */
  async #fail(effect: Effect<State, Event>, command: Command, error: Error): Promise<Outcome<State, Event>> {
    if (error instanceof WriteRejectedError) await this.#behavior.onPersistRejected?.(error, command, this.#context())
    else if (this.#behavior.onPersistFailure === 'stop') this.#isStopped = true
    else await this.restart()
    return { effect, events: [], error }
  }

  #result({ effect, events, error }: Outcome<State, Event>): CommandResult<State, Event> {
    const replies = this.#replies
    return {
      effect,
      events,
      state: this.#state,
      replies: replies.map(({ message }) => message),
      isStopped: this.#isStopped,
      error,
      repliesTo: <Message>(ref: KitRef<Message>) =>
        replies.filter(({ to }) => to === ref).map(({ message }) => message as Message),
    }
  }

  async #write(events: readonly (Event | Tagged<Event>)[]): Promise<void> {
    const { persistenceId, eventAdapter, tagger } = this.#behavior
    const codec = eventCodec(eventAdapter as Parameters<typeof eventCodec>[0])
    const encode = (event: Event) => {
      try {
        return codec.encode(event)
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new WriteRejectedError(`${persistenceId}: an event can't be persisted: ${why}`, { persistenceId, cause })
      }
    }
    await this.journal.writeEvents({
      persistenceId,
      events: events.map((given, index) => {
        const { event, tags: own } = given instanceof Tagged ? given : { event: given, tags: [] }
        const { payload, manifest, tags } = encode(event)
        return {
          persistenceId,
          sequenceNr: this.#sequenceNr + index + 1,
          payload,
          manifest,
          writerUuid: 'test-kit',
          timestamp: this.#sequenceNr + index + 1,
          tags: [...new Set([...own, ...tags, ...(tagger?.call(this.#behavior, event) ?? [])])].sort(),
        }
      }),
    })
    this.#sequenceNr += events.length
  }

  async #replay(): Promise<State> {
    const { persistenceId, eventAdapter } = this.#behavior
    const codec = eventCodec(eventAdapter as Parameters<typeof eventCodec>[0])
    let state = frozen(this.#initialState())
    for await (const { payload, manifest } of this.journal.replayEvents(persistenceId)) {
      for (const event of codec.decode(payload, manifest)) {
        state = frozen(this.#behavior.onEvent(state, frozen(event as Event)))
      }
    }
    return state
  }

  /** Would a restart lead to this state, by the events and by a snapshot? */
  async #verify(state: State): Promise<void> {
    const { persistenceId } = this.#behavior
    assertSame(
      await this.#replay(),
      state,
      `${persistenceId}: the events, stored and replayed, lead to another state (actual) than live (expected).`,
      RestartError,
    )
    if (!this.#options.verifyState) return
    const { serialization } = this.#options
    const { adapter } = this.#behavior.snapshots ?? {}
    const context = { persistenceId, sequenceNr: this.#sequenceNr, kind: 'snapshot' } as const
    const stored = await serialization.serialize(adapter === undefined ? state : adapter.toJournal(state), context)
    const loaded = await serialization.deserialize(stored, context)
    assertSame(
      adapter === undefined ? loaded : adapter.fromJournal(loaded),
      state,
      `${persistenceId}: the state, stored as a snapshot and loaded, is another one (actual) than live (expected). If the actor saves no snapshots, say { verifyState: false }.`,
      RestartError,
    )
  }

  async #saveSnapshot(): Promise<void> {
    if (this.#sequenceNr === 0) return
    const { persistenceId, snapshots } = this.#behavior
    const metadata = { persistenceId, sequenceNr: this.#sequenceNr, timestamp: this.#sequenceNr }
    await this.snapshotStore.saveSnapshot(metadata, snapshots?.adapter?.toJournal(this.#state) ?? this.#state)
    this.#snapshotSequenceNr = this.#sequenceNr
  }

  #initialState(): State {
    const { initialState } = this.#behavior
    return typeof initialState === 'function' ? (initialState as () => State).call(this.#behavior) : initialState
  }

  #context() {
    const { persistenceId } = this.#behavior
    const sequenceNr = this.#sequenceNr
    return kitContext<Command>({ persistenceId, sequenceNr, snapshotSequenceNr: this.#snapshotSequenceNr })
  }
}
