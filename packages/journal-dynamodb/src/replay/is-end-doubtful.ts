import { partitionOf } from '@dynact/dynamodb'
import type { StoredPage } from './partition-pages.js'

/**
 * If nothing is found behind this page: might events have been there, and been deleted while the replay was reading?
 *
 * A deletion empties a hundred but for its last event before it takes that, and before it goes on to the next hundred. So one
 * request that gives the end of a history, in the middle of a hundred, proves it: what a deletion was taking would show as a gap.
 * Of two requests the second may come after the deletion.
 */
export const isEndDoubtful = ({ events, continues }: StoredPage): boolean => {
  const [first, ...rest] = events
  if (continues || first === undefined) return continues
  // Not the one that comes last: a stray of a dead writer may lie under a packed batch.
  const last = rest.reduce((highest, event) => (event.sequenceNr > highest.sequenceNr ? event : highest), first)
  const itemNr = last.isPacked ? last.sequenceNr - last.index : last.sequenceNr
  return partitionOf(itemNr) !== partitionOf(last.sequenceNr + 1)
}
