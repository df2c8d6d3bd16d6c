import { checkKeyLength, type RequestOptions, type StoredEvent } from '@dynact/dynamodb'
import { checkPersistenceId, type ReplayRange } from '@dynact/persistence'
import type { Anomaly } from '../anomaly.js'
import type { JournalContext } from '../journal-context.js'
import { asRecoveryError, type ReadOptions } from './replay-events.js'
import { StoredHistory } from './stored-history.js'

/** Options of a read of stored events. */
export interface StoredEventsOptions extends Omit<ReadOptions, 'startsAnywhere'> {
  /**
   * Is told of what no writer of ours leaves behind in this history, each before the events that lie after it.
   * @defaultValue the journal's
   */
  readonly onAnomaly?: ((anomaly: Anomaly) => void) | undefined
}

/** Reads the visible events of an id as they are stored, by the rules of every replay. */
export async function* readStoredEvents(
  context: JournalContext,
  persistenceId: string,
  range: ReplayRange,
  { signal, priority = 'recovery', onAnomaly = context.config.onAnomaly }: StoredEventsOptions,
): AsyncGenerator<readonly StoredEvent[], number> {
  checkPersistenceId(persistenceId)
  checkKeyLength(context.config, persistenceId)
  const options: RequestOptions = {
    signal,
    priority,
    purpose: `${persistenceId}: reading stored events`,
    persistenceId,
  }
  const told = { ...context, config: { ...context.config, onAnomaly } }
  const history = new StoredHistory(told, persistenceId, { ...range, startsAnywhere: true }, options)
  try {
    for await (const events of history.visibleEvents()) yield events
    return await history.readHighest()
  } catch (error) {
    throw asRecoveryError(context, persistenceId, error)
  }
}
