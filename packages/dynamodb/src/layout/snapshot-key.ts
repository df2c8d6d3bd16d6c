import { Attributes } from './attributes.js'
import type { Item } from './item.js'

/** Hash key of all snapshots of one id. */
export const snapshotPartitionKey = (journalName: string, persistenceId: string): string =>
  `${journalName}-P-${persistenceId}`

/** Key of one snapshot. */
export const snapshotKey = (journalName: string, persistenceId: string, sequenceNr: number): Item => ({
  [Attributes.PAR]: { S: snapshotPartitionKey(journalName, persistenceId) },
  [Attributes.SEQ]: { N: String(sequenceNr) },
})
