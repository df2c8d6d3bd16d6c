import { randomUUID } from 'node:crypto'
import { type DynamoDBJournal, dynamoDBJournal, type JournalConfig } from '@dynact/journal-dynamodb'
import { isPersistenceError } from '@dynact/persistence'
import { type Fate, type FateOf, fates } from '@dynact/testkit'
import type { FaultLine, FaultSwitch } from './fault-switch.js'
import { type Observer, payloadOf, type SeenEvent, type WriteEnd } from './observer.js'

/** How a process dies at a request: it is not sent, its answer does not come, or it is carried out when told, much later. */
export type DeathOf = 'unsent' | 'unanswered' | 'late'

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
 * write is fenced or uncertain. It may die at any of its requests; what it has on the way may still arrive then.
 */
export class SimulatedProcess {
  readonly #parts: SimulatedProcessParts
  readonly #journal: DynamoDBJournal
  readonly #line: FaultLine
  readonly #incarnations = new Map<string, Incarnation>()
  readonly #turns = new Map<string, Promise<unknown>>()
  readonly #death = new AbortController()
  readonly #late: (() => void)[] = []
  #requests = 0
  #diesAt = Number.POSITIVE_INFINITY
  #deathOf: DeathOf = 'unsent'

  constructor(parts: SimulatedProcessParts) {
    this.#parts = parts
    this.#line = parts.faultSwitch.open((request, index) => this.#decide(parts.fateOf(request, index)))
    this.#journal = dynamoDBJournal({ ...parts.config, clientConfig: this.#line.clientConfig })
  }

  get isDead(): boolean {
    return this.#death.signal.aborted
  }

  /** From now on this many requests are sent; at the next one the process dies. */
  dieAfter(requests: number, deathOf: DeathOf): void {
    this.#diesAt = this.#requests + requests
    this.#deathOf = deathOf
  }

  /** What was on the way when the process died arrives now. */
  landLate(): void {
    for (const land of this.#late.splice(0)) land()
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
        end = endOf(error, persistenceId, this.isDead)
        if (!isRejection(error)) this.#incarnations.delete(persistenceId)
      }
      // The dead tell nobody, and are told nothing.
      if (this.isDead) return
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
        if (!this.isDead && !isPersistenceError(error)) throw error
      })
    })
  }

  /** Another incarnation of the actor takes over. */
  forget(persistenceId: string): void {
    this.#incarnations.delete(persistenceId)
  }

  /** The process ends as processes should: what is under way is finished. Of a dead one, what is left is cleared away. */
  async end(): Promise<void> {
    await Promise.all(this.#turns.values())
    this.landLate()
    await this.#journal.close()
    this.#line.end()
  }

  #decide(fate: Fate): Fate {
    if (this.isDead) return fates.reset
    if (this.#requests++ < this.#diesAt) return fate
    this.#death.abort(new Error('The process is dead.'))
    if (this.#deathOf === 'unsent') return { ...fates.reset, name: 'crash, request unsent' }
    if (this.#deathOf === 'unanswered') return { answer: 'reset', name: 'crash, request unanswered' }
    return { before: () => new Promise<void>((land) => this.#late.push(land)), name: 'crash, request late' }
  }

  /** The steps of one actor come one after the other; those of a dead process end at once. */
  #inTurn(persistenceId: string, step: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const before = this.#turns.get(persistenceId) ?? Promise.resolve()
    const turn = before.then(async () => {
      if (this.isDead) return
      try {
        await step(this.#death.signal)
      } catch (error) {
        if (!this.isDead && !isFailedRecovery(error, persistenceId)) throw error
      }
    })
    this.#turns.set(persistenceId, turn)
    return turn
  }

  async #recovered(persistenceId: string): Promise<Incarnation> {
    const known = this.#incarnations.get(persistenceId)
    if (known !== undefined) return known
    const replay = this.#journal.replayEvents(persistenceId, {}, { signal: this.#death.signal })
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

/** @throws the error, if it is none that a write may end with. */
const endOf = (error: unknown, persistenceId: string, isDead: boolean): WriteEnd => {
  if (isDead) return 'unknown'
  if (!isPersistenceError(error) || error.persistenceId !== persistenceId) throw error
  if (error.code === 'WRITE_UNCERTAIN') return 'unknown'
  if (error.code === 'WRITE_REJECTED' || error.code === 'FENCED') return 'not written'
  throw error
}
