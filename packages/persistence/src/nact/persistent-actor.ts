import type { Ref } from 'nact'
import { MonotonicTimestamps } from '../timestamps.js'
import type { ActorDefinition } from './actor-definition.js'
import { Failures } from './failures.js'
import { IdleTimer } from './idle-timer.js'
import { Incarnation } from './incarnation.js'
import { isAlive } from './is-alive.js'
import { dispatch, Nobody, stop } from './nact.js'
import type { NactContext } from './persistent-context.js'
import { report } from './report.js'
import { Snapshots } from './snapshots.js'

/** Sends the internal messages: an `undefined` that lets the actor take a step (recover, or fail with what went wrong). */
const INTERNAL: Ref<unknown> = new Nobody()

/** Is this in a mailbox because the actor itself put it there? */
export const isInternal = (sender: unknown): boolean => sender === INTERNAL

interface WaitingMessage {
  readonly message: unknown
  readonly ctx: NactContext
}

/**
 * A persistent actor over its incarnations, in terms of nact's plain actor. The state is in here; nact's own stays empty.
 *
 * Every step recovers first, if need be, so nact's supervision decides on failed recoveries too. A message whose step fails before it is handled (the recovery failed, or the writes of an earlier message) is not
 * lost: it waits in here, ahead of nact's mailbox, for the step after supervision has decided.
 */
export class PersistentActor {
  readonly failures = new Failures()
  readonly #definition: ActorDefinition
  readonly #timestamps = new MonotonicTimestamps()
  readonly #snapshots: Snapshots
  readonly #idle: IdleTimer
  readonly #waiting: WaitingMessage[] = []
  #current: Incarnation | undefined
  #failure: { readonly error: unknown; readonly message: unknown } | undefined
  #steps = 0
  #isStopped = false
  #ctx: NactContext | undefined

