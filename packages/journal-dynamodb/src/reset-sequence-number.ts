import { deleteItems, markKeys, RequestFailedError, type RequestOptions } from '@dynact/dynamodb'
import { type AbortOptions, PersistenceError } from '@dynact/persistence'
import { deleteEventsTo } from './delete-events.js'
import type { JournalContext } from './journal-context.js'
import { readHighest } from './replay/highest.js'

/**
 * Deletes all events of an id and then its marks, high before low: as long as a low mark is there, the highest number is known, so
 * that an interruption leaves an id without events, and calling it again goes on.
 */
export const resetSequenceNumber = async (
  context: JournalContext,
  persistenceId: string,
  { signal }: AbortOptions,
): Promise<void> => {
  const { config, requests } = context
  const options: RequestOptions = {
    signal,
    priority: 'snapshot',
    purpose: `${persistenceId}: resetting the sequence number`,
    persistenceId,
  }
  await deleteEventsTo(context, persistenceId, Number.MAX_SAFE_INTEGER, { signal })
  try {
    // Numbers are about to be used again: what somebody has left to a time to live would be in the way.
    const deletedTo = await readHighest(context, persistenceId, 0, options)
    await deleteEventsTo(context, persistenceId, Number.MAX_SAFE_INTEGER, { signal }, { purge: true })
    if ((await readHighest(context, persistenceId, 0, options)) !== deletedTo)
      throw new PersistenceError(
        `${persistenceId}: the sequence number can't be reset, because somebody is writing events. Stop the actor, and try again.`,
        { persistenceId },
      )
    for (const kind of ['SH', 'SL'] as const)
      await deleteItems(requests, config.table, markKeys(config, kind, persistenceId), options)
  } catch (cause) {
    if (!(cause instanceof RequestFailedError)) throw cause
    throw new PersistenceError(`${cause.message} The events are deleted. Call it again to resume.`, {
      persistenceId,
      cause,
    })
  } finally {
    context.tails.forget(persistenceId)
  }
}
