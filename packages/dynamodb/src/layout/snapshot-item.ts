import { RecoveryError, type SerializedPayload, type SnapshotMetadata } from '@dynact/persistence'
import { Attributes } from './attributes.js'
import type { Item } from './item.js'
import { itemSize } from './item-size.js'
import { readLegacySnapshot } from './legacy-snapshot.js'

/** A snapshot as it lies in the table: its state still in bytes. */
export interface StoredSnapshot {
  readonly metadata: SnapshotMetadata
  readonly payload: SerializedPayload
}

/** Hash key of all snapshots of one id. */
export const snapshotPartitionKey = (journalName: string, persistenceId: string): string =>
  `${journalName}-P-${persistenceId}`

/** Key of one snapshot. */
export const snapshotKey = (journalName: string, persistenceId: string, sequenceNr: number): Item => ({
  [Attributes.PAR]: { S: snapshotPartitionKey(journalName, persistenceId) },
  [Attributes.SEQ]: { N: String(sequenceNr) },
})

/** The item of one snapshot. Its timestamp is in whole milliseconds, as the JVM plugins have it. */
export const snapshotItem = (
  journalName: string,
  { persistenceId, sequenceNr, timestamp }: SnapshotMetadata,
  payload: SerializedPayload,
): Item => {
  const item: Item = {
    ...snapshotKey(journalName, persistenceId, sequenceNr),
    [Attributes.TIMESTAMP]: { N: String(Math.floor(timestamp)) },
    [Attributes.SNAPSHOT_DATA]: { B: payload.bytes },
    [Attributes.SNAPSHOT_SERIALIZER_ID]: { N: String(payload.serializerId) },
  }
  if (payload.serializerManifest !== '')
    item[Attributes.SNAPSHOT_SERIALIZER_MANIFEST] = { S: payload.serializerManifest }
  return item
}

/** Size of a snapshot item in bytes, as DynamoDB limits it: together with its entry in the local index, the keys of both. */
export const snapshotItemSize = (item: Item): number => {
  const { PAR, SEQ, TIMESTAMP } = Attributes
  const entry = Object.entries(item).filter(([name]) => name === PAR || name === SEQ || name === TIMESTAMP)
  return itemSize(item) + itemSize(Object.fromEntries(entry))
}

/**
 * Reads a snapshot item.
 *
 * @param table - named in the error.
 * @throws {@link RecoveryError} an attribute is missing or of another type.
 */
export const readSnapshotItem = (item: Item, table: string, persistenceId: string): StoredSnapshot => {
  const sequenceNr = Number(item[Attributes.SEQ]?.N)
  const fail = (why: string): never => {
    throw new RecoveryError(
      `${persistenceId}: the snapshot at ${sequenceNr} in table ${table} can't be read: ${why}. Delete it, and the actor recovers from an older one or from its events.`,
      { persistenceId, sequenceNr },
    )
  }
  const number = (name: string): number => {
    const value = Number(item[name]?.N ?? Number.NaN)
    return Number.isSafeInteger(value) ? value : fail(`${name} is not an integer or not there`)
  }
  const metadata = { persistenceId, sequenceNr: number(Attributes.SEQ), timestamp: number(Attributes.TIMESTAMP) }
  const binary = (name: string): Uint8Array => item[name]?.B ?? fail(`${name} is not binary or not there`)
  if (item[Attributes.SNAPSHOT_DATA] === undefined && item[Attributes.LEGACY_PAYLOAD] !== undefined)
    return { metadata, payload: readLegacySnapshot(binary(Attributes.LEGACY_PAYLOAD), fail) }
  const manifest = item[Attributes.SNAPSHOT_SERIALIZER_MANIFEST]
  if (manifest !== undefined && manifest.S === undefined)
    fail(`${Attributes.SNAPSHOT_SERIALIZER_MANIFEST} is not a string`)
  return {
    metadata,
    payload: {
      serializerId: number(Attributes.SNAPSHOT_SERIALIZER_ID),
      serializerManifest: manifest?.S ?? '',
      bytes: binary(Attributes.SNAPSHOT_DATA),
    },
  }
}
