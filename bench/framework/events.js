// @ts-check
// The event that everybody writes and reads.
import { randomUUID } from 'node:crypto'

export const PAYLOAD_BYTES = 200

/** @param {number} [bytes] */
export const payloadOf = (bytes = PAYLOAD_BYTES) => 'x'.repeat(bytes)

/**
 * Events of an id, as an actor gives them to its journal.
 * @param {string} persistenceId
 * @param {{ from?: number, count?: number, bytes?: number, tags?: readonly string[], writerUuid?: string }} [options]
 */
export const eventsOf = (
  persistenceId,
  { from = 1, count = 1, bytes = PAYLOAD_BYTES, tags = [], writerUuid = randomUUID() } = {},
) => {
  const payload = payloadOf(bytes)
  const timestamp = Date.now()
  return Array.from({ length: count }, (_, index) => ({
    persistenceId,
    sequenceNr: from + index,
    payload,
    manifest: '',
    writerUuid,
    timestamp: timestamp + index / 1000,
    tags,
  }))
}

/**
 * The item that such an event becomes, for those who send it by the SDK.
 * @param {string} persistenceId
 * @param {number} sequenceNr
 * @param {number} [bytes]
 * @param {string} [writerUuid]
 */
export const itemOf = (persistenceId, sequenceNr, bytes = PAYLOAD_BYTES, writerUuid = WRITER) => ({
  par: { S: `journal-P-${persistenceId}-${Math.floor(sequenceNr / 100)}` },
  num: { N: String(sequenceNr % 100) },
  persistence_id: { S: persistenceId },
  seq: { N: String(sequenceNr) },
  writer_uuid: { S: writerUuid },
  event: { B: new Uint8Array(bytes).fill(120) },
  ev_ser_id: { N: '20' },
  ts: { N: String(Date.now() * 1000) },
})

const WRITER = '0f6d8c1e-52d7-4a53-9d3c-8a4f3f1c1d11'
