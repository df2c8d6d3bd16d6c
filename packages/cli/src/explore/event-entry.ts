import type { StoredEvent } from '@dynact/dynamodb'
import { timeText } from '../event-record.js'
import { Undecodable } from '../inspect/tolerant-serialization.js'
import type { EventEntry, EventState } from '../page/protocol.js'
import type { Explorer } from './explorer.js'
import { previewOf } from './shown-value.js'

/** The payload of an event, or what there is of it. */
export const decoded = async (
  { serialization }: Explorer,
  persistenceId: string,
  { sequenceNr, payload }: StoredEvent,
): Promise<unknown> => serialization.deserialize(payload, { persistenceId, sequenceNr, kind: 'event' })

/** An event as a line of its history. */
export const eventEntry = (event: StoredEvent, state: EventState, value: unknown): EventEntry => ({
  kind: 'event',
  sequenceNr: event.sequenceNr,
  state,
  time: timeText(event.timestamp),
  writerUuid: event.writerUuid,
  serializerId: event.payload.serializerId,
  serializerManifest: event.payload.serializerManifest,
  manifest: event.manifest,
  tags: event.tags,
  index: event.index,
  lastIndex: event.lastIndex,
  isPacked: event.isPacked,
  isDeleted: event.deleted,
  bytes: event.payload.bytes.byteLength,
  preview: previewOf(value),
  isDecodable: !(value instanceof Undecodable),
})
