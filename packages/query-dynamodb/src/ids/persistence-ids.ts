import type { PersistenceIdPage } from '@dynact/persistence'
import { asRecoveryError } from '../as-recovery-error.js'
import { isPersistenceId } from '../is-persistence-id.js'
import type { QueryContext } from '../query-context.js'
import { WakeUp } from '../stream/wake-up.js'
import { type IdSearch, idPages } from './id-pages.js'

/** The ids that are there, page by page. */
export async function* currentIdPages(
  context: QueryContext,
  search: IdSearch,
  signal: AbortSignal,
): AsyncGenerator<PersistenceIdPage, void> {
  try {
    yield* idPages(context, search, signal)
  } catch (error) {
    throw asRecoveryError(context.config.table, 'The ids', error)
  }
}

/** The ids that are there. */
export async function* currentIds(
  context: QueryContext,
  search: IdSearch,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  for await (const { persistenceIds } of currentIdPages(context, search, signal)) yield* persistenceIds
}

/** Listing all ids again takes no more than this part of the time. */
const LISTING_SHARE = 0.1

/**
 * The ids that are there, and from then on every new one: at once where this process writes its first event, and else when all are
 * listed the next time.
 */
export async function* liveIds(
  context: QueryContext,
  search: IdSearch,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const { pokes, journal, config } = context
  const told = new Set<string>()
  const poked = new Set<string>()
  const wakeUp = new WakeUp()
  const unsubscribe = pokes.subscribe(({ persistenceId, sequenceNr, count = 1 }) => {
    if (sequenceNr - count > 0 || told.has(persistenceId) || !isPersistenceId(persistenceId)) return
    if (!persistenceId.startsWith(search.prefix ?? '')) return
    poked.add(persistenceId)
    wakeUp.call()
  })
  const isNew = (persistenceId: string): boolean => !told.has(persistenceId) && told.add(persistenceId) !== undefined
  try {
    for (let { from } = search; ; from = undefined) {
      const startedAt = performance.now()
      for await (const persistenceId of currentIds(context, { ...search, from }, signal))
        if (isNew(persistenceId)) yield persistenceId
      const endedAt = performance.now()
      const nextAt = endedAt + Math.max(config.refreshInterval, (endedAt - startedAt) / LISTING_SHARE)
      do {
        const candidates = [...poked]
        poked.clear()
        for (const persistenceId of candidates) {
          if (told.has(persistenceId)) continue
          // A poke is a hint, and may come from elsewhere.
          const highest = await journal.readHighestSequenceNr(persistenceId, 1, { signal, priority: 'feed' })
          if (highest > 0 && isNew(persistenceId)) yield persistenceId
        }
        await wakeUp.wait(nextAt - performance.now(), signal)
      } while (performance.now() < nextAt || poked.size > 0)
    }
  } finally {
    unsubscribe()
  }
}
