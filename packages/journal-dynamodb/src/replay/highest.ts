import { partitionOf, type RequestOptions } from '@dynact/dynamodb'
import type { JournalContext } from '../journal-context.js'
import { readHighMarks, readLowMark } from '../marks.js'
import { lastInPartition, nearestInPartition } from './occupied.js'

/** How many hundreds are followed before the marks are asked for a short cut. */
const MAX_STEPS_WITHOUT_MARKS = 2

/** How far a search has come. */
interface Reached {
  readonly highest: number
  /** The hundred that was looked at last; `highest` may lie behind it, in a packed batch that reaches further. */
  readonly lookedAt: number
}

/** The highest number in use in a hundred. */
const lookAt = async (
  context: JournalContext,
  persistenceId: string,
  partitionNr: number,
  options: RequestOptions,
): Promise<Reached | undefined> => {
  const highest = await lastInPartition(context, persistenceId, partitionNr, options)
  return highest === undefined ? undefined : { highest, lookedAt: partitionNr }
}

/** Follows the hundreds from one that is not empty to the first that is. Gives how far that is, or gives up after `maxSteps`. */
const chase = async (
  context: JournalContext,
  persistenceId: string,
  known: Reached,
  options: RequestOptions,
  maxSteps: number,
): Promise<Reached & { isEnd: boolean }> => {
  let { highest, lookedAt } = known
  for (let steps = 0; steps < maxSteps; steps++) {
    const own = partitionOf(highest)
    const next =
      (lookedAt < own ? await lookAt(context, persistenceId, own, options) : undefined) ??
      (await lookAt(context, persistenceId, own + 1, options))
    if (next === undefined) return { highest, lookedAt, isEnd: true }
    highest = Math.max(highest, next.highest)
    lookedAt = next.lookedAt
  }
  return { highest, lookedAt, isEnd: false }
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
  let reached: Reached | undefined
  if (knownSequenceNr > 0) {
    reached = await lookAt(context, persistenceId, partitionOf(knownSequenceNr), options)
    if (reached !== undefined) {
      const { isEnd, ...further } = await chase(context, persistenceId, reached, options, MAX_STEPS_WITHOUT_MARKS)
      if (isEnd && !context.config.distrust) return further.highest
      reached = further
    }
  }
  const [highMarks, lowMark] = await Promise.all([
    readHighMarks(context, persistenceId, options),
    readLowMark(context, persistenceId, options),
  ])
  const deletedTo = lowMark.sequenceNr - 1
  if (reached === undefined && lowMark.cutBatch !== undefined) {
    const batch = await nearestInPartition(context, persistenceId, lowMark.cutBatch, options)
    // What lies behind it in its own hundred has not been looked at.
    reached = batch && { highest: batch.last, lookedAt: partitionOf(batch.first) - 1 }
  }
  const fallback = reached?.highest ?? deletedTo
  const candidates = new Set(highMarks.map(partitionOf).filter((partitionNr) => partitionNr > partitionOf(fallback)))
  let base = reached
  for (const partitionNr of candidates) {
    const found = await lookAt(context, persistenceId, partitionNr, options)
    base = found ?? base
    if (found !== undefined) break
  }
  const lowest = partitionOf(deletedTo)
  base ??= (await lookAt(context, persistenceId, lowest, options)) ?? { highest: deletedTo, lookedAt: lowest }
  const { highest } = await chase(context, persistenceId, base, options, Number.POSITIVE_INFINITY)
  for (const mark of highMarks.filter((highMark) => partitionOf(highMark) > partitionOf(highest)))
    context.config.onAnomaly?.({ kind: 'bad-mark', persistenceId, fromSequenceNr: mark, toSequenceNr: mark })
  return Math.max(deletedTo, highest)
}
