import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { PersistentRepr, SerializedPayload } from '@dynact/persistence'
import { AttributeReader } from './attribute-reader.js'
import { Attributes, PackedAttributes } from './attributes.js'
import { checkExpiry, isExpiring } from './expiry.js'
import type { Item } from './item.js'
import { checkClaims, readEventItem, type StoredEvent } from './journal-item.js'
import { eventKey, type JournalKeyConfig } from './journal-key.js'
import { readJournalPlace, refusalOf } from './journal-place.js'
import type { Fail } from './legacy-bytes.js'

const MICROS_PER_MILLI = 1000
const micros = (timestamp: number): number => Math.round(timestamp * MICROS_PER_MILLI)

/** The item of a whole batch, under the key of its first event. It occupies as many sequence numbers as it has events. */
export const packedItem = (
  config: JournalKeyConfig,
  events: readonly [PersistentRepr, ...PersistentRepr[]],
  payloads: readonly SerializedPayload[],
): Item => {
  const [first] = events
  const firstMicros = micros(first.timestamp)
  return {
    ...eventKey(config, first.persistenceId, first.sequenceNr),
    [Attributes.PERSISTENCE_ID]: { S: first.persistenceId },
    [Attributes.SEQ]: { N: String(first.sequenceNr) },
    [Attributes.WRITER_UUID]: { S: first.writerUuid },
    ...(firstMicros > 0 && { [Attributes.TIMESTAMP]: { N: String(firstMicros) } }),
    [Attributes.PACKED_SIZE]: { N: String(events.length) },
    [Attributes.PACKED_EVENTS]: {
      L: events.map((event, index) => ({
        M: packedEvent(event, payloads[index] as SerializedPayload, index, firstMicros),
      })),
    },
  }
}

const packedEvent = (
  event: PersistentRepr,
  { bytes, serializerId, serializerManifest }: SerializedPayload,
  index: number,
  firstMicros: number,
): Item => {
  const offset = micros(event.timestamp) - firstMicros
  return {
    [PackedAttributes.EVENT]: { B: bytes },
    [PackedAttributes.SERIALIZER_ID]: { N: String(serializerId) },
    ...(serializerManifest !== '' && { [PackedAttributes.SERIALIZER_MANIFEST]: { S: serializerManifest } }),
    ...(event.manifest !== '' && { [PackedAttributes.MANIFEST]: { S: event.manifest } }),
    ...(event.tags.length > 0 && { [PackedAttributes.TAGS]: { SS: [...new Set(event.tags)] } }),
    ...(firstMicros > 0 && offset !== index && { [PackedAttributes.TIME_OFFSET]: { N: String(offset) } }),
    ...(event.deleted === true && { [PackedAttributes.DELETED]: { BOOL: true } }),
  }
}

/** How many sequence numbers an item of a hundred occupies; needs its `n` only. */
export const occupiedBy = (item: Item): number => {
  const size = Number(item[Attributes.PACKED_SIZE]?.N ?? 1)
  return Number.isSafeInteger(size) && size > 1 ? size : 1
}

/**
 * The events of an item of a hundred: one, or those of a packed batch; none of a deleted one that DynamoDB has yet to remove.
 *
 * @param table - named in the error.
 * @throws {@link RecoveryError} the item is damaged.
 */
export const readJournalItem = (
  item: Item,
  table: string,
  persistenceId: string,
  partitionNr: number,
): StoredEvent[] => {
  if (isExpiring(item)) return []
  const packed = item[Attributes.PACKED_EVENTS]
  return packed === undefined
    ? [readEventItem(item, table, persistenceId, partitionNr)]
    : readPackedItem(item, packed, table, persistenceId, partitionNr)
}

const readPackedItem = (
  item: Item,
  packed: AttributeValue,
  table: string,
  persistenceId: string,
  partitionNr: number,
): StoredEvent[] => {
  const hundred = { table, persistenceId, partitionNr }
  const fail = refusalOf(item, hundred, 'packed batch')
  const read = new AttributeReader(item, fail)
  const entries = packed.L ?? fail(`${Attributes.PACKED_EVENTS} is not a list`)
  const size = read.integer(Attributes.PACKED_SIZE)
  if (size !== entries.length || size === 0) fail(`it holds ${entries.length} events and claims ${size}`)
  const { first: sequenceNr } = readJournalPlace(item, hundred)
  const claims = { persistenceId: read.text(Attributes.PERSISTENCE_ID), sequenceNr: read.integer(Attributes.SEQ) }
  checkClaims(claims, { persistenceId, sequenceNr }, fail)
  checkExpiry(item, fail)
  const writerUuid = read.text(Attributes.WRITER_UUID) ?? ''
  const firstMicros = read.integer(Attributes.TIMESTAMP, 0) ?? 0
  const notBefore = read.integer(Attributes.CUT, 0) ?? 0
  const events = entries.map((entry, index) => ({
    sequenceNr: sequenceNr + index,
    writerUuid,
    ...readPackedEvent(entry, index, firstMicros, fail),
    index,
    lastIndex: entries.length - 1,
    isPacked: true,
  }))
  return events.filter((event) => event.sequenceNr >= notBefore)
}

const readPackedEvent = (entry: AttributeValue, index: number, firstMicros: number, failItem: Fail) => {
  const event = entry.M ?? failItem(`event ${index} is not a map`)
  const fail: Fail = (why) => failItem(`event ${index}: ${why}`)
  const read = new AttributeReader(event, fail)
  const serializerId = read.integer(PackedAttributes.SERIALIZER_ID) ?? failItem(`event ${index} has no serializer id`)
  const micros = firstMicros + (read.integer(PackedAttributes.TIME_OFFSET) ?? index)
  if (micros < 0 || !Number.isSafeInteger(micros)) fail(`${PackedAttributes.TIME_OFFSET} makes its time ${micros}`)
  if (event[PackedAttributes.EVENT] === undefined) failItem(`event ${index} has no bytes`)
  return {
    payload: {
      serializerId,
      serializerManifest: read.text(PackedAttributes.SERIALIZER_MANIFEST) ?? '',
      bytes: read.binary(PackedAttributes.EVENT),
    },
    manifest: read.text(PackedAttributes.MANIFEST) ?? '',
    timestamp: firstMicros > 0 ? micros / MICROS_PER_MILLI : 0,
    tags: read.texts(PackedAttributes.TAGS),
    deleted: read.flag(PackedAttributes.DELETED),
  }
}
