import { setTimeout as delay } from 'node:timers/promises'
import { PersistenceError, WriteRejectedError } from '../errors.js'
import type { MonotonicTimestamps } from '../timestamps.js'
import type { ActorDefinition } from './actor-definition.js'
import { EventWriter, type WrittenMark } from './event-writer.js'
import type { Failures } from './failures.js'
import { type ContextSource, makeContext } from './make-context.js'
import { PersistScope } from './persist-scope.js'
import type { AnyContext, NactContext } from './persistent-context.js'
import { type Recovered, recover } from './recovery.js'
import { report } from './report.js'
import type { Snapshots } from './snapshots.js'

/** What an {@link Incarnation} shares with those before and after it. */
export interface IncarnationParts {
  readonly definition: ActorDefinition
  readonly snapshots: Snapshots
  readonly timestamps: MonotonicTimestamps
  readonly failures: Failures
  /** Settles when the writes of those before have: what they may still store must be replayed. */
  readonly predecessors: Promise<void>
  /** Told when the next step has to fail with this error, so that there is one. */
  readonly onFault: (error: unknown) => void
  /** Is the actor still there, and this its incarnation? Asked while it recovers. */
  readonly isWanted: () => boolean
}

/**
 * A persistent actor from one recovery to the next: new -> recovering -> ready -> spent.
 *
 * Ready means: the state is what a replay of the journal gives, plus what is being written. When that may not hold any more
 * (a failed recovery, a fenced or uncertain write, a message that failed with its events stored), the incarnation is *spent*:
 * it handles no further message, another one recovers first.
 */
export class Incarnation implements ContextSource {
  readonly definition: ActorDefinition
  readonly snapshots: Snapshots
  readonly writer: EventWriter
  readonly #parts: IncarnationParts
  readonly #initialState: () => unknown
  readonly #end = new AbortController()
  #state: unknown
  #mark: WrittenMark = { sequenceNr: 0 }
  #recovery: Promise<void> | undefined
  #failedEvent: unknown
  #isReady = false
  #isSpent = false
  #hasRecoveryFailed = false
  #fault: { readonly error: unknown } | undefined
  #lastTurn: Promise<void> = Promise.resolve()

  constructor(parts: IncarnationParts, ctx: NactContext) {
    const { definition, snapshots, timestamps, failures } = parts
    this.#parts = parts
    this.definition = definition
    this.snapshots = snapshots
    this.writer = new EventWriter(definition, timestamps, {
      onWritten: (count) => {
        failures.written()
        snapshots.written(count)
      },
      onBlocked: (error) => {
        failures.blocked(error)
        this.#fail(error)
      },
    })
    // nact calls it in `spawn` and in a reset, before anything else happens, so we do; its failure is the recovery's.
    try {
      const state = definition.initialState(makeContext(ctx, this, this.#newScope(), true))
      this.#state = state
      this.#initialState = () => state
    } catch (error) {
      this.#initialState = () => {
        throw error
      }
    }
  }

  /** The state between two messages; before the recovery is complete, the initial one. */
  get state(): unknown {
    return this.#state
  }

  get isReady(): boolean {
    return this.#isReady && !this.#isSpent
  }

  get hasRecoveryFailed(): boolean {
    return this.#hasRecoveryFailed
  }

  /** Is this what a recovery fails with that was given up? */
  isGivenUp(error: unknown): boolean {
    return this.#end.signal.aborted && error === this.#end.signal.reason
  }

  /** Must another incarnation recover before anything else happens? Not before a pending fault has been thrown. */
  get isSpent(): boolean {
    return this.#isSpent && this.#fault === undefined
  }

  /** Settles when nothing of this incarnation, or of those before, is being written any more. */
  get ended(): Promise<void> {
    return this.#parts.predecessors.then(() => this.writer.settled())
  }

  committed(): { readonly state: unknown; readonly mark: WrittenMark } {
    if (this.#isSpent) {
      const { persistenceId } = this.definition
      throw new WriteRejectedError(
        `${persistenceId}: no snapshot is saved, because the state lags behind what is stored; the actor recovers before its next message.`,
        { persistenceId },
      )
    }
    return { state: this.#state, mark: this.#mark }
  }

  expire(): void {
    this.#isSpent = true
  }

  /** Another incarnation takes over: the recovery is given up, and what was handed to messages writes nothing any more. */
  retire(): void {
    this.writer.close()
    this.stop()
  }

  /** The actor has stopped: its recovery is given up. What still runs may write: the journal is fenced. */
  stop(): void {
    const { persistenceId } = this.definition
    this.#end.abort(new PersistenceError(`${persistenceId}: the recovery was given up.`, { persistenceId }))
  }

  /** Waits until no other message is in here. @returns lets the next one in. */
  async enter(): Promise<() => void> {
    const previous = this.#lastTurn
    let leave: () => void = () => {}
    this.#lastTurn = new Promise((resolve) => {
      leave = resolve
    })
    await previous
    return leave
  }

