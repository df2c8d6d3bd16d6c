import type { EventPoke } from '@dynact/persistence'
import type { Told } from './feed-reader.js'

/** A poke as if the feed told of its events. */
export const hintOf = ({ persistenceId, sequenceNr, count = 1, timestamp }: EventPoke): Told => ({
  persistenceId,
  sequenceNr,
  firstSequenceNr: sequenceNr - count + 1,
  lastSequenceNr: sequenceNr,
  isPacked: false,
  timestamp,
  tags: [],
  isHint: true,
})
