import { PersistenceError, type WriteRejectedError } from '../errors.js'
import type { SnapshotSelectionCriteria } from '../snapshot-store.js'
import type { ActorDefinition } from './actor-definition.js'
import type { EventWriter, WrittenMark } from './event-writer.js'
import { Nobody } from './nact.js'
import { ObservedPromise } from './observed-promise.js'
import type { PersistScope } from './persist-scope.js'
import type { NactContext, Persistence, PersistentContext } from './persistent-context.js'
import { report } from './report.js'
import type { Snapshots } from './snapshots.js'

/** The part of an incarnation that contexts work on. */
export interface ContextSource {
  readonly definition: ActorDefinition
  readonly writer: EventWriter
  readonly snapshots: Snapshots
  /**
   * The state between two messages, and what it covers.
   *
   * @throws {@link WriteRejectedError} there are events that it should cover and does not.
   */
  committed(): { readonly state: unknown; readonly mark: WrittenMark }
  /** An event comes that the state will not know of: recover before the next message. */
  expire(): void
}

/** nact's context and ours, for one message or one recovery. */
export const makeContext = <C extends NactContext>(
  base: C,
  source: ContextSource,
  scope: PersistScope,
  recovering: boolean,
): C & PersistentContext<unknown, unknown> => {
  const { definition, writer, snapshots } = source
  const { persistenceId, engine, encodeSnapshot } = definition

  const persistAll = (events: Iterable<unknown>, tags: readonly string[] = []) => {
    if (scope.isOver && writer.refusal('persisting') === undefined) source.expire()
    return scope.track(writer.write(events, tags))
  }
  /** A failure that nobody looks at is reported. */
  const reported = (what: string, work: Promise<void>): Promise<void> => {
    const promise = ObservedPromise.of(work)
    const end = engine.beginWork()
    work.then(end, end)
    // A caller that awaits it may not have begun to when it is refused at once.
    work.catch((error: unknown) => {
      queueMicrotask(() => {
        if (!promise.isObserved) report(base, `could not ${what}`, error)
      })
    })
    return promise
  }
  const throwIf = (refusal: WriteRejectedError | undefined) => {
    if (refusal !== undefined) throw refusal
  }
  const saveSnapshot = async (state: unknown) => {
    throwIf(writer.refusal('saving a snapshot'))
    const saved = state === undefined ? source.committed() : { state, mark: writer.newest }
    if (state === undefined && saved.mark.sequenceNr === 0) return // Nothing has happened yet.
    const encoded = encodeSnapshot(saved.state)
    const sequenceNr = await writer.numberOf(saved.mark)
    await snapshots.save(encoded, sequenceNr, writer.coversTo - sequenceNr)
  }
  const deleteEventsTo = async (sequenceNr: number) => {
    throwIf(writer.refusal('deleting events'))
    if (!Number.isSafeInteger(sequenceNr) || sequenceNr < 0) {
      throw new PersistenceError(
        `${persistenceId}: deleteEventsTo needs a sequence number from 0 on, but got ${String(sequenceNr)}.`,
        { persistenceId },
      )
    }
    const target = Math.min(sequenceNr, writer.sequenceNr)
    if (target > 0) await engine.journal.deleteEventsTo(persistenceId, target)
  }
  const deleteSnapshots = async (criteria: SnapshotSelectionCriteria = {}) => {
    throwIf(writer.refusal('deleting snapshots'))
    await engine.snapshotStore?.deleteSnapshots(persistenceId, criteria)
  }

  // Assigned rather than spread: V8 takes ten times as long for a literal that goes on after a spread.
  const persistence: Persistence<unknown, unknown> = {
    recovering,
    persistenceId,
    get sequenceNr() {
      return writer.sequenceNr
    },
    get snapshotSequenceNr() {
      return snapshots.sequenceNr
    },
    persist: (event: unknown, tags?: readonly string[]) => persistAll([event], tags),
    persistAll,
    saveSnapshot: (state?: unknown) => reported('save a snapshot', saveSnapshot(state)),
    deleteEventsTo: (sequenceNr: number) => reported('delete events', deleteEventsTo(sequenceNr)),
    deleteSnapshots: (criteria?: SnapshotSelectionCriteria) => reported('delete snapshots', deleteSnapshots(criteria)),
  }
  return Object.assign(persistence, base, { sender: base.sender ?? new Nobody() })
}
