/**
 * Events as plugins before version 1.2 wrote them: the whole event in one protobuf message,
 * `{1: {1: serializer id, 2: bytes, 3: manifest}, 2: seq, 3: persistence id, 12: event manifest, 13: writer uuid}`.
 */
import type { SerializedPayload } from '@dynact/persistence'
import { decodeUtf8, type Fail } from './legacy-bytes.js'
import { type ProtobufField, protobufFields } from './legacy-protobuf.js'

/** What the message says of its event; `undefined` where it says nothing. */
export interface LegacyEvent {
  readonly persistenceId: string | undefined
  readonly sequenceNr: number | undefined
  readonly writerUuid: string
  readonly payload: SerializedPayload
  /** The event adapter's. */
  readonly manifest: string
}

/** Reads the message of a legacy event. Truncated or malformed bytes are refused. */
export const readLegacyEvent = (message: Uint8Array, fail: Fail): LegacyEvent => {
  let sequenceNr: number | undefined
  let persistenceId: string | undefined
  let [manifest, writerUuid] = ['', '']
  let payload: SerializedPayload | undefined
  for (const field of protobufFields(message, fail)) {
    if (field.number === 1) payload = readPayload(bytesOf(field, 'the payload', fail), fail)
    else if (field.number === 2) sequenceNr = sequenceNrOf(field, fail)
    else if (field.number === 3) persistenceId = textOf(field, 'the persistence id', fail)
    else if (field.number === 12) manifest = textOf(field, 'the manifest', fail)
    else if (field.number === 13) writerUuid = textOf(field, 'the writer', fail)
  }
  return { persistenceId, sequenceNr, writerUuid, manifest, payload: payload ?? fail('it has no payload') }
}

const readPayload = (message: Uint8Array, fail: Fail): SerializedPayload => {
  let serializerId: number | undefined
  let bytes: Uint8Array | undefined
  let serializerManifest = ''
  for (const field of protobufFields(message, fail)) {
    if (field.number === 1) serializerId = Number(BigInt.asIntN(32, varintOf(field, 'the serializer id', fail)))
    else if (field.number === 2) bytes = bytesOf(field, 'the payload', fail)
    else if (field.number === 3) serializerManifest = textOf(field, "the serializer's manifest", fail)
  }
  return {
    serializerId: serializerId ?? fail('its payload has no serializer id'),
    serializerManifest,
    bytes: bytes ?? fail('its payload has no bytes'),
  }
}

const varintOf = ({ varint }: ProtobufField, what: string, fail: Fail): bigint =>
  varint ?? fail(`${what} is not a number`)

const bytesOf = ({ bytes }: ProtobufField, what: string, fail: Fail): Uint8Array =>
  bytes ?? fail(`${what} is not binary`)

const textOf = (field: ProtobufField, what: string, fail: Fail): string =>
  decodeUtf8(bytesOf(field, what, fail), what, fail)

const sequenceNrOf = (field: ProtobufField, fail: Fail): number => {
  const sequenceNr = Number(BigInt.asIntN(64, varintOf(field, 'the sequence number', fail)))
  return Number.isSafeInteger(sequenceNr) ? sequenceNr : fail(`the sequence number ${sequenceNr} is out of range`)
}
