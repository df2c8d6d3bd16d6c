import {
  commandHandler,
  Effect,
  type EventSourcedBehavior,
  Failures,
  isPersistenceError,
  PersistenceError,
  type Serialization,
  type SideEffect,
  Tagged,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { type KitRef, kitContext } from './kit-context.js'
import { KitStores } from './kit-stores.js'
import { type PersistFailure, persistFailure } from './persist-failures.js'
import { frozen, RestartError } from './same-value.js'

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
  /** Why the events could not be stored; with `given`, whatever the command failed with: then the actor has stopped. */
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

/** What has become of a command so far. */
interface Turn<State, Event> {
  effect: Effect<State, Event>
  /** What its events lead to. */
  foreseen: State
  stored: readonly Event[]
  /** Why its events could not be stored. */
  failure: Error | undefined
  readonly replies: { readonly to: unknown; readonly message: unknown }[]
  isSnapshotRequested: boolean
}

type Handler = ReturnType<typeof commandHandler>

/**
 * One life of an event-sourced actor without an actor system, on a journal and a snapshot store of its own. Commands go through
 * the handler of the real actor; only what it persists, and its side effects, end in here.
 */
export class ActorUnderTest<State, Command, Event> {
  readonly stores: KitStores<State, Command, Event>
  readonly #behavior: EventSourcedBehavior<State, Command, Event>
  readonly #options: ActorUnderTestOptions
  #state: State
  #isStopped = false
  #lastRun: Promise<unknown> = Promise.resolve()
  readonly #failures = new Failures()
  readonly #handle: Handler
  #turn: Turn<State, Event>

  constructor(behavior: EventSourcedBehavior<State, Command, Event>, options: ActorUnderTestOptions) {
    this.#behavior = behavior
    this.#options = options
    this.stores = new KitStores(behavior, options)
    this.#state = this.stores.initialState()
    this.#turn = this.#newTurn()
    this.#handle = commandHandler(this.#watched() as EventSourcedBehavior<unknown, unknown, unknown>, (effect, state) =>
      this.#carryOut(effect, state as State),
    )
  }

  get state(): State {
    return this.#state
  }

  /** Stores events as if commands had led to them, and recovers. */
  async store(events: readonly (Event | Tagged<Event>)[]): Promise<void> {
    if (events.length > 0) await this.stores.write(events)
    await this.#recover()
  }

  /** Recovers, as a new process would, from all events. */
  restart(): Promise<State> {
    return this.#inTurn(() => this.#recover())
  }

  /** One command at a time, as an actor takes them. */
  run(command: Command): Promise<CommandResult<State, Event>> {
    return this.#inTurn(() => this.#run(command))
  }

  /** As `run`, but a command that fails is a result too. */
  attempt(command: Command): Promise<CommandResult<State, Event>> {
    return this.#inTurn(async () => {
      try {
        return await this.#run(command)
      } catch (error) {
        if (error instanceof RestartError) throw error
        return this.#result(error as Error)
      }
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lastRun.then(work)
    this.#lastRun = done.catch(() => {})
    return done
  }

  async #run(command: Command): Promise<CommandResult<State, Event>> {
    const { persistenceId } = this.#behavior
    if (this.#isStopped) {
      throw new PersistenceError(`${persistenceId}: the actor has stopped, so it gets no command. Call restart().`, {
        persistenceId,
      })
    }
    const turn = this.#newTurn()
    this.#turn = turn
    const context = Object.assign(this.#context(), {
      persistAll: (events: Effect<State, Event>['events']) => this.#persist(events),
    })
    try {
      this.#state = (await this.#handle(this.#state, command, context as unknown as Parameters<Handler>[2], () => {
        turn.isSnapshotRequested = true
      })) as State
      if (turn.isSnapshotRequested || this.stores.isSnapshotDue) await this.stores.saveSnapshot(this.#state)
    } catch (error) {
      if (turn.failure === undefined || error !== turn.failure || error instanceof WriteRejectedError) {
        this.#isStopped = true // As every actor does that crashes, and has no parent to say otherwise.
        throw error
      }
      await this.#recoverOrStop(turn.failure)
    }
    return this.#result(turn.failure)
  }

  /** The behavior, with its arguments frozen and its effect and state noted. */
  #watched(): EventSourcedBehavior<State, Command, Event> {
    const behavior = this.#behavior
    return {
      persistenceId: behavior.persistenceId,
      initialState: this.#state,
      snapshots: behavior.snapshots,
      onCommand: async (state, command, ctx) => {
        const effect = await behavior.onCommand(state, command, ctx)
        this.#turn.effect = effect
        return effect
      },
      onEvent: (state, event) => {
        this.#turn.foreseen = frozen(behavior.onEvent(state, frozen(event)))
        return this.#turn.foreseen
      },
      onPersistRejected: (error, command, ctx) => behavior.onPersistRejected?.(error, command, ctx),
    }
  }

  /** The `persistAll` of the context: stores the events, unless it is to fail, and sees whether a restart would get it right. */
  async #persist(events: Effect<State, Event>['events']): Promise<void> {
    const { failures } = this.#options
    try {
      if (events.length > 0) {
        await this.stores.write(events, (sequenceNr) => {
          const { next } = failures
          failures.next = undefined
          if (next !== undefined) throw persistFailure(next, this.#behavior.persistenceId, sequenceNr)
        })
        this.#failures.written()
      }
    } catch (error) {
      this.#turn.failure = error as Error
      throw error
    }
    this.#turn.stored = events.map((given) => (given instanceof Tagged ? given.event : given))
    await this.stores.verify(this.#turn.foreseen)
  }

  #carryOut(sideEffect: SideEffect<State>, state: State): void | Promise<void> {
    if (sideEffect.kind === 'run') return sideEffect.run(state)
    if (sideEffect.kind === 'reply') this.#turn.replies.push({ to: sideEffect.to, message: sideEffect.message(state) })
    else this.#isStopped = true
  }

  /** After a write that was not rejected. */
  async #recoverOrStop(failure: Error): Promise<void> {
    const { persistenceId, onPersistFailure } = this.#behavior
    // What a journal of yours may throw says nothing of what is stored.
    const error = isPersistenceError(failure) ? failure : new WriteUncertainError(failure.message, { persistenceId })
    this.#failures.blocked(error)
    if (onPersistFailure === 'stop' || !this.#failures.allowRecoveryAfter(error)) this.#isStopped = true
    else await this.#recover()
  }

  async #recover(): Promise<State> {
    try {
      this.#state = await this.stores.replay()
      this.#isStopped = false
      await this.#behavior.onRecoveryCompleted?.(this.#state, this.#context())
    } catch (error) {
      this.#isStopped = true
      await this.#behavior.onRecoveryFailure?.(error, this.#context())
      throw error
    }
    return this.#state
  }

  #newTurn(): Turn<State, Event> {
    const foreseen = this.#state
    return {
      effect: Effect.none(),
      foreseen,
      stored: [],
      failure: undefined,
      replies: [],
      isSnapshotRequested: false,
    }
  }

  #result(error: Error | undefined): CommandResult<State, Event> {
    const { effect, stored, replies } = this.#turn
    return {
      effect,
      events: stored,
      state: this.#state,
      replies: replies.map(({ message }) => message),
      isStopped: this.#isStopped,
      error,
      repliesTo: <Message>(ref: KitRef<Message>) =>
        replies.filter(({ to }) => to === ref).map(({ message }) => message as Message),
    }
  }

  #context() {
    return kitContext<Command>({
      persistenceId: this.#behavior.persistenceId,
      sequenceNr: () => this.stores.sequenceNr,
      snapshotSequenceNr: () => this.stores.snapshotSequenceNr,
    })
  }
}
