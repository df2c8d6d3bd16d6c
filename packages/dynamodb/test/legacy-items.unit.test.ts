// Items as plugins before version 1.2 wrote them: read, never written.
import { RecoveryError, type SerializedPayload } from '@dynact/persistence'
import type { Item } from '../src/layout/item.js'
import { readEventItem, type StoredEvent } from '../src/layout/journal-item.js'
import { readSnapshotItem, type StoredSnapshot } from '../src/layout/snapshot-item.js'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const concat = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]))

const varint = (value: bigint): number[] =>
  value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]
/** A field of a protobuf message. Negative numbers take ten bytes, as protobuf has it. */
const number = (field: number, value: number | bigint): Uint8Array =>
  Uint8Array.from([...varint(BigInt(field << 3)), ...varint(BigInt.asUintN(64, BigInt(value)))])
const binary = (field: number, value: Uint8Array): Uint8Array =>
  concat(varint(BigInt((field << 3) | 2)), varint(BigInt(value.byteLength)), value)
const text = (field: number, value: string): Uint8Array => binary(field, utf8(value))

const payload = (id: number, bytes: Uint8Array, manifest?: string): Uint8Array =>
  binary(1, concat(number(1, id), binary(2, bytes), manifest === undefined ? [] : text(3, manifest)))
const full = concat(
  payload(9001, utf8('old note'), 'note-v1'),
  number(2, 105),
  text(3, 'order-7'),
  text(12, 'adapted-v1'),
  text(13, 'writer-1'),
)

const eventItemOf = (pay: Uint8Array, more: Item = {}): Item => ({
  par: { S: 'journal-P-order-7-1' },
  num: { N: '5' },
  pay: { B: pay },
  ...more,
})
const read = (pay: Uint8Array, more?: Item) => readEventItem(eventItemOf(pay, more), 'events', 'order-7', 1)

describe('a legacy event', () => {
  test('has everything in one message', () => {
    expect(read(full, { idx: { N: '1' }, cnt: { N: '2' } })).toMatchObject({
      sequenceNr: 105,
      writerUuid: 'writer-1',
      payload: { serializerId: 9001, serializerManifest: 'note-v1', bytes: utf8('old note') },
      manifest: 'adapted-v1',
      index: 1,
      lastIndex: 2,
      timestamp: 0,
      tags: [],
      deleted: false,
    })
  })

  test('takes its sequence number and id from the key where the message is silent', () => {
    expect(read(payload(20, utf8('old')))).toMatchObject({
      sequenceNr: 105,
      writerUuid: '',
      payload: { serializerId: 20, serializerManifest: '', bytes: utf8('old') },
      manifest: '',
    })
  })

  test('may have an empty payload and a negative serializer id', () => {
    expect(read(payload(-7, utf8(''))).payload).toEqual({ serializerId: -7, serializerManifest: '', bytes: utf8('') })
  })

  test('may have fields that are skipped: of every wire type, before, between and behind, inside the payload too', () => {
    const unknown = concat(
      number(4, 1),
      number(14, 2n ** 64n - 1n),
      [0x59, 1, 2, 3, 4, 5, 6, 7, 8],
      text(200, 'x'),
      [0x7d, 1, 2, 3, 4],
    )
    const inside = binary(1, concat(unknown, number(1, 20), unknown, binary(2, utf8('old')), unknown))

    expect(read(concat(unknown, inside, unknown, number(2, 105), unknown)).payload.bytes).toEqual(utf8('old'))
  })

  test('keeps a leading byte order mark in its texts', () => {
    expect(read(concat(payload(20, utf8('')), text(13, '\ufeffwriter'))).writerUuid).toBe('\ufeffwriter')
  })

  test('is passed over where the item has the newer layout too', () => {
    const newer = { event: { B: utf8('new') }, ev_ser_id: { N: '20' } }

    expect(read(full, newer).payload).toEqual({ serializerId: 20, serializerManifest: '', bytes: utf8('new') })
  })

  test.each<[string, Uint8Array, string]>([
    [
      'another persistence id',
      concat(payload(20, utf8('x')), text(3, 'order-8')),
      'it says that it belongs to order-8',
    ],
    ['another sequence number', concat(payload(20, utf8('x')), number(2, 104)), 'it says that it is event 104'],
    ['an impossible sequence number', concat(payload(20, utf8('x')), number(2, 2n ** 60n)), 'out of range'],
    ['no payload', number(2, 105), 'it has no payload'],
    ['no serializer id', binary(1, binary(2, utf8('x'))), 'its payload has no serializer id'],
    ['no bytes', binary(1, number(1, 20)), 'its payload has no bytes'],
    ['a payload that is a number', number(1, 20), 'the payload is not binary'],
    ['a serializer id that is binary', binary(1, binary(1, utf8('x'))), 'the serializer id is not a number'],
    [
      'a writer that is not UTF-8',
      concat(payload(20, utf8('x')), binary(13, Uint8Array.of(0xff))),
      'the writer is not UTF-8',
    ],
    ['a length beyond the end', Uint8Array.of(0x0a, 0x05, 0x08), 'truncated'],
    ['an enormous length', concat([0x0a], varint(2n ** 63n), [0]), 'truncated'],
    ['a number without end', Uint8Array.from({ length: 30 }, () => 0xff), 'more than 64 bits'],
    ['a group, which nobody wrote', Uint8Array.of(0x0b), 'unknown wire type 3'],
    ['a field numbered 0', Uint8Array.of(0x00, 0x00), 'a field numbered 0'],
    ['nothing at all', Uint8Array.of(), 'it has no payload'],
  ])('with %s is refused, naming the item', (_, pay, why) => {
    expect(() => read(pay)).toThrow(RecoveryError)
    expect(() => read(pay)).toThrow('order-7: the item par=journal-P-order-7-1, num=5 of table events')
    expect(() => read(pay)).toThrow(why)
  })

  test('that is not binary is refused', () => {
    expect(() => read(full, { pay: { S: 'text' } })).toThrow('pay is not binary')
  })

  test('damaged in any one byte is an event or a RecoveryError', () => {
    const isEvent = ({ sequenceNr, payload }: StoredEvent) => sequenceNr === 105 && isPayload(payload)

    expect(neitherReadNorRefused(full, read, isEvent)).toEqual([])
  })
})

