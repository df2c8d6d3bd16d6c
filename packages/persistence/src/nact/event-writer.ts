import { randomUUID } from 'node:crypto'
import { type PersistenceError, WriteRejectedError } from '../errors.js'
import type { MonotonicTimestamps } from '../timestamps.js'
import type { ActorDefinition } from './actor-definition.js'
import type { Recovered } from './recovery.js'
import { Tagged } from './tagged.js'
import { WriteQueue } from './write-queue.js'

/** An event on its way. Its number is given when it is written, so that a rejected one leaves no gap. */
interface PendingEvent {
  readonly payload: unknown
  readonly manifest: string
  readonly tags: readonly string[]
  /** `undefined` until it is written. */
  sequenceNr: number | undefined
}

/** Stands for everything persisted up to a moment; `undefined` while the last of it is not written. */
export interface WrittenMark {
  readonly sequenceNr: number | undefined
}

/** What an {@link EventWriter} tells its actor. */
export interface EventWriterEvents {
  readonly onWritten: (count: number) => void
  readonly onBlocked: (error: PersistenceError) => void
}

/**
 * Writes the events of one incarnation of an actor: closed until the recovery is complete, closed for good when the
 * incarnation ends. After a fenced or uncertain write it stays blocked: another incarnation must recover.
 */
export class EventWriter {
  /** Highest sequence number in use. */
  sequenceNr = 0
  #coversTo = 0
  readonly #definition: ActorDefinition
  readonly #timestamps: MonotonicTimestamps
  readonly #onWritten: (count: number) => void
  readonly #queue: WriteQueue<PendingEvent>
  #writerUuid = ''
  #newest: WrittenMark = { sequenceNr: undefined }
  #closedBecause: string | undefined = 'it is recovering: persist nothing while ctx.recovering is true'

  constructor(
    definition: ActorDefinition,
    timestamps: MonotonicTimestamps,
    { onWritten, onBlocked }: EventWriterEvents,
  ) {
    this.#definition = definition
    this.#timestamps = timestamps
    this.#onWritten = onWritten
    this.#queue = new WriteQueue({
      persistenceId: definition.persistenceId,
      send: (events) => this.#send(events),
      onBlocked,
    })
  }

  /** Why this incarnation can't write any more, if it can't. */
  get blockedBy(): PersistenceError | undefined {
    return this.#queue.blockedBy
  }

  /** The last number that a state which knows all that was written covers: see {@link Recovered}. */
  get coversTo(): number {
    return this.#coversTo
  }

  /** Stands for everything persisted so far. */
  get newest(): WrittenMark {
    return this.#newest
  }

  /** How many events wait or are in flight. */
  get pending(): number {
    return this.#queue.size
  }

  /** The recovery is complete: writing may begin. */
  open({ sequenceNr, coversTo }: Pick<Recovered, 'sequenceNr' | 'coversTo'>): void {
    this.sequenceNr = sequenceNr
    this.#coversTo = coversTo
    this.#newest = { sequenceNr: coversTo }
    this.#writerUuid = randomUUID()
    this.#closedBecause = undefined
  }

  /** This incarnation is over. What was persisted before goes on. */
  close(): void {
    this.#closedBecause = 'it has been reset since the message that this belongs to'
  }

  /** Why nothing may be done to what is stored now, if so. */
  refusal(what: string): WriteRejectedError | undefined {
    if (this.#closedBecause === undefined) return undefined
    const { persistenceId } = this.#definition
    return new WriteRejectedError(
      `${persistenceId}: ${what} is refused, because the actor is not ready: ${this.#closedBecause}.`,
      {
        persistenceId,
      },
    )
  }

  /** Resolves when everything persisted so far has been written or refused. */
  settled(): Promise<void> {
    return this.#queue.settled()
  }

  /**
   * The sequence number behind a mark, waited for.
   *
   * @throws {@link WriteRejectedError} that event was not written.
   */
  async numberOf(mark: WrittenMark): Promise<number> {
    if (mark.sequenceNr === undefined) await this.#queue.settled()
    if (mark.sequenceNr !== undefined) return mark.sequenceNr
    const { persistenceId } = this.#definition
    throw new WriteRejectedError(
      `${persistenceId}: no snapshot is saved, because an event that it covers was not written.`,
      { persistenceId },
    )
  }

  /** As `ctx.persistAll`. */
  async write(events: Iterable<unknown>, tags: readonly string[]): Promise<void> {
    const refusal = this.refusal('persisting')
    if (refusal !== undefined) throw refusal
    const pending = this.#prepare(events, tags)
    const newest = pending.at(-1)
    if (newest === undefined) return
    this.#newest = newest
    const end = this.#definition.engine.beginWork()
    try {
      await this.#queue.add(pending)
    } finally {
      end()
    }
  }

  #prepare(events: Iterable<unknown>, tags: readonly string[]): PendingEvent[] {
    const { persistenceId, codec, tagger } = this.#definition
    try {
      if (!Array.isArray(tags)) throw new TypeError('tags must be an array of strings')
      return Array.from(events, (given) => {
        const { event, tags: own } = given instanceof Tagged ? given : { event: given, tags: [] }
        const { payload, manifest, tags: adapted } = codec.encode(event)
        const all = new Set([...tags, ...own, ...tagger(event), ...adapted])
        for (const tag of all)
          if (typeof tag !== 'string') throw new TypeError(`a tag must be a string, but one is ${String(tag)}`)
        return { payload, manifest, tags: [...all].sort(), sequenceNr: undefined }
      })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new WriteRejectedError(`${persistenceId}: an event can't be persisted: ${why}. Nothing was written.`, {
        persistenceId,
        cause,
      })
    }
  }

  async #send(events: readonly PendingEvent[]): Promise<void> {
    const { persistenceId, engine } = this.#definition
    const first = this.sequenceNr + 1
    await engine.journal.writeEvents({
      persistenceId,
      events: events.map(({ payload, manifest, tags }, index) => ({
        persistenceId,
        sequenceNr: first + index,
        payload,
        manifest,
        writerUuid: this.#writerUuid,
        timestamp: this.#timestamps.next(),
        tags,
      })),
    })
    for (const [index, event] of events.entries()) event.sequenceNr = first + index
    this.sequenceNr += events.length
    this.#coversTo = this.sequenceNr
    this.#onWritten(events.length)
  }
}
