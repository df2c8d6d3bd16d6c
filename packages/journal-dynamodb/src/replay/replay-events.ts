import { types } from 'node:util'
import {
  checkKeyLength,
  decodeEvent,
  type GoesOnWithout,
  RequestFailedError,
  type RequestOptions,
  readableLater,
  type StoredEvent,
} from '@dynact/dynamodb'
import {
  type AbortOptions,
  checkPersistenceId,
  PersistenceError,
  type PersistentRepr,
  RecoveryError,
  type Replay,
  type ReplayRange,
  startAhead,
} from '@dynact/persistence'
import type { JournalContext } from '../journal-context.js'
import { EventLoopPacer } from './event-loop-pacer.js'
import { StoredHistory } from './stored-history.js'

/** How a journal on DynamoDB reads. */
export interface ReadOptions extends AbortOptions {
  /**
   * Who goes first when every connection is taken: recoveries before feeds, which queries read for.
   * @defaultValue 'recovery'
   */
  readonly priority?: 'recovery' | 'feed' | undefined
  /**
   * Told of each item, or event, that can't be read: throws, or lets the replay go on as if it was not there, and as if the batch that it
   * is part of was incomplete. May be told of one several times. Never for a recovery: the state would lack events.
   * @defaultValue the replay fails
   */
  readonly goesOnWithout?: GoesOnWithout | undefined
  /**
   * The range may begin inside an atomic write, and not right behind one, as a snapshot of an actor is taken. Where nothing seems to be
   * there, an overtaken writer's leftovers may hide the rest of a packed batch: this makes sure, for one request that reads the batch before.
   * @defaultValue `false`
   */
  readonly startsAnywhere?: boolean | undefined
}

/** A promise that others settle, and that is never an unhandled rejection. */
class Deferred<T> {
  resolve!: (value: T) => void
  reject!: (reason: unknown) => void
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })

  constructor() {
    this.promise.catch(() => undefined)
  }
}

/** Names the table, the id and what to do. */
export const asRecoveryError = (context: JournalContext, persistenceId: string, error: unknown): unknown => {
  if (!(error instanceof RequestFailedError)) return error
  return new RecoveryError(
    `${persistenceId}: the journal in table ${context.config.table} can't be read: ${error.message}`,
    { persistenceId, cause: error },
  )
}

/** Reads the events of an id: see {@link Replay}. */
export const replayEvents = (
  context: JournalContext,
  persistenceId: string,
  range: ReplayRange,
  { signal, priority = 'recovery', goesOnWithout, startsAnywhere }: ReadOptions,
): Replay => {
  checkPersistenceId(persistenceId)
  checkKeyLength(context.config, persistenceId)
  const options: RequestOptions = {
    signal,
    priority,
    purpose: `${persistenceId}: reading events`,
    persistenceId,
  }
  const highest = new Deferred<number>()
  const history = new StoredHistory({ ...context, goesOnWithout }, persistenceId, { ...range, startsAnywhere }, options)

  const decode = (event: StoredEvent) =>
    readableLater(() => decodeEvent(context.config, persistenceId, event), goesOnWithout)

  const pacer = new EventLoopPacer()

  async function* events(): AsyncGenerator<PersistentRepr, void> {
    try {
      for await (const visible of history.visibleEvents()) {
        for (const decoded of startAhead(visible, decode)) {
          signal?.throwIfAborted()
          const repr = types.isPromise(decoded) ? await decoded : decoded
          if (repr !== undefined) yield repr
          if (pacer.isDue) await pacer.giveWay()
        }
      }
      highest.resolve(await history.readHighest())
    } catch (error) {
      const failure = asRecoveryError(context, persistenceId, error)
      highest.reject(failure)
      throw failure
    } finally {
      // After a break; no effect when it is settled.
      highest.resolve(history.highestSeen)
    }
  }

  let isStarted = false
  return {
    highestSequenceNr: highest.promise,
    [Symbol.asyncIterator]: () => {
      if (isStarted)
        throw new PersistenceError(`${persistenceId}: a replay can be read once only. Ask for another.`, {
          persistenceId,
        })
      isStarted = true
      return events()
    },
  }
}
