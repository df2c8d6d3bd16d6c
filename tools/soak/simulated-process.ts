import { randomUUID } from 'node:crypto'
import { type DynamoDBJournal, dynamoDBJournal, type JournalConfig } from '@dynact/journal-dynamodb'
import { isPersistenceError } from '@dynact/persistence'
import type { FateOf } from '@dynact/testkit'
import { endOf } from './end-of.js'
import type { FaultSwitch } from './fault-switch.js'
import { MortalLine } from './mortal-line.js'
import { type Observer, payloadOf, type SeenEvent, type WriteEnd } from './observer.js'

/** What a process runs with. */
export interface SimulatedProcessParts {
  readonly faultSwitch: FaultSwitch
  readonly observer: Observer
  readonly config: JournalConfig
  readonly fateOf: FateOf
}

/** What an actor of the process knows between its recovery and its end. */
interface Incarnation {
  readonly writerUuid: string
  readonly view: SeenEvent[]
  highest: number
}

/**
 * A process with actors, as far as the journal sees it: they recover, write one batch after the other, and recover again when a
 * write is fenced or uncertain.
 */
export class SimulatedProcess {
  readonly line: MortalLine
  readonly #parts: SimulatedProcessParts
  readonly #journal: DynamoDBJournal
  readonly #incarnations = new Map<string, Incarnation>()
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(parts: SimulatedProcessParts) {
    this.#parts = parts
    this.line = new MortalLine(parts.faultSwitch, parts.fateOf)
    this.#journal = dynamoDBJournal({ ...parts.config, clientConfig: this.line.clientConfig })
  }

  /** An actor persists a batch; it recovers first if it has to. */
  write(persistenceId: string, size: number): Promise<void> {
    return this.#inTurn(persistenceId, async (signal) => {
      const incarnation = await this.#recovered(persistenceId)
      const { observer } = this.#parts
      const { writerUuid, view, highest } = incarnation
      const fromSequenceNr = highest + 1
      const number = observer.begins({ persistenceId, fromSequenceNr, size, view: [...view] })
      const added = Array.from({ length: size }, (_, index) => ({
        sequenceNr: fromSequenceNr + index,
        payload: payloadOf(number, index),
      }))
      const events = added.map((event) => ({
        ...event,
        persistenceId,
        manifest: '',
        writerUuid,
        timestamp: Date.now(),
        tags: ['soak'],
      }))
      let end: WriteEnd = 'acknowledged'
      try {
        await this.#journal.writeEvents({ persistenceId, events }, { signal })
      } catch (error) {
        if (!this.line.isDead) end = endOf(error, persistenceId)
        if (!isRejection(error)) this.#incarnations.delete(persistenceId)
      }
      // The dead tell nobody, and are told nothing.
      if (this.line.isDead) return
      observer.ends(number, end)
      if (end !== 'acknowledged') return
      view.push(...added)
      incarnation.highest += size
    })
  }

  /** An actor deletes its events but the newest `kept`. */
  deleteAllBut(persistenceId: string, kept: number): Promise<void> {
    return this.#inTurn(persistenceId, async (signal) => {
      const { highest } = await this.#recovered(persistenceId)
      const to = highest - kept
      if (to < 1) return
      this.#parts.observer.deletes(persistenceId, to)
      await this.#journal.deleteEventsTo(persistenceId, to, { signal }).catch((error) => {
        if (!this.line.isDead && !isPersistenceError(error)) throw error
      })
    })
  }

  /** Another incarnation of the actor takes over. */
  forget(persistenceId: string): void {
    this.#incarnations.delete(persistenceId)
  }

  async end(): Promise<void> {
    await Promise.all(this.#turns.values())
    this.line.landLate()
    await this.#journal.close()
    this.line.end()
  }

  /** The steps of one actor come one after the other; those of a dead process end at once. */
  #inTurn(persistenceId: string, step: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const before = this.#turns.get(persistenceId) ?? Promise.resolve()
    const turn = before.then(async () => {
      if (this.line.isDead) return
      try {
        await step(this.line.death)
      } catch (error) {
        if (!this.line.isDead && !isFailedRecovery(error, persistenceId)) throw error
      }
    })
    this.#turns.set(persistenceId, turn)
    return turn
  }

  async #recovered(persistenceId: string): Promise<Incarnation> {
    const known = this.#incarnations.get(persistenceId)
    if (known !== undefined) return known
    const replay = this.#journal.replayEvents(persistenceId, {}, { signal: this.line.death })
    const view: SeenEvent[] = []
    for await (const { sequenceNr, payload } of replay) view.push({ sequenceNr, payload: String(payload) })
    const incarnation = { writerUuid: randomUUID(), view, highest: await replay.highestSequenceNr }
    this.#incarnations.set(persistenceId, incarnation)
    return incarnation
  }
}

const codeOf = (error: unknown): string => (isPersistenceError(error) ? error.code : '')
const isRejection = (error: unknown): boolean => codeOf(error) === 'WRITE_REJECTED'

/** While faults last a recovery may fail, but it says so, and of whom. */
const isFailedRecovery = (error: unknown, persistenceId: string): boolean =>
  isPersistenceError(error) && error.code === 'RECOVERY' && error.persistenceId === persistenceId