  /** @param shutdownAfter - milliseconds without anything to do after which it stops; 0: never. */
  constructor(definition: ActorDefinition, shutdownAfter: number) {
    this.#definition = definition
    this.#idle = new IdleTimer(shutdownAfter, () => this.#onIdle())
    this.#snapshots = new Snapshots(definition, (error) => {
      if (this.#ctx !== undefined) report(this.#ctx, 'could not delete what a snapshot covers', error)
    })
  }

  get current(): Incarnation | undefined {
    return this.#current
  }

  /** Messages that wait ahead of nact's mailbox, in the form of its entries. */
  get waiting(): readonly { readonly message: unknown; readonly sender: unknown }[] {
    return this.#waiting.map(({ message, ctx }) => ({ message, sender: ctx.sender }))
  }

  /** nact's `initialStateFunc`: called when the actor is spawned and whenever it is reset. */
  begin(ctx: NactContext): void {
    this.#ctx = ctx
    // Not at once: nact's reset goes on to take the next message.
    if (this.#current !== undefined) queueMicrotask(() => this.step(ctx.self))
    this.#renew(ctx)
  }

  /**
   * Lets the actor take a step even if no message comes.
   *
   * @returns `false` if it takes no more: another actor may have its path by now.
   */
  step(self: Ref<unknown>): boolean {
    if (this.#isGone(self)) return false
    dispatch(self, undefined, INTERNAL)
    return true
  }

  /** nact waits for messages, as far as is known: the time without one starts. */
  rest(): void {
    if (!this.#isStopped && this.#steps === 0) this.#idle.start()
  }

  /** nact's actor function. */
  async handle(message: unknown, ctx: NactContext): Promise<void> {
    this.#steps += 1
    this.#idle.cancel()
    const end = this.#definition.engine.beginWork()
    if (!isInternal(ctx.sender)) this.#waiting.push({ message, ctx })
    const { incarnation, leave } = await this.#enter(ctx)
    try {
      await this.#takeStep(incarnation, ctx)
      if (this.#isSnapshotDue(incarnation)) void this.#saveSnapshot(incarnation, ctx)
    } catch (error) {
      // nact resets and stops actors in the middle of a message: then nobody is left whose failure this would be.
      if (incarnation === this.#current && !this.#isStopped) throw error
      if (!incarnation.isGivenUp(error)) report(ctx, 'failed after it was reset or stopped', error)
    } finally {
      this.#steps -= 1
      leave()
      end()
      if (this.#waiting.length > 0 && this.#steps === 0) this.step(ctx.self)
    }
    this.rest()
  }

  /** The message to blame for an error, for supervision; `undefined` if the error is none of this actor's. */
  failureOf(error: unknown): { readonly message: unknown } | undefined {
    return this.#failure?.error === error ? this.#failure : undefined
  }

  /** The actor has stopped. */
  stop(): void {
    this.#isStopped = true
    this.#idle.cancel()
    this.#current?.stop()
  }

  /** Has the actor stopped, perhaps without being told? */
  #isGone(self: Ref<unknown>): boolean {
    if (!this.#isStopped && !isAlive(self)) this.stop()
    return this.#isStopped
  }

  #onIdle(): void {
    const self = this.#ctx?.self
    if (this.#steps > 0 || self === undefined || this.#isGone(self)) return
    const writer = this.#current?.writer
    if (writer !== undefined && writer.pending > 0) void writer.settled().then(() => this.rest())
    else stop(self)
  }

  async #takeStep(incarnation: Incarnation, ctx: NactContext): Promise<void> {
    let guilty: unknown
    try {
      incarnation.throwFault()
      await incarnation.recovered(ctx)
      while (incarnation === this.#current && incarnation.isReady) {
        const next = this.#waiting.shift()
        if (next === undefined) return
        guilty = next.message
        await incarnation.handle(next.message, next.ctx)
        guilty = undefined
        if (this.#waiting.length > 0 && this.#isGone(ctx.self)) return // By what it has just handled.
      }
    } catch (error) {
      this.#failure = { error, message: guilty ?? incarnation.failedEvent }
      throw error
    }
  }

  #renew(ctx: NactContext): Incarnation {
    const previous = this.#current
    previous?.retire()
    const incarnation: Incarnation = new Incarnation(
      {
        definition: this.#definition,
        snapshots: this.#snapshots,
        timestamps: this.#timestamps,
        failures: this.failures,
        predecessors: previous?.ended ?? Promise.resolve(),
        onFault: (error) => {
          const hasNextStep = incarnation === this.#current && this.step(ctx.self)
          if (!hasNextStep) report(ctx, 'failed to persist after it was reset or stopped', error)
        },
        isWanted: () => !this.#isGone(ctx.self) && incarnation === this.#current,
      },
      ctx,
    )
    this.#current = incarnation
    return incarnation
  }

  /** Waits for the current incarnation, which may have been replaced meanwhile; replaces it if it is spent. */
  async #enter(ctx: NactContext): Promise<{ readonly incarnation: Incarnation; readonly leave: () => void }> {
    for (;;) {
      const incarnation = this.#current ?? this.#renew(ctx)
      const leave = await incarnation.enter()
      if (incarnation === this.#current) {
        if (!incarnation.isSpent) return { incarnation, leave }
        this.#renew(ctx)
      }
      leave()
    }
  }

  #isSnapshotDue(incarnation: Incarnation): boolean {
    return (
      incarnation === this.#current &&
      incarnation.isReady &&
      incarnation.writer.pending === 0 &&
      this.#snapshots.isDue(0)
    )
  }

  /** Goes on beside the messages; its failure is reported and changes nothing. */
  async #saveSnapshot(incarnation: Incarnation, ctx: NactContext): Promise<void> {
    const end = this.#definition.engine.beginWork()
    try {
      await this.#snapshots.saveDue(incarnation.state, incarnation.writer.coversTo)
    } catch (error) {
      report(ctx, 'could not save a snapshot', error)
    }
    // The next one may have fallen due meanwhile; a message that is being handled sees to that itself.
    if (this.#steps === 0 && this.#isSnapshotDue(incarnation)) void this.#saveSnapshot(incarnation, ctx)
    end()
  }
}
