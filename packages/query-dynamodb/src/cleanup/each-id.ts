import { isPersistenceError, PersistenceError, type PersistenceIdPage } from '@dynact/persistence'

/** One id, or many; pages of a read journal's `currentPersistenceIdPages` make a cleanup of all ids resumable. */
export type CleanupIds = string | Iterable<string> | AsyncIterable<string | PersistenceIdPage>

/** How far a cleanup has come. */
export interface CleanupProgress {
  /** The id that was finished last. */
  readonly persistenceId: string
  /** Ids finished so far. */
  readonly done: number
  /**
   * Where to go on after an interruption: all before is finished. Of pages, the `from` of `currentPersistenceIdPages`; else the last id
   * up to which, in the order given, all are finished.
   */
  readonly cursor: string | undefined
}

/** What a cleanup has done. */
export interface CleanupResult {
  /** Ids finished. */
  readonly done: number
  readonly cursor: string | undefined
}

/** A cleanup stopped at an id. Every operation can be done again: what is deleted stays deleted. */
export class CleanupError extends PersistenceError {
  override readonly name: string = 'CleanupError'
  /** Ids finished before. */
  readonly done: number
  /** As in {@link CleanupProgress}. */
  readonly cursor: string | undefined

  constructor(persistenceId: string, { done, cursor }: CleanupResult, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const from = cursor === undefined ? 'from the beginning' : `behind the cursor ${cursor}`
    super(`${persistenceId}: the cleanup stopped after ${done} ids: ${why} Run it again ${from}.`, {
      persistenceId,
      sequenceNr: isPersistenceError(cause) ? cause.sequenceNr : undefined,
      cause,
    })
    this.done = done
    this.cursor = cursor
  }
}

/** What {@link eachId} works with. */
export interface EachIdOptions {
  readonly parallelism: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: CleanupProgress) => void) | undefined
}

/** An id, and where to go on when it and all before it are finished. */
interface Entry {
  readonly persistenceId: string
  readonly cursor: string | undefined
  isDone: boolean
}

async function* entries(ids: CleanupIds): AsyncGenerator<Entry, void> {
  for await (const part of typeof ids === 'string' ? [ids] : ids) {
    if (typeof part === 'string') yield { persistenceId: part, cursor: part, isDone: false }
    else
      for (const [index, persistenceId] of part.persistenceIds.entries()) {
        const isLast = index === part.persistenceIds.length - 1
        yield { persistenceId, cursor: isLast ? part.next : undefined, isDone: false }
      }
  }
}

/**
 * Does something for every id, a few at a time, in the order given; memory is bounded by that. After a failure no more are begun, and
 * those under way are finished.
 *
 * @throws {@link CleanupError} it failed for an id.
 * @throws the signal's reason.
 */
export const eachId = async (
  ids: CleanupIds,
  work: (persistenceId: string) => Promise<void>,
  { parallelism, signal, onProgress }: EachIdOptions,
): Promise<CleanupResult> => {
  /** Begun and not behind the cursor, in their order. */
  const open: Entry[] = []
  const running = new Set<Promise<void>>()
  let done = 0
  let cursor: string | undefined
  let failure: { readonly persistenceId: string; readonly cause: unknown } | undefined

  const finish = (entry: Entry): void => {
    entry.isDone = true
    done++
    while (open[0]?.isDone === true) cursor = open.shift()?.cursor ?? cursor
    onProgress?.({ persistenceId: entry.persistenceId, done, cursor })
  }
  const begin = async (entry: Entry): Promise<void> => {
    try {
      await work(entry.persistenceId)
      finish(entry)
    } catch (cause) {
      failure ??= { persistenceId: entry.persistenceId, cause }
    }
  }

  try {
    for await (const entry of entries(ids)) {
      signal?.throwIfAborted()
      open.push(entry)
      const task = begin(entry)
      running.add(task)
      task.finally(() => running.delete(task)).catch(() => undefined)
      if (running.size >= parallelism) await Promise.race(running)
      if (failure !== undefined) break
    }
  } finally {
    await Promise.all(running)
  }
  if (failure === undefined) return { done, cursor }
  signal?.throwIfAborted()
  throw new CleanupError(failure.persistenceId, { done, cursor }, failure.cause)
}
