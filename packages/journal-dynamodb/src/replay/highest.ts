import { partitionOf, type RequestOptions } from '@dynact/dynamodb'
import type { JournalContext } from '../journal-context.js'
import { readHighMarks, readLowMark } from '../marks.js'
import { lastInPartition, nearestInPartition } from './occupied.js'

/** How many hundreds are followed before the marks are asked for a short cut. */
const MAX_STEPS_WITHOUT_MARKS = 2

/** Follows the hundreds from one that is not empty to the first that is. Gives the highest number, or gives up after `maxSteps`. */
const chase = async (
  context: JournalContext,
  persistenceId: string,
  known: number,
  options: RequestOptions,
  maxSteps: number,
): Promise<{ highest: number; isEnd: boolean }> => {
  let highest = known
  for (let steps = 0; steps < maxSteps; steps++) {
    const next = await lastInPartition(context, persistenceId, partitionOf(highest) + 1, options)
    if (next === undefined) return { highest, isEnd: true }
    highest = next
  }
  return { highest, isEnd: false }
}

/**
 * The highest sequence number in use. Marks are hints: every one is proved by looking, and the tail behind it is followed to
 * the first empty hundred.
 *
 * @param knownSequenceNr - one that may be in use: when it is, two requests suffice.
 */
export const readHighest = async (
  context: JournalContext,
  persistenceId: string,
  knownSequenceNr: number,
  options: RequestOptions,
): Promise<number> => {
  let reached: number | undefined
  if (knownSequenceNr > 0) {
    reached = await lastInPartition(context, persistenceId, partitionOf(knownSequenceNr), options)
    if (reached !== undefined) {
      const { highest, isEnd } = await chase(context, persistenceId, reached, options, MAX_STEPS_WITHOUT_MARKS)
      if (isEnd && !context.config.distrust) return highest
      reached = highest
    }
  }
  const [highMarks, lowMark] = await Promise.all([
    readHighMarks(context, persistenceId, options),
    readLowMark(context, persistenceId, options),
  ])
  const deletedTo = lowMark.sequenceNr - 1
  if (reached === undefined && lowMark.cutBatch !== undefined)
    reached = (await nearestInPartition(context, persistenceId, lowMark.cutBatch, options))?.last
  const fallback = reached ?? deletedTo
  const candidates = new Set(highMarks.map(partitionOf).filter((partitionNr) => partitionNr > partitionOf(fallback)))
  let base = reached
  for (const partitionNr of candidates) {
    const last = await lastInPartition(context, persistenceId, partitionNr, options)
    base = last ?? base
    if (last !== undefined) break
  }
  base ??= (await lastInPartition(context, persistenceId, partitionOf(deletedTo), options)) ?? deletedTo
  const { highest } = await chase(context, persistenceId, base, options, Number.POSITIVE_INFINITY)
  for (const mark of highMarks.filter((highMark) => partitionOf(highMark) > partitionOf(highest)))
    context.config.onAnomaly?.({ kind: 'bad-mark', persistenceId, fromSequenceNr: mark, toSequenceNr: mark })
  return Math.max(deletedTo, highest)
}
