import {
  type EventSourcedBehavior,
  type Journal,
  type Serialization,
  type SnapshotStore,
  serialization,
  type Tagged,
} from '@dynact/persistence'
import { ActorUnderTest, type CommandResult } from './actor-under-test.js'
import { Expectation } from './expectation.js'
import { type KitRef, kitRef } from './kit-context.js'
import type { PersistFailure } from './persist-failures.js'

/** What {@link eventSourcedTestKit} takes beside a behavior. */
export interface EventSourcedTestKitOptions {
  /**
   * Turns events and states into bytes and back: the one of the journal that the actor will have.
   * @defaultValue `serialization()`
   */
  readonly serialization?: Serialization | undefined
  /**
   * Check after every command that the state survives being stored as a snapshot? Not needed where none are saved.
   * @defaultValue `true`
   */
  readonly verifyState?: boolean | undefined
}

/** Runs the commands of one behavior, without an actor system. */
export interface EventSourcedTestKit<State, Command, Event> {
  /** The state that the commands of `run` have led to. */
  readonly state: State
  /** Holds the events of `run`. */
  readonly journal: Journal
  /** Holds the snapshots of `run`; no rule deletes them, nor the events that they cover. */
  readonly snapshotStore: SnapshotStore
  /**
   * Begins a life of its own, with these events as its whole history.
   *
   * @example
   * ```ts
   * await kit.given({ type: 'opened' }).when({ type: 'close' }).then([{ type: 'closed' }])
   * ```
   */
  given(...events: readonly (Event | Tagged<Event>)[]): {
    /** The command runs when `then` is called. */
    when(command: Command): Expectation<State, Event>
  }
  /**
   * Runs a command, after those before. Its events are serialized, stored and replayed, and the state is stored as a snapshot
   * and loaded; both must lead to the state that it has. Events that can't be stored are the `error` of the result.
   *
   * @throws AssertionError a restart would lead to another state.
   * @throws whatever the behavior throws: then the actor has stopped, as the real one has, and events that had been stored by then
   * count after a `restart()`.
   */
  run(command: Command): Promise<CommandResult<State, Event>>
  /**
   * Lets the next persist fail, and nothing of it be stored: `'rejected'` (the actor goes on), `'uncertain'` or `'fenced'` (it
   * recovers, or stops, as its `onPersistFailure` says), or an error of yours. The result then has the `error`.
   */
  failNextPersist(failure: PersistFailure): void
  /** Recovers as a new process would, and gives the state. */
  restart(): Promise<State>
  /** A reference to put into commands; `repliesTo` of a result has what was sent to it. */
  ref<Message>(): KitRef<Message>
}

/**
 * Tests a behavior as a function from commands to events, replies and states: no actor system, no timing, and after every
 * command a restart that is compared with what was before. What changes its arguments fails: they are frozen.
 *
 * @example
 * ```ts
 * const kit = eventSourcedTestKit(counter)
 * await kit.given({ type: 'counted', step: 2 }).when({ type: 'count', step: 3 }).then(5)
 * const { events, replies } = await kit.run({ type: 'count', step: 1 })
 * ```
 */
export const eventSourcedTestKit = <State, Command, Event>(
  behavior: EventSourcedBehavior<State, Command, Event>,
  options: EventSourcedTestKitOptions = {},
): EventSourcedTestKit<State, Command, Event> => {
  const failures: { next: PersistFailure | undefined } = { next: undefined }
  const begin = () =>
    new ActorUnderTest(behavior, {
      failures,
      serialization: options.serialization ?? serialization(),
      verifyState: options.verifyState ?? true,
    })
  const actor = begin()
  return {
    get state() {
      return actor.state
    },
    journal: actor.stores.journal,
    snapshotStore: actor.stores.snapshotStore,
    given: (...events) => ({
      when: (command) =>
        new Expectation(async () => {
          const other = begin()
          await other.store(events)
          return other.attempt(command)
        }),
    }),
    run: (command) => actor.run(command),
    failNextPersist: (failure) => {
      failures.next = failure
    },
    restart: () => actor.restart(),
    ref: kitRef,
  }
}
