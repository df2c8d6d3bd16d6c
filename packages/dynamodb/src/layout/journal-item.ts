import type { PersistentRepr, SerializedPayload } from '@dynact/persistence'
import { AttributeReader } from './attribute-reader.js'
import { Attributes } from './attributes.js'
import { checkExpiry } from './expiry.js'
import type { Item } from './item.js'
import { eventKey, type JournalKeyConfig, type MarkKind, markKey } from './journal-key.js'
import { readJournalPlace, refusalOf } from './journal-place.js'
import type { Fail } from './legacy-bytes.js'
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
  const hundred = { table, persistenceId, partitionNr }
  const fail = refusalOf(item, hundred)
  const read = new AttributeReader(item, fail)
  const { first: sequenceNr, index, lastIndex } = readJournalPlace(item, hundred)
  const isLegacy = item[Attributes.EVENT] === undefined && item[Attributes.LEGACY_PAYLOAD] !== undefined
  const stored = isLegacy
    ? readLegacyEvent(read.binary(Attributes.LEGACY_PAYLOAD), fail)
    : {
        persistenceId: read.text(Attributes.PERSISTENCE_ID),
        sequenceNr: read.integer(Attributes.SEQ),
        writerUuid: read.text(Attributes.WRITER_UUID) ?? '',
        payload: {
          bytes: read.binary(Attributes.EVENT),
          serializerId:
            read.integer(Attributes.EVENT_SERIALIZER_ID) ?? fail(`${Attributes.EVENT_SERIALIZER_ID} is not there`),
          serializerManifest: read.text(Attributes.EVENT_SERIALIZER_MANIFEST) ?? '',
        },
        manifest: read.text(Attributes.MANIFEST) ?? '',
      }
  checkClaims(stored, { persistenceId, sequenceNr }, fail)
  checkPlain(item, fail)
  return {
    sequenceNr,
    writerUuid: stored.writerUuid,
    payload: stored.payload,
    manifest: stored.manifest,
    index,
    lastIndex,
    timestamp: (read.integer(Attributes.TIMESTAMP, 0) ?? 0) / MICROS_PER_MILLI,
    tags: read.texts(Attributes.TAGS),
    deleted: read.flag(Attributes.DELETED),
    isPacked: false,
  }
}

/** What an item says of its id and number must be what its key says. */
export const checkClaims = (
  claims: { readonly persistenceId: string | undefined; readonly sequenceNr: number | undefined },
  { persistenceId, sequenceNr }: { readonly persistenceId: string; readonly sequenceNr: number },
  fail: Fail,
): void => {
  if (claims.persistenceId !== undefined && claims.persistenceId !== persistenceId)
    fail(`it says that it belongs to ${claims.persistenceId}`)
  if (claims.sequenceNr !== undefined && claims.sequenceNr !== sequenceNr)
    fail(`it says that it is event ${claims.sequenceNr}`)
}

/** Attributes that make another thing of an item than an event, and are not what they should be then. */
const checkPlain = (item: Item, fail: Fail): void => {
  if (item[Attributes.PACKED_SIZE] !== undefined)
    fail(
      `it has ${Attributes.PACKED_SIZE} and no ${Attributes.PACKED_EVENTS}, and is neither an event nor a packed batch`,
    )
  checkExpiry(item, fail)
}
