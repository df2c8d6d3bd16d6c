import { dynamoDBJournal, type JournalConfig } from '@dynact/journal-dynamodb'
import { configurePersistence, type PersistenceEngine, persistenceEngine } from '@dynact/persistence'
import { dynamoDBSnapshotStore, type SnapshotStoreConfig } from '@dynact/snapshot-dynamodb'
import type { FateOf } from '@dynact/testkit'
import { type ActorSystemRef, dispatch, type Plugin, type Ref, spawnStateless, start, stop } from 'nact'
import { isStopped } from '../test-support/actor-harness.js'
import { type Deferred, deferred } from '../test-support/deferred.js'
import { hookedJournal } from '../test-support/hooked-stores.js'
import type { FaultSwitch } from './fault-switch.js'
import { MortalLine } from './mortal-line.js'
import type { Observer } from './observer.js'
import { type ActorCommand, type Answer, type SoakedActor, spawnSoaked, type Told } from './soaked-actor.js'

/** What a process runs with. */
export interface ActorProcessParts {
  readonly faultSwitch: FaultSwitch
  readonly observer: Observer
  readonly actors: readonly SoakedActor[]
  readonly journal: JournalConfig
  readonly snapshots: SnapshotStoreConfig
  readonly fateOf: FateOf
  /** Told of every failed write that an actor has answered with. */
  readonly onFailedWrite: (code: string) => void
}

interface LiveActor {
  readonly ref: Ref<Told>
  /** Resolves when it answers nothing any more. */
  readonly ended: Deferred<void>
}

/** A process with real actors on an engine of its own. They are spawned when they are told something, and again when they have stopped. */
export class ActorProcess {
  readonly line: MortalLine
  readonly #parts: ActorProcessParts
  readonly #engine: PersistenceEngine
  readonly #system: ActorSystemRef
  readonly #inbox: Ref<Answer>
  readonly #live = new Map<number, LiveActor>()
  readonly #looks: Deferred<void>[] = []

  constructor(parts: ActorProcessParts) {
    const { faultSwitch, observer, fateOf, journal, snapshots } = parts
    this.#parts = parts
    this.line = new MortalLine(faultSwitch, fateOf)
    const { clientConfig } = this.line
    this.#engine = persistenceEngine({
      journal: hookedJournal(dynamoDBJournal({ ...journal, clientConfig }), {
        beforeDelete: (persistenceId, toSequenceNr) => observer.deletes(persistenceId, toSequenceNr),
      }),
      snapshotStore: dynamoDBSnapshotStore({ ...snapshots, clientConfig }),
    })
    /** An actor that stops by itself says so there, just before. */
    const logging: Plugin = (system) => {
      Object.assign(system, { createLogger: () => ({ exception: () => setImmediate(() => this.#sweep()) }) })
    }
    this.#system = start(configurePersistence(this.#engine), logging)
    this.#inbox = spawnStateless(this.#system, (answer: Answer) => this.#receive(answer))
    this.line.death.addEventListener('abort', () => {
      for (const actor of this.#live.keys()) this.stop(actor)
    })
  }

  /** An actor is sent a message. */
  tell(actor: number, command: ActorCommand): void {
    if (!this.line.isDead) dispatch(this.#alive(actor).ref, { ...command, replyTo: this.#inbox })
  }

  /** An actor is stopped from outside, whatever it is doing. */
  stop(actor: number): void {
    const live = this.#live.get(actor)
    if (live === undefined) return
    stop(live.ref)
    this.#end(actor)
  }

  /** Asks all actors for their state. When they have answered, or can't any more, what they were told before is done. */
  async look(): Promise<void> {
    await Promise.all(
      [...this.#live].map(([actor, { ended }]) => {
        const answered = deferred<void>()
        this.tell(actor, { do: 'look', number: this.#looks.push(answered) - 1 })
        return Promise.race([answered.promise, ended.promise])
      }),
    )
  }

  async end(): Promise<void> {
    await this.#engine.settled()
    this.line.landLate()
    for (const actor of this.#live.keys()) this.stop(actor)
    stop(this.#system)
    await this.#engine.settled()
    await this.#engine.journal.close()
    await this.#engine.snapshotStore?.close()
    this.line.end()
  }

  #alive(actor: number): LiveActor {
    const known = this.#live.get(actor)
    if (known !== undefined) return known
    const ref = spawnSoaked(this.#system, this.#parts.actors[actor] as SoakedActor)
    const live = { ref, ended: deferred<void>() }
    this.#live.set(actor, live)
    return live
  }

  #receive(answer: Answer): void {
    // The dead tell nobody.
    if (this.line.isDead) return
    const { observer, onFailedWrite } = this.#parts
    if (answer.to === 'write') {
      observer.ends(answer.number, answer.end)
      if (answer.code !== '') onFailedWrite(answer.code)
    } else if (answer.to === 'look') {
      observer.looks(answer.persistenceId, answer.view)
      this.#looks[answer.number]?.resolve()
    } else for (const [actor, { ref }] of this.#live) if (ref === answer.by) this.#end(actor)
  }

  /** Finds the actors that have stopped. */
  #sweep(): void {
    for (const [actor, { ref }] of this.#live) if (isStopped(ref)) this.#end(actor)
  }

  #end(actor: number): void {
    this.#live.get(actor)?.ended.resolve()
    this.#live.delete(actor)
  }
}