  /** Throws what went wrong since the last step, once. */
  throwFault(): void {
    const fault = this.#fault
    this.#fault = undefined
    if (fault !== undefined) throw fault.error
  }

  /** The event at which the recovery failed, because of what the actor function did with it. */
  get failedEvent(): unknown {
    return this.#failedEvent
  }

  /** Recovers, the first time; a failed recovery is not tried again. */
  recovered(ctx: NactContext): Promise<void> {
    this.#recovery ??= this.#recover(ctx)
    return this.#recovery
  }

  /** Handles one message. The state changes only if all of it succeeds. */
  async handle(message: unknown, ctx: NactContext): Promise<void> {
    const scope = this.#newScope()
    const context = makeContext(ctx, this, scope, false)
    let state: unknown
    try {
      state = await this.definition.onMessage(this.#state, message, context, () => this.snapshots.request())
    } catch (error) {
      scope.end()
      // Its events are stored, or may be, and the state will not know of them.
      if (scope.mayHaveWritten) this.#isSpent = true
      this.#fault = undefined // This error stands for it.
      throw error
    }
    scope.end()
    if (scope.failure !== undefined) this.#fail(scope.failure.error)
    // A snapshot is labelled with the number of the last event that the state covers, so that one must be known.
    if (this.snapshots.isDue(this.writer.pending)) await this.writer.settled()
    this.throwFault()
    this.#state = state
    this.#mark = this.writer.newest
  }

  /** A failure after the end of the message, which nobody looks at, fails the next step. */
  #newScope(): PersistScope {
    return new PersistScope((error) => this.#fail(error))
  }

  #fail(error: unknown): void {
    this.#isSpent = true
    if (this.#fault !== undefined) return
    this.#fault = { error }
    this.#parts.onFault(error)
  }

  async #recover(ctx: NactContext): Promise<void> {
    const { definition, snapshots, failures } = this.#parts
    const scope = this.#newScope()
    const base = { ...ctx, sender: ctx.self }
    const context = makeContext(base, this, scope, true)
    try {
      const recovered = await this.#replay(context, scope)
      scope.end()
      this.writer.sequenceNr = recovered.sequenceNr
      snapshots.recovered(recovered)
      this.#state = recovered.state
      await definition.onRecoveryCompleted?.(recovered.state, makeContext(base, this, scope, false))
      // Not before: the state would not know of what the hook persists.
      this.writer.open(recovered)
      this.#mark = this.writer.newest
      failures.recovered()
      this.#isReady = true
    } catch (error) {
      scope.end()
      this.#isSpent = true
      if (this.isGivenUp(error)) throw error
      this.#hasRecoveryFailed = true
      failures.recoveryFailed()
      await this.#tellOfFailedRecovery(error, context)
      throw error
    }
  }

  /** Waits for whatever must come first, and for its turn among the recoveries of the engine. */
  async #replay(context: AnyContext, scope: PersistScope): Promise<Recovered> {
    const { definition, timestamps, failures, predecessors, isWanted } = this.#parts
    const { signal } = this.#end
    const checkpoint = () => {
      if (!isWanted()) this.stop()
      signal.throwIfAborted()
    }
    checkpoint()
    if (failures.inARow > 0) await delay(definition.backoffMs(failures.inARow), undefined, { signal }).catch(checkpoint)
    await predecessors
    const release = await definition.engine.beginRecovery({ signal })
    try {
      checkpoint()
      return await recover(definition, {
        initialState: this.#initialState,
        apply: async (before, event, sequenceNr) => {
          this.#failedEvent = event
          this.writer.sequenceNr = sequenceNr
          const after = await definition.onEvent(before, event, context)
          if (scope.failure !== undefined) throw scope.failure.error
          this.#failedEvent = undefined
          return after
        },
        observe: (timestamp) => timestamps.observe(timestamp),
        checkpoint,
        signal,
      })
    } finally {
      release()
    }
  }

  async #tellOfFailedRecovery(error: unknown, context: AnyContext): Promise<void> {
    try {
      await this.definition.onRecoveryFailure?.(error, context)
    } catch (own) {
      report(context, 'failed in onRecoveryFailure', own)
    }
  }
}
