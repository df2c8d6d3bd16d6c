import { eventItem, type Item, isSteppingStone, markItem, steppingStoneItem } from '@dynact/dynamodb'
import { type PersistentRepr, RecoveryError, type SerializedPayload } from '@dynact/persistence'
import { readEventItem } from '../src/layout/journal-item.js'

const config = { journalName: 'journal', sequenceShards: 10 }
const bytes = new Uint8Array([1, 2, 3])
const plain: SerializedPayload = { serializerId: 1100, serializerManifest: '', bytes }
const event: PersistentRepr = {
  persistenceId: 'orders-7',
  sequenceNr: 1203,
  payload: undefined,
  manifest: '',
  writerUuid: 'w-1',
  timestamp: 0,
  tags: [],
}
const alone = { index: 0, lastIndex: 0 }

describe('the item of an event', () => {
  test('holds what the JVM plugins read, and nothing for what is not there', () => {
    expect(eventItem(config, event, plain, alone)).toEqual({
      par: { S: 'journal-P-orders-7-12' },
      num: { N: '3' },
      persistence_id: { S: 'orders-7' },
      seq: { N: '1203' },
      writer_uuid: { S: 'w-1' },
      event: { B: bytes },
      ev_ser_id: { N: '1100' },
    })
  })

  test('holds everything where everything is there', () => {
    const full = { ...event, manifest: 'v2', timestamp: 1_700_000_000_000.25, tags: ['b', 'a', 'b'], deleted: true }
    const payload = { serializerId: 7, serializerManifest: 'Order', bytes }

    expect(eventItem(config, full, payload, { index: 2, lastIndex: 4 })).toEqual({
      par: { S: 'journal-P-orders-7-12' },
      num: { N: '3' },
      persistence_id: { S: 'orders-7' },
      seq: { N: '1203' },
      writer_uuid: { S: 'w-1' },
      event: { B: bytes },
      ev_ser_id: { N: '7' },
      ev_ser_manifest: { S: 'Order' },
      manifest: { S: 'v2' },
      idx: { N: '2' },
      cnt: { N: '4' },
      ts: { N: '1700000000000250' },
      tags: { SS: ['b', 'a'] },
      del: { BOOL: true },
    })
  })

  test.each([1_700_000_000_000.001, 2_239_363_305_872.26, 1_110_501_609_557.441])(
    'keeps the microseconds of %d',
    (timestamp) => {
      const item = eventItem(config, { ...event, timestamp }, plain, alone)

      expect(item['ts']).toEqual({ N: timestamp.toFixed(3).replace('.', '') })
    },
  )

  test('an empty payload is a binary of no bytes', () => {
    expect(eventItem(config, event, { ...plain, bytes: new Uint8Array(0) }, alone)['event']).toEqual({
      B: new Uint8Array(0),
    })
  })

  test('the first of a batch has its place too', () => {
    expect(eventItem(config, event, plain, { index: 0, lastIndex: 1 })).toMatchObject({
      idx: { N: '0' },
      cnt: { N: '1' },
    })
  })
})

test('a stepping stone claims to be the first of two events of its writer', () => {
  expect(steppingStoneItem(config, 'orders-7', 300, 'w-1')).toEqual({
    par: { S: 'journal-P-orders-7-3' },
    num: { N: '0' },
    persistence_id: { S: 'orders-7' },
    seq: { N: '300' },
    writer_uuid: { S: 'w-1' },
    event: { B: new Uint8Array(0) },
    ev_ser_id: { N: '4' },
    idx: { N: '0' },
    cnt: { N: '1' },
  })
})

test('a stepping stone is known from an event that has no bytes either', () => {
  const noBytes = { serializerId: 4, serializerManifest: '', bytes: new Uint8Array(0) }
  const isStone = (item: Item) => isSteppingStone(readEventItem(item, 'events', 'orders-7', 12))
  const place = { index: 0, lastIndex: 1 }

  expect(isStone(steppingStoneItem(config, 'orders-7', event.sequenceNr, 'w-1'))).toBe(true)
  expect(isStone(eventItem(config, { ...event, timestamp: 1 }, noBytes, place))).toBe(false)
  expect(isStone(eventItem(config, { ...event, timestamp: 0 }, plain, place))).toBe(false)
})

test.each([
  ['SH', 1_200, { par: { S: 'journal-SH-orders-7-2' }, num: { N: '0' }, seq: { N: '1200' } }],
  ['SL', 1_234, { par: { S: 'journal-SL-orders-7-2' }, num: { N: '0' }, seq: { N: '1234' } }],
] as const)('the mark %s of %d holds the number', (kind, sequenceNr, item) => {
  expect(markItem(config, kind, 'orders-7', sequenceNr)).toEqual(item)
})

describe('reading an event', () => {
  const stored: Item = eventItem(config, event, plain, alone)
  const read = (item: Item) => readEventItem(item, 'events', 'orders-7', 12)
  const without = (name: string): Item => Object.fromEntries(Object.entries(stored).filter(([key]) => key !== name))

  test('what other versions of the plugins leave out has its neutral value', () => {
    const { par, num, event: payload, ev_ser_id } = stored
    const old = { par, num, event: payload, ev_ser_id } as Item

    expect(read(old)).toEqual({
      sequenceNr: 1203,
      writerUuid: '',
      payload: plain,
      manifest: '',
      index: 0,
      lastIndex: 0,
      timestamp: 0,
      tags: [],
      deleted: false,
      isPacked: false,
    })
  })

  test('attributes of others do not matter', () => {
    expect(read({ ...stored, feed: { S: 'x' }, slice: { N: '1' } })).toEqual(read(stored))
  })

  test.each<[string, Item, string]>([
    ['a payload that is not there', without('event'), 'event is not binary or not there'],
    ['a payload that is text', { ...stored, event: { S: 'x' } }, 'event is not binary or not there'],
    ['no serializer id', without('ev_ser_id'), 'ev_ser_id is not there'],
    ['a serializer id that is text', { ...stored, ev_ser_id: { S: '4' } }, 'ev_ser_id is not an integer'],
    ['a fraction', { ...stored, cnt: { N: '1.5' } }, 'cnt is not an integer'],
    ['a number beyond 2^53', { ...stored, ts: { N: '9007199254740993' } }, 'ts is not an integer'],
    ['a manifest that is a number', { ...stored, manifest: { N: '1' } }, 'manifest is not a string'],
    ['a writer that is a number', { ...stored, writer_uuid: { N: '1' } }, 'writer_uuid is not a string'],
    ['a place behind the last one', { ...stored, idx: { N: '3' }, cnt: { N: '2' } }, 'place 3 of 0 to 2'],
    ['a place before the first one', { ...stored, idx: { N: '-1' }, cnt: { N: '2' } }, 'place -1 of 0 to 2'],
    ['a place in nothing', { ...stored, idx: { N: '1' } }, 'place 1 of 0 to 0'],
    ['another id', { ...stored, persistence_id: { S: 'orders-8' } }, 'it says that it belongs to orders-8'],
    ['another number', { ...stored, seq: { N: '1204' } }, 'it says that it is event 1204'],
  ])('%s fails, naming the item and why', (_, item, why) => {
    const attempt = () => read(item)

    expect(attempt).toThrow(RecoveryError)
    expect(attempt).toThrow(expect.objectContaining({ persistenceId: 'orders-7', sequenceNr: 1203 }))
    expect(attempt).toThrow('the item par=journal-P-orders-7-12, num=3 of table events')
    expect(attempt).toThrow(why)
  })
})
