import type { StoredEvent } from '@dynact/dynamodb'
import type { SerializedPayload, SnapshotMetadata } from '@dynact/persistence'
import { z } from 'zod'
import type { StoredWrite } from './stored-write.js'

/**
 * The lines of an export. Public: other programs may write them. Numbers are as they are stored: times of events in epoch
 * microseconds, absent when unknown; bytes in base64; what is absent is empty.
 */
const payloadShape = {
  serializerId: z.int(),
  serializerManifest: z.string().exactOptional(),
  bytes: z.base64(),
}
const nr = z.int().min(1)

const headerSchema = z.strictObject({
  type: z.literal('header'),
  format: z.literal('dynact-export'),
  version: z.literal(1),
})

const writeSchema = z.strictObject({
  type: z.literal('write'),
  persistenceId: z.string().min(1),
  /** Of the first event here. */
  sequenceNr: nr,
  writerUuid: z.string(),
  /** Place of the first event here in its atomic write: more than 0 where the beginning was deleted. */
  index: z.int().min(0).exactOptional(),
  /** The write was one item. */
  packed: z.literal(true).exactOptional(),
  events: z
    .array(
      z.strictObject({
        ...payloadShape,
        manifest: z.string().exactOptional(),
        micros: z.int().min(0).exactOptional(),
        tags: z.array(z.string()).exactOptional(),
        deleted: z.literal(true).exactOptional(),
      }),
    )
    .min(1),
})

const snapshotSchema = z.strictObject({
  type: z.literal('snapshot'),
  persistenceId: z.string().min(1),
  sequenceNr: z.int().min(0),
  timestamp: z.number().min(0),
  ...payloadShape,
})

/** Begins an id: its writes and snapshots come next. */
const idSchema = z.strictObject({
  type: z.literal('id'),
  persistenceId: z.string().min(1),
  /** Events up to here were deleted. */
  deletedTo: z.int().min(0),
})

/** Ends an id. */
const endSchema = z.strictObject({
  type: z.literal('end'),
  persistenceId: z.string().min(1),
  /** Numbers up to here are used up, by what is visible or not. */
  highestSequenceNr: z.int().min(0),
})

/** Vouches for the lines since the last one of its kind. */
const checkpointSchema = z.strictObject({
  type: z.literal('checkpoint'),
  /** Where an export goes on; absent in the last one. */
  cursor: z.string().exactOptional(),
  lines: z.int().min(0),
  /** SHA-256, in hexadecimal, of these lines with their line feeds, begun with the one before. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** One line. */
export const transferRecordSchema = z.discriminatedUnion('type', [
  headerSchema,
  writeSchema,
  snapshotSchema,
  idSchema,
  endSchema,
  checkpointSchema,
])
export type TransferRecord = z.output<typeof transferRecordSchema>
export type WriteRecord = z.output<typeof writeSchema>
export type SnapshotRecord = z.output<typeof snapshotSchema>
export type IdRecord = z.output<typeof idSchema>
export type EndRecord = z.output<typeof endSchema>
export type CheckpointRecord = z.output<typeof checkpointSchema>

/** What a source of histories gives: ids one after the other, and between them places where it can go on. */
export type SourceRecord =
  | IdRecord
  | WriteRecord
  | SnapshotRecord
  | EndRecord
  | { readonly type: 'page'; readonly cursor: string | undefined }

export const HEADER: TransferRecord = { type: 'header', format: 'dynact-export', version: 1 }

const MICROS_PER_MILLI = 1000

const payloadRecord = ({ serializerId, serializerManifest, bytes }: SerializedPayload) => ({
  serializerId,
  ...(serializerManifest !== '' && { serializerManifest }),
  bytes: Buffer.from(bytes).toString('base64'),
})

const payloadOf = (record: {
  serializerId: number
  serializerManifest?: string
  bytes: string
}): SerializedPayload => ({
  serializerId: record.serializerId,
  serializerManifest: record.serializerManifest ?? '',
  bytes: new Uint8Array(Buffer.from(record.bytes, 'base64')),
})

/** The line of an atomic write. */
export const writeRecord = (persistenceId: string, write: StoredWrite): WriteRecord => {
  const [first] = write
  return {
    type: 'write',
    persistenceId,
    sequenceNr: first.sequenceNr,
    writerUuid: first.writerUuid,
    ...(first.index > 0 && { index: first.index }),
    ...(first.isPacked && { packed: true as const }),
    events: write.map(({ payload, manifest, timestamp, tags, deleted }) => ({
      ...payloadRecord(payload),
      ...(manifest !== '' && { manifest }),
      ...(timestamp > 0 && { micros: Math.round(timestamp * MICROS_PER_MILLI) }),
      ...(tags.length > 0 && { tags: [...tags] }),
      ...(deleted && { deleted: true as const }),
    })),
  }
}

/** The atomic write of a line. */
export const storedWriteOf = ({ sequenceNr, writerUuid, index = 0, packed, events }: WriteRecord): StoredWrite =>
  events.map(
    (event, place): StoredEvent => ({
      sequenceNr: sequenceNr + place,
      writerUuid,
      payload: payloadOf(event),
      manifest: event.manifest ?? '',
      index: index + place,
      lastIndex: index + events.length - 1,
      timestamp: (event.micros ?? 0) / MICROS_PER_MILLI,
      tags: event.tags ?? [],
      deleted: event.deleted === true,
      isPacked: packed === true,
    }),
  ) as unknown as StoredWrite

/** The line of a snapshot. */
export const snapshotRecord = (
  { persistenceId, sequenceNr, timestamp }: SnapshotMetadata,
  payload: SerializedPayload,
): SnapshotRecord => ({ type: 'snapshot', persistenceId, sequenceNr, timestamp, ...payloadRecord(payload) })

/** The snapshot of a line. */
export const snapshotOf = (record: SnapshotRecord): { metadata: SnapshotMetadata; payload: SerializedPayload } => ({
  metadata: { persistenceId: record.persistenceId, sequenceNr: record.sequenceNr, timestamp: record.timestamp },
  payload: payloadOf(record),
})
