import { RecoveryError, type SerializedPayload, type SnapshotMetadata } from '@dynact/persistence'
import { AttributeReader } from './attribute-reader.js'
import { Attributes } from './attributes.js'
import { checkExpiry } from './expiry.js'
import type { Item } from './item.js'
import { itemSize } from './item-size.js'
import type { Fail } from './legacy-bytes.js'
import { readLegacySnapshot } from './legacy-snapshot.js'
import { isPartCount, isPartSetId, MAX_PARTS } from './part-item.js'
import { snapshotKey } from './snapshot-key.js'

/** The only way that states are compressed so far. Stored; never change. */
const ZLIB = 'zlib'
const SHA256_BYTES = 32

/** Where the bytes of a split snapshot lie. */
export interface SnapshotParts {
  /** Names the set of parts: digits, another for every save. */
  readonly set: string
  readonly count: number
  /** SHA-256 of all parts together. */
  readonly hash: Uint8Array
}

/** How the bytes of a state are stored, where that is not as they are. */
export interface SnapshotForm {
  /** How many bytes they have uncompressed; `undefined`: they are not compressed. */
  readonly uncompressedSize?: number | undefined
  /** They lie in items of their own; the payload of the snapshot's own item is empty then. */
  readonly parts?: SnapshotParts | undefined
}

/** A snapshot as it lies in the table: its state still in bytes, compressed or elsewhere where its form says so. */
export interface StoredSnapshot extends SnapshotForm {
  readonly metadata: SnapshotMetadata
  readonly payload: SerializedPayload
}

/**
 * The item of one snapshot. Its timestamp is in whole milliseconds, as the JVM plugins have it. What those can't read is under
 * names that they don't know, so that they fail instead of taking it for the state.
 */
export const snapshotItem = (
  journalName: string,
  { persistenceId, sequenceNr, timestamp }: SnapshotMetadata,
  { serializerId, serializerManifest, bytes }: SerializedPayload,
  { uncompressedSize, parts }: SnapshotForm = {},
): Item => {
  const item: Item = {
    ...snapshotKey(journalName, persistenceId, sequenceNr),
    [Attributes.TIMESTAMP]: { N: String(Math.floor(timestamp)) },
    [Attributes.SNAPSHOT_SERIALIZER_ID]: { N: String(serializerId) },
  }
  if (serializerManifest !== '') item[Attributes.SNAPSHOT_SERIALIZER_MANIFEST] = { S: serializerManifest }
  if (uncompressedSize !== undefined) {
    item[Attributes.COMPRESSION] = { S: ZLIB }
    item[Attributes.UNCOMPRESSED_SIZE] = { N: String(uncompressedSize) }
  }
  if (parts !== undefined) {
    item[Attributes.PART_SET] = { N: parts.set }
    item[Attributes.PART_COUNT] = { N: String(parts.count) }
    item[Attributes.PARTS_HASH] = { B: parts.hash }
  } else item[dataAttribute(uncompressedSize)] = { B: bytes }
  return item
}

const dataAttribute = (uncompressedSize: number | undefined) =>
  uncompressedSize === undefined ? Attributes.SNAPSHOT_DATA : Attributes.SNAPSHOT_COMPRESSED_DATA

/** Size of a snapshot item in bytes, as DynamoDB limits it: together with its entry in the local index, the keys of both. */
export const snapshotItemSize = (item: Item): number => {
  const { PAR, SEQ, TIMESTAMP } = Attributes
  const entry = Object.entries(item).filter(([name]) => name === PAR || name === SEQ || name === TIMESTAMP)
  return itemSize(item) + itemSize(Object.fromEntries(entry))
}

/** The error that a stored snapshot can't be read. */
export const unreadableSnapshot = (
  table: string,
  { persistenceId, sequenceNr }: Pick<SnapshotMetadata, 'persistenceId' | 'sequenceNr'>,
  why: string,
  cause?: unknown,
): RecoveryError =>
  new RecoveryError(
    `${persistenceId}: the snapshot at ${sequenceNr} in table ${table} can't be read: ${why}. Delete it, and the actor recovers from an older one or from its events.`,
    { persistenceId, sequenceNr, cause },
  )

/**
 * Reads a snapshot item.
 *
 * @param table - named in the error.
 * @throws {@link RecoveryError} an attribute is missing, or of another type, or says what can't be.
 */
export const readSnapshotItem = (item: Item, table: string, persistenceId: string): StoredSnapshot => {
  const sequenceNr = Number(item[Attributes.SEQ]?.N)
  const fail = (why: string): never => {
    throw unreadableSnapshot(table, { persistenceId, sequenceNr }, why)
  }
  const read = new AttributeReader(item, fail)
  const number = (name: string): number => read.integer(name) ?? fail(`${name} is not there`)
  const binary = (name: string): Uint8Array => read.binary(name)
  const metadata = { persistenceId, sequenceNr: number(Attributes.SEQ), timestamp: number(Attributes.TIMESTAMP) }
  if (metadata.timestamp < 0) fail(`${Attributes.TIMESTAMP} is negative`)
  checkExpiry(item, fail)
  if (item[Attributes.LEGACY_PAYLOAD] !== undefined && isLegacy(item))
    return { metadata, payload: readLegacySnapshot(binary(Attributes.LEGACY_PAYLOAD), fail) }
  const serializerManifest = read.text(Attributes.SNAPSHOT_SERIALIZER_MANIFEST) ?? ''
  const serializerId = number(Attributes.SNAPSHOT_SERIALIZER_ID)
  const uncompressedSize = readUncompressedSize(item, number, fail)
  const parts = readParts(item, binary, fail)
  const bytes = parts === undefined ? binary(dataAttribute(uncompressedSize)) : new Uint8Array(0)
  return { metadata, payload: { serializerId, serializerManifest, bytes }, uncompressedSize, parts }
}

const isLegacy = (item: Item): boolean =>
  item[Attributes.SNAPSHOT_DATA] === undefined &&
  item[Attributes.COMPRESSION] === undefined &&
  item[Attributes.PART_SET] === undefined

const readUncompressedSize = (item: Item, number: (name: string) => number, fail: Fail): number | undefined => {
  const compression = item[Attributes.COMPRESSION]
  if (compression === undefined) return undefined
  if (compression.S !== ZLIB)
    fail(`it is compressed by ${JSON.stringify(compression.S)}, which this version does not know`)
  const size = number(Attributes.UNCOMPRESSED_SIZE)
  return size >= 0 ? size : fail(`${Attributes.UNCOMPRESSED_SIZE} is negative`)
}

const readParts = (item: Item, binary: (name: string) => Uint8Array, fail: Fail): SnapshotParts | undefined => {
  const name = item[Attributes.PART_SET]
  if (name === undefined) return undefined
  const set = name.N
  if (set === undefined || !isPartSetId(set)) return fail(`${Attributes.PART_SET} names no set of parts`)
  const count = Number(item[Attributes.PART_COUNT]?.N ?? Number.NaN)
  if (!isPartCount(count)) fail(`${Attributes.PART_COUNT} is not a number from 1 to ${MAX_PARTS}`)
  const hash = binary(Attributes.PARTS_HASH)
  if (hash.byteLength !== SHA256_BYTES) fail(`${Attributes.PARTS_HASH} is not a SHA-256`)
  return { set, count, hash }
}
