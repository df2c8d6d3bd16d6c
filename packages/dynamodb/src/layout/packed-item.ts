import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type PersistentRepr, RecoveryError, type SerializedPayload } from '@dynact/persistence'
import { Attributes, PackedAttributes } from './attributes.js'
import { isExpiring } from './expiry.js'
import type { Item } from './item.js'
import { readEventItem, type StoredEvent } from './journal-item.js'
import { eventKey, type JournalKeyConfig, PARTITION_SIZE } from './journal-key.js'

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
  const num = item[Attributes.NUM]?.N
  const sequenceNr = partitionNr * PARTITION_SIZE + Number(num)
  const fail = (why: string): never => {
    throw new RecoveryError(
      `${persistenceId}: the packed batch par=${item[Attributes.PAR]?.S}, num=${num} of table ${table} can't be read: ${why}. Look at it, and restore it from a backup or delete it.`,
      { persistenceId, sequenceNr },
    )
  }
  const entries = packed.L ?? fail(`${Attributes.PACKED_EVENTS} is not a list`)
  const size = Number(item[Attributes.PACKED_SIZE]?.N)
  if (size !== entries.length || size === 0) fail(`it holds ${entries.length} events and claims ${size}`)
  const firstMicros = Number(item[Attributes.TIMESTAMP]?.N ?? 0)
  const notBefore = Number(item[Attributes.CUT]?.N ?? 0)
  const events = entries.map((entry, index) => {
    const event = entry.M ?? fail(`event ${index} is not a map`)
    const serializerId = Number(event[PackedAttributes.SERIALIZER_ID]?.N ?? Number.NaN)
    if (!Number.isSafeInteger(serializerId)) fail(`event ${index} has no serializer id`)
    const offset = Number(event[PackedAttributes.TIME_OFFSET]?.N ?? index)
    return {
      sequenceNr: sequenceNr + index,
      writerUuid: item[Attributes.WRITER_UUID]?.S ?? '',
      payload: {
        serializerId,
        serializerManifest: event[PackedAttributes.SERIALIZER_MANIFEST]?.S ?? '',
        bytes: event[PackedAttributes.EVENT]?.B ?? fail(`event ${index} has no bytes`),
      },
      manifest: event[PackedAttributes.MANIFEST]?.S ?? '',
      index,
      lastIndex: size - 1,
      timestamp: firstMicros > 0 ? (firstMicros + offset) / MICROS_PER_MILLI : 0,
      tags: event[PackedAttributes.TAGS]?.SS ?? [],
      deleted: event[PackedAttributes.DELETED]?.BOOL === true,
      isPacked: true,
    }
  })
  return events.filter((event) => event.sequenceNr >= notBefore)
}
