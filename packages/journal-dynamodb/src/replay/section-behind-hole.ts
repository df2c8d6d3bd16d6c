import { PARTITION_SIZE, partitionOf, type RequestOptions } from '@dynact/dynamodb'
import type { JournalContext } from '../journal-context.js'
import { isInUse } from './occupied.js'
import type { PagesRange } from './partition-pages.js'

/** Bounds what a recovery probes for the sake of a high mark, or of an event, that is far ahead. */
export const MAX_EMPTY_PARTITIONS = 1000

/**
 * A high mark may show that an empty hundred is a hole, and not the end: gives what to read behind it, if it is. Marks that point
 * to where nothing is are told to `onAnomaly`.
 *
 * @param highMarks - highest first.
 */
export const sectionBehindHole = async (
  context: JournalContext,
  persistenceId: string,
  emptyPartition: number,
  highMarks: readonly number[],
  options: RequestOptions,
): Promise<PagesRange | undefined> => {
  const { replayParallelism, onAnomaly } = context.config
  for (const mark of highMarks) {
    const partitionNr = partitionOf(mark)
    if (partitionNr <= emptyPartition) return undefined
    if (!(await isInUse(context, persistenceId, partitionNr, options))) {
      onAnomaly?.({ kind: 'bad-mark', persistenceId, fromSequenceNr: mark, toSequenceNr: mark })
      continue
    }
    const nearest = Math.max(emptyPartition + 1, partitionNr - MAX_EMPTY_PARTITIONS)
    return { from: nearest * PARTITION_SIZE, throughPartition: partitionNr, lookAhead: replayParallelism }
  }
  return undefined
}
