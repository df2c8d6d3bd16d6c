import { type Item, type JournalKeyConfig, steppingStoneItem } from '@dynact/dynamodb'
import type { Hole } from '../known-tails.js'

/**
 * The stepping stone that goes into a hole of a torn batch, so that nothing completes it any more. A JVM compares no writers, but where
 * batches end: the stone must not seem to end where its batch does.
 */
export const plugItem = (
  config: JournalKeyConfig,
  persistenceId: string,
  { sequenceNr, lastSequenceNr }: Hole,
  writerUuid: string,
): Item =>
  steppingStoneItem(config, persistenceId, sequenceNr, writerUuid, {
    index: 0,
    lastIndex: sequenceNr + 1 === lastSequenceNr ? 2 : 1,
  })
