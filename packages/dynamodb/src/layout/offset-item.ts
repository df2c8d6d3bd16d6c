/**
 * The item of a projection's offset. `epoch` says which instance may write: each that takes the projection over counts it up.
 * `rev` counts what that has stored, so that a late request of its own can't move the offset back.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { PersistenceError } from '@dynact/persistence'
import type { Item } from './item.js'

/** Names of the attributes of an offset. Stored; never change one. */
export const OffsetAttributes = {
  /** Hash key: the projection's name. */
  PROJECTION: 'projection',
  /** How often the projection was taken over. */
  EPOCH: 'epoch',
  /** The instance that did so last. */
  OWNER: 'owner',
  /** How often an offset was stored. */
  REV: 'rev',
  /** The offset as JSON. */
  OFFSET: 'offset',
  /** Instead, where it is long: the same in deflate (RFC 1951). */
  COMPRESSED_OFFSET: 'offset_z',
  /** How many bytes that has uncompressed. */
  UNCOMPRESSED_SIZE: 'size',
  /** When it was stored, epoch milliseconds. */
  SAVED_AT: 'saved_at',
} as const

/** What an item of the offset table says. */
export interface StoredOffset {
  readonly epoch: number
  readonly owner: string
  readonly rev: number
  /** Plain data; `undefined` when none was ever stored. */
  readonly offset: unknown
}

/** From here on an offset is compressed: smaller ones take one write unit in any case. */
const MIN_COMPRESSED_BYTES = 700
/** A damaged item must not exhaust the memory. */
const MAX_UNCOMPRESSED_BYTES = 256 * 1024 * 1024

/** Key of a projection's item. */
export const offsetKey = (projection: string): Item => ({ [OffsetAttributes.PROJECTION]: { S: projection } })

/** The item of an offset. */
export const offsetItem = (projection: string, { epoch, owner, rev, offset }: StoredOffset, savedAt: number): Item => {
  const json = Buffer.from(JSON.stringify(offset))
  return {
    ...offsetKey(projection),
    [OffsetAttributes.EPOCH]: { N: String(epoch) },
    [OffsetAttributes.OWNER]: { S: owner },
    [OffsetAttributes.REV]: { N: String(rev) },
    [OffsetAttributes.SAVED_AT]: { N: String(savedAt) },
    ...(json.byteLength < MIN_COMPRESSED_BYTES
      ? { [OffsetAttributes.OFFSET]: { S: json.toString() } }
      : {
          [OffsetAttributes.COMPRESSED_OFFSET]: { B: deflateRawSync(json) },
          [OffsetAttributes.UNCOMPRESSED_SIZE]: { N: String(json.byteLength) },
        }),
  }
}

/**
 * Reads an item of the offset table.
 *
 * @param table - named in the error.
 * @throws {@link PersistenceError} it can't be read.
 */
export const readOffsetItem = (item: Item, table: string): StoredOffset => {
  const count = (name: string): number => {
    const value = Number(item[name]?.N ?? Number.NaN)
    if (Number.isSafeInteger(value) && value >= 0) return value
    throw new RangeError(`${name} is no number from 0 to 2^53 - 1`)
  }
  const text = (name: string): string | undefined => {
    const value = item[name]
    if (value === undefined || value.S !== undefined) return value?.S
    throw new TypeError(`${name} is not a string`)
  }
  try {
    const epoch = count(OffsetAttributes.EPOCH)
    const rev = count(OffsetAttributes.REV)
    const owner = text(OffsetAttributes.OWNER)
    if (owner === undefined) throw new RangeError(`${OffsetAttributes.OWNER} is not there`)
    return { epoch, rev, owner, offset: readOffset(item, text, count) }
  } catch (cause) {
    const projection = item[OffsetAttributes.PROJECTION]?.S
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new PersistenceError(
      `Projection ${projection}: its offset in table ${table} can't be read: ${why}. Restore the item from a backup, or delete it and the projection begins at the beginning.`,
      { cause },
    )
  }
}

const readOffset = (
  item: Item,
  text: (name: string) => string | undefined,
  count: (name: string) => number,
): unknown => {
  const compressed = item[OffsetAttributes.COMPRESSED_OFFSET]
  if (compressed === undefined) {
    const json = text(OffsetAttributes.OFFSET)
    return json === undefined ? undefined : parsed(json)
  }
  if (compressed.B === undefined) throw new TypeError(`${OffsetAttributes.COMPRESSED_OFFSET} is not binary`)
  const size = Math.min(count(OffsetAttributes.UNCOMPRESSED_SIZE), MAX_UNCOMPRESSED_BYTES)
  const json = inflateRawSync(compressed.B, { maxOutputLength: Math.max(size, 1) })
  if (json.byteLength !== size) throw new RangeError(`it has ${json.byteLength} bytes, and should have ${size}`)
  return parsed(json.toString())
}

/** Every offset is an object; taken for one, anything else would begin at the beginning. */
const parsed = (json: string): unknown => {
  const offset: unknown = JSON.parse(json)
  if (typeof offset === 'object' && offset !== null && !Array.isArray(offset)) return offset
  throw new TypeError('it is not an object')
}

/** The table of the offsets, paid per request. */
export const offsetTableSchema = (table: string): CreateTableCommandInput => ({
  TableName: table,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: OffsetAttributes.PROJECTION, AttributeType: 'S' }],
  KeySchema: [{ AttributeName: OffsetAttributes.PROJECTION, KeyType: 'HASH' }],
})
