import type { AbortOptions, Journal } from '@dynact/persistence'

/**
 * The highest sequence number up to which a history is older than a time; 0 when its first event is not. Events without a time count
 * with the next one that has one, since an id's times rise.
 */
export const lastBefore = async (
  journal: Journal,
  persistenceId: string,
  before: number,
  options: AbortOptions,
): Promise<number> => {
  let last = 0
  for await (const { sequenceNr, timestamp } of journal.replayEvents(persistenceId, {}, options)) {
    if (timestamp >= before) break
    if (timestamp > 0) last = sequenceNr
  }
  return last
}
