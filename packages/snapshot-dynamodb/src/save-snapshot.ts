import {
  type Item,
  isConflict,
  itemSize,
  MAX_ITEM_BYTES,
  RequestFailedError,
  snapshotItem,
  snapshotItemSize,
} from '@dynact/dynamodb'
import {
  ItemTooLargeError,
  isPersistenceError,
  type SerializedPayload,
  type SnapshotMetadata,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { compress } from './compression.js'
import { saveCondition } from './save-condition.js'
import type { SnapshotCall } from './snapshot-context.js'
import { sweepParts } from './sweep-parts.js'
import type { TableLimit } from './table-limit.js'
import { commitParts, LONGEST_PARTS, partCapacity, writeParts } from './write-parts.js'

/** A snapshot ready to be sent: as one item, whether that fits or not. */
interface Prepared {
  readonly metadata: SnapshotMetadata
  readonly payload: SerializedPayload
  readonly uncompressedSize: number | undefined
  readonly item: Item
}

/**
 * Stores a snapshot, unless a later one of the same sequence number is stored.
 *
 * @param limit - what is known of the table's limit; more after this call, perhaps.
 * @throws {@link WriteRejectedError} nothing was written that anybody sees.
 * @throws {@link WriteUncertainError} the outcome is unknown after every retry.
 */
export const saveSnapshot = async (
  call: SnapshotCall,
  metadata: SnapshotMetadata,
  snapshot: unknown,
  limit: TableLimit,
): Promise<void> => {
  const prepared = await prepare(call, metadata, snapshot)
  try {
    if (fitsOneItem(call, prepared, limit)) await putItem(call, prepared, limit)
    else await putParts(call, prepared, limit)
  } catch (cause) {
    throw saveFailed(metadata, cause)
  }
}

const prepare = async (
  { config: { journalName, serialization, compression } }: SnapshotCall,
  metadata: SnapshotMetadata,
  snapshot: unknown,
): Promise<Prepared> => {
  const payload = await serialization.serialize(snapshot, { ...metadata, kind: 'snapshot' })
  const plain = { metadata, payload, uncompressedSize: undefined, item: snapshotItem(journalName, metadata, payload) }
  const bytes = await compress(payload.bytes, compression)
  if (bytes === undefined) return plain
  const uncompressedSize = payload.bytes.byteLength
  const item = snapshotItem(journalName, metadata, { ...payload, bytes }, { uncompressedSize })
  const compressed = { metadata, payload: { ...payload, bytes }, uncompressedSize, item }
  return itemSize(item) < itemSize(plain.item) ? compressed : plain
}

const fitsOneItem = ({ config }: SnapshotCall, { item }: Prepared, limit: TableLimit): boolean =>
  snapshotItemSize(item) <= config.maxItemSize && (!limit.isIndexComplete || 2 * itemSize(item) <= MAX_ITEM_BYTES)

const putItem = async (call: SnapshotCall, prepared: Prepared, limit: TableLimit): Promise<void> => {
  const { config, requests, options } = call
  const { metadata, item } = prepared
  const input = { TableName: config.table, Item: item, ...saveCondition(metadata) }
  try {
    await requests.send('PutItem', input, options)
  } catch (error) {
    if (isConflict(error)) return
    if (!isItemSizeRefused(error)) throw error
    limit.isIndexComplete = true
    await putParts(call, prepared, limit)
  }
}

/** It is small enough by itself: the index of a table that the JVM plugins' set-up made holds all of it once more. */
const isItemSizeRefused = (error: unknown): boolean =>
  error instanceof RequestFailedError &&
  error.failure.applied === 'no' &&
  error.cause instanceof Error &&
  /item size/i.test(error.cause.message)

const putParts = async (call: SnapshotCall, prepared: Prepared, limit: TableLimit): Promise<void> => {
  const { metadata, payload, uncompressedSize } = prepared
  const { persistenceId, sequenceNr } = metadata
  checkSplit(call, prepared, limit)
  // They may be the state itself, and take a while to be sent: what is done to it meanwhile must not tear the snapshot.
  const bytes = Uint8Array.from(payload.bytes)
  await tidyUp(call)
  const { set, parts } = await writeParts(call, metadata, bytes)
  const head = snapshotItem(call.config.journalName, metadata, payload, { uncompressedSize, parts })
  if ((await commitParts(call, head, set)) === 'deleted')
    throw new WriteRejectedError(
      `${persistenceId}: the snapshot at ${sequenceNr} was deleted while its parts were being written. Save it again if it is still wanted. Nothing was written.`,
      { persistenceId, sequenceNr },
    )
}

/** Sweeps as far as that is possible: what others have left does not decide about a save, and a later sweep finds it again. */
const tidyUp = async (call: SnapshotCall): Promise<void> => {
  const { table, logger } = call.config
  const pass = (error: unknown): void => {
    if (!isPersistenceError(error)) throw error
    const text = `${error.message} It is passed over, since a snapshot is being saved; deleting snapshots of the id fails with it.`
    logger?.warn({ table, persistenceId: call.persistenceId, err: error }, text)
  }
  try {
    await sweepParts(call, () => false, pass)
  } catch (error) {
    pass(error)
  }
}

/** @throws {@link ItemTooLargeError} it must not be split, or is too large for that too. */
const checkSplit = ({ config }: SnapshotCall, prepared: Prepared, limit: TableLimit): void => {
  const { metadata, payload, uncompressedSize, item } = prepared
  const { persistenceId, sequenceNr } = metadata
  const refuse = (sizeBytes: number, limitBytes: number, why: string, advice: string): never => {
    const text = `${persistenceId}: the snapshot at ${sequenceNr} needs ${sizeBytes} bytes${why}, limit ${limitBytes}. ${advice} Nothing was written.`
    throw new ItemTooLargeError(text, { persistenceId, sequenceNr, sizeBytes, limitBytes })
  }
  const { totalBytes } = partCapacity(config, metadata)
  const stored = payload.bytes.byteLength
  // An id or a manifest can take up all of an item by itself.
  const head = snapshotItem(config.journalName, metadata, payload, { uncompressedSize, parts: LONGEST_PARTS })
  if (config.split !== false && snapshotItemSize(head) <= config.maxItemSize) {
    if (stored <= totalBytes) return
    refuse(stored, totalBytes, ' in parts', 'Keep less in the state, or raise split.maxBytes.')
  }
  if (limit.isIndexComplete && snapshotItemSize(item) <= config.maxItemSize)
    refuse(
      2 * itemSize(item),
      MAX_ITEM_BYTES,
      `, as an index of table ${config.table} holds all of it once more`,
      'Keep less in the state, set split, or use a table that createSnapshotTable has made.',
    )
  refuse(
    snapshotItemSize(item),
    config.maxItemSize,
    '',
    'Keep less in the state, set compression or split, or store large parts elsewhere.',
  )
}

const saveFailed = ({ persistenceId, sequenceNr }: SnapshotMetadata, cause: unknown): unknown => {
  if (!isPersistenceError(cause) || cause instanceof WriteRejectedError) return cause
  const facts = { persistenceId, sequenceNr, cause }
  return cause instanceof RequestFailedError && cause.failure.applied === 'unknown'
    ? new WriteUncertainError(`${cause.message} Whether it is stored is unknown; saving it again is safe.`, facts)
    : new WriteRejectedError(`${cause.message} Nothing was written.`, facts)
}
