import { type PersistentRepr, RecoveryError, type SerializedPayload } from '@dynact/persistence'
import { Attributes } from './attributes.js'
import type { Item } from './item.js'
import { eventKey, type JournalKeyConfig, type MarkKind, markKey, PARTITION_SIZE } from './journal-key.js'
import { readLegacyEvent } from './legacy-event.js'

/** An event as it lies in the table: its payload still in bytes. */
export interface StoredEvent {
  readonly sequenceNr: number
  readonly writerUuid: string
  readonly payload: SerializedPayload
  /** The event adapter's. */
  readonly manifest: string
  /** Place in its atomic write; 0 for one that stands alone. */
  readonly index: number
  /** Last place in its atomic write; 0 for one that stands alone. */
  readonly lastIndex: number
  /** Epoch milliseconds with a fraction; 0 if unknown. */
  readonly timestamp: number
  readonly tags: readonly string[]
  readonly deleted: boolean
  /** Its whole batch is one item. */
  readonly isPacked: boolean
}

/** Where an event stands in its atomic write. */
export interface PlaceInWrite {
  readonly index: number
  readonly lastIndex: number
}

const MICROS_PER_MILLI = 1000
/** Akka's and Pekko's for bytes as they are; stored, never changes. */
const STONE_SERIALIZER_ID = 4

/** The item of one event. */
export const eventItem = (
  config: JournalKeyConfig,
  event: PersistentRepr,
  payload: SerializedPayload,
  { index, lastIndex }: PlaceInWrite,
): Item => {
  const item = eventKey(config, event.persistenceId, event.sequenceNr)
  item[Attributes.PERSISTENCE_ID] = { S: event.persistenceId }
  item[Attributes.SEQ] = { N: String(event.sequenceNr) }
  item[Attributes.WRITER_UUID] = { S: event.writerUuid }
  item[Attributes.EVENT] = { B: payload.bytes }
  item[Attributes.EVENT_SERIALIZER_ID] = { N: String(payload.serializerId) }
  if (payload.serializerManifest !== '') item[Attributes.EVENT_SERIALIZER_MANIFEST] = { S: payload.serializerManifest }
  if (event.manifest !== '') item[Attributes.MANIFEST] = { S: event.manifest }
  if (lastIndex > 0) {
    item[Attributes.INDEX] = { N: String(index) }
    item[Attributes.LAST_INDEX] = { N: String(lastIndex) }
  }
  if (event.timestamp > 0) item[Attributes.TIMESTAMP] = { N: String(Math.round(event.timestamp * MICROS_PER_MILLI)) }
  // A set can't be empty and can't name a member twice.
  if (event.tags.length > 0) item[Attributes.TAGS] = { SS: [...new Set(event.tags)] }
  if (event.deleted === true) item[Attributes.DELETED] = { BOOL: true }
  return item
}

/**
 * A stepping stone: an item that takes up a number in a hundred that would stay empty. It claims to be the first of two
 * events whose second never comes, so every reader, the JVM's too, leaves it out.
 */
export const steppingStoneItem = (
  config: JournalKeyConfig,
  persistenceId: string,
  sequenceNr: number,
  writerUuid: string,
  { index, lastIndex }: PlaceInWrite = { index: 0, lastIndex: 1 },
): Item => ({
  ...eventKey(config, persistenceId, sequenceNr),
  [Attributes.PERSISTENCE_ID]: { S: persistenceId },
  [Attributes.SEQ]: { N: String(sequenceNr) },
  [Attributes.WRITER_UUID]: { S: writerUuid },
  [Attributes.EVENT]: { B: new Uint8Array(0) },
  [Attributes.EVENT_SERIALIZER_ID]: { N: String(STONE_SERIALIZER_ID) },
  [Attributes.INDEX]: { N: String(index) },
  [Attributes.LAST_INDEX]: { N: String(lastIndex) },
})

/** Is it a stepping stone? Its writer wants nothing more of the batch that it claims to be a part of. */
export const isSteppingStone = ({ payload, index, timestamp }: StoredEvent): boolean =>
  index === 0 && payload.serializerId === STONE_SERIALIZER_ID && payload.bytes.length === 0 && timestamp === 0

/** The item of a mark. */
export const markItem = (
  config: JournalKeyConfig,
  kind: MarkKind,
  persistenceId: string,
  sequenceNr: number,
): Item => ({
  ...markKey(config, kind, persistenceId, sequenceNr),
  [Attributes.SEQ]: { N: String(sequenceNr) },
})

/**
 * Reads an event item.
 *
 * @param table - named in the error.
 * @throws {@link RecoveryError} an attribute is missing, of another type, or contradicts the key.
 */
export const readEventItem = (item: Item, table: string, persistenceId: string, partitionNr: number): StoredEvent => {
  const num = item[Attributes.NUM]?.N
  const sequenceNr = partitionNr * PARTITION_SIZE + Number(num)
  const fail = (why: string): never => {
    const { PAR, NUM } = Attributes
    throw new RecoveryError(
      `${persistenceId}: the item ${PAR}=${item[PAR]?.S}, ${NUM}=${num} of table ${table} can't be read: ${why}. Look at it, and restore it from a backup or delete it.`,
      { persistenceId, sequenceNr },
    )
  }
  const text = (name: string): string | undefined => {
    const value = item[name]
    return value === undefined || value.S !== undefined ? value?.S : fail(`${name} is not a string`)
  }
  const integer = (name: string): number | undefined => {
    const value = item[name]
    if (value === undefined) return undefined
    const number = value.N === undefined ? Number.NaN : Number(value.N)
    return Number.isSafeInteger(number) ? number : fail(`${name} is not an integer`)
  }
  const binary = (name: string): Uint8Array => item[name]?.B ?? fail(`${name} is not binary or not there`)
  const isLegacy = item[Attributes.EVENT] === undefined && item[Attributes.LEGACY_PAYLOAD] !== undefined
  const stored = isLegacy
    ? readLegacyEvent(binary(Attributes.LEGACY_PAYLOAD), fail)
    : {
        persistenceId: text(Attributes.PERSISTENCE_ID),
        sequenceNr: integer(Attributes.SEQ),
        writerUuid: text(Attributes.WRITER_UUID) ?? '',
        payload: {
          bytes: binary(Attributes.EVENT),
          serializerId:
            integer(Attributes.EVENT_SERIALIZER_ID) ?? fail(`${Attributes.EVENT_SERIALIZER_ID} is not there`),
          serializerManifest: text(Attributes.EVENT_SERIALIZER_MANIFEST) ?? '',
        },
        manifest: text(Attributes.MANIFEST) ?? '',
      }
  if (stored.persistenceId !== undefined && stored.persistenceId !== persistenceId)
    fail(`it says that it belongs to ${stored.persistenceId}`)
  if (stored.sequenceNr !== undefined && stored.sequenceNr !== sequenceNr)
    fail(`it says that it is event ${stored.sequenceNr}`)
  const index = integer(Attributes.INDEX) ?? 0
  const lastIndex = integer(Attributes.LAST_INDEX) ?? 0
  if (index < 0 || index > lastIndex) fail(`place ${index} of 0 to ${lastIndex} in its atomic write makes no sense`)
  return {
    sequenceNr,
    writerUuid: stored.writerUuid,
    payload: stored.payload,
    manifest: stored.manifest,
    index,
    lastIndex,
    timestamp: (integer(Attributes.TIMESTAMP) ?? 0) / MICROS_PER_MILLI,
    tags: item[Attributes.TAGS]?.SS ?? [],
    deleted: item[Attributes.DELETED]?.BOOL === true,
    isPacked: false,
  }
}