const int32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value, true)
  return bytes
}
const legacySnapshot = (id: number, manifest: string, data: string): Uint8Array =>
  concat(int32(4 + utf8(manifest).byteLength), int32(id), utf8(manifest), utf8(data))
const readSnapshot = (pay: Uint8Array, more: Item = {}) =>
  readSnapshotItem(
    { par: { S: 'journal-P-order-7' }, seq: { N: '12' }, ts: { N: '1400000000012' }, pay: { B: pay }, ...more },
    'snapshots',
    'order-7',
  )

describe('a legacy snapshot', () => {
  test.each<[string, number, string, string]>([
    ['with a manifest', 9001, 'note-v1 日本', 'old state'],
    ['without a manifest', 20, '', 'old state'],
    ['without bytes', 4, '', ''],
    ['of a negative serializer id', -7, 'm', 'x'],
  ])('%s', (_, serializerId, serializerManifest, data) => {
    expect(readSnapshot(legacySnapshot(serializerId, serializerManifest, data))).toEqual({
      metadata: { persistenceId: 'order-7', sequenceNr: 12, timestamp: 1_400_000_000_012 },
      payload: { serializerId, serializerManifest, bytes: utf8(data) },
    })
  })

  test('is read from the middle of a larger buffer', () => {
    const pay = concat([1, 2, 3], legacySnapshot(20, '', 'state')).subarray(3)

    expect(readSnapshot(pay).payload).toEqual({ serializerId: 20, serializerManifest: '', bytes: utf8('state') })
  })

  test.each<[string, Uint8Array, string]>([
    ['nothing at all', Uint8Array.of(), 'takes 8 bytes at least, and there are 0'],
    ['half a header', int32(4), 'there are 4'],
    ['a header too short for a serializer id', concat(int32(3), int32(20)), 'a header of 3 bytes does not fit'],
    ['a header of negative length', concat(int32(-1), int32(20)), 'a header of -1 bytes does not fit'],
    ['a header longer than everything', concat(int32(5), int32(20)), 'a header of 5 bytes does not fit into 8'],
    ['a manifest that is not UTF-8', concat(int32(5), int32(20), [0xff]), "the serializer's manifest is not UTF-8"],
  ])('with %s is refused, naming the snapshot', (_, pay, why) => {
    expect(() => readSnapshot(pay)).toThrow(RecoveryError)
    expect(() => readSnapshot(pay)).toThrow("order-7: the snapshot at 12 in table snapshots can't be read")
    expect(() => readSnapshot(pay)).toThrow(why)
  })

  test('that is not binary is refused', () => {
    expect(() => readSnapshot(legacySnapshot(20, '', ''), { pay: { S: 'text' } })).toThrow('pay is not binary')
  })

  test('damaged in any one byte is a snapshot or a RecoveryError', () => {
    const isSnapshot = ({ payload }: StoredSnapshot) => isPayload(payload)

    expect(neitherReadNorRefused(legacySnapshot(9001, 'note-v1', 'old state'), readSnapshot, isSnapshot)).toEqual([])
  })
})

/** Every change of one byte to any other, every cut, every byte left out and some put in. */
function* damages(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at++) {
    yield bytes.subarray(0, at)
    yield bytes.subarray(at)
    yield concat(bytes.subarray(0, at), bytes.subarray(at + 1))
    for (let byte = 0; byte < 256; byte++) yield bytes.with(at, byte)
    for (const byte of [0x00, 0x0a, 0x7f, 0x80, 0xff]) yield concat(bytes.subarray(0, at), [byte], bytes.subarray(at))
  }
}

const isPayload = ({ serializerId, bytes }: SerializedPayload): boolean =>
  Number.isInteger(serializerId) && bytes instanceof Uint8Array

/** What becomes of damaged bytes, where it is neither a value nor an error that names the item. */
const neitherReadNorRefused = <T>(
  bytes: Uint8Array,
  readDamaged: (damaged: Uint8Array) => T,
  isValue: (value: T) => boolean,
): unknown[] => {
  const named = /^order-7: the (item par=journal-P-order-7-1, num=5|snapshot at 12)/
  const wrong: unknown[] = []
  for (const damaged of damages(bytes)) {
    try {
      const value = readDamaged(damaged)
      if (!isValue(value)) wrong.push(value)
    } catch (error) {
      if (!(error instanceof RecoveryError) || !named.test(error.message)) wrong.push(error)
    }
  }
  return wrong
}
