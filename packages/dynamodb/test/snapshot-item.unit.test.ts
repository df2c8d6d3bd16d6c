import { type Item, readSnapshotItem, snapshotItem, snapshotKey, snapshotPartitionKey } from '@dynact/dynamodb'
import { RecoveryError, type SerializedPayload } from '@dynact/persistence'
import fc from 'fast-check'
import { payloads, persistenceIds, sequenceNrs } from './arbitraries.js'

const bytes = new Uint8Array([1, 2, 3])
const payload: SerializedPayload = { serializerId: 1100, serializerManifest: '', bytes }
const metadata = { persistenceId: 'orders-7', sequenceNr: 1_203, timestamp: 1_700_000_000_000 }

describe('the item of a snapshot', () => {
  test('is the JVM plugins’ own', () => {
    expect(snapshotItem('journal', metadata, payload)).toEqual({
      par: { S: 'journal-P-orders-7' },
      seq: { N: '1203' },
      ts: { N: '1700000000000' },
      pay_data: { B: bytes },
      ser_id: { N: '1100' },
    })
  })

  test('names the serializer’s manifest where there is one', () => {
    const item = snapshotItem('journal', metadata, { ...payload, serializerManifest: 'State' })

    expect(item['ser_manifest']).toEqual({ S: 'State' })
  })

  test('has a timestamp in whole milliseconds', () => {
    expect(snapshotItem('journal', { ...metadata, timestamp: 5.999 }, payload)['ts']).toEqual({ N: '5' })
  })

  test('has a key of the journal’s name, the id and the sequence number', () => {
    expect(snapshotPartitionKey('other', 'a-P-b')).toBe('other-P-a-P-b')
    expect(snapshotKey('other', 'a-P-b', 5)).toEqual({ par: { S: 'other-P-a-P-b' }, seq: { N: '5' } })
  })
})

test('a snapshot comes back from its item as it went in', () => {
  fc.assert(
    fc.property(
      persistenceIds,
      sequenceNrs,
      fc.maxSafeNat(),
      payloads,
      (persistenceId, sequenceNr, timestamp, stored) => {
        const item = snapshotItem('journal', { persistenceId, sequenceNr, timestamp }, stored)

        expect(readSnapshotItem(item, 'snapshots', persistenceId)).toEqual({
          metadata: { persistenceId, sequenceNr, timestamp },
          payload: stored,
        })
      },
    ),
  )
})

describe('reading a snapshot', () => {
  const stored = snapshotItem('journal', metadata, payload)
  const without = (name: string): Item => Object.fromEntries(Object.entries(stored).filter(([key]) => key !== name))

  test.each<[string, Item, string]>([
    ['no data', without('pay_data'), 'pay_data is not binary or not there'],
    ['data that are text', { ...stored, pay_data: { S: 'x' } }, 'pay_data is not binary or not there'],
    ['no serializer id', without('ser_id'), 'ser_id is not there'],
    ['no timestamp', without('ts'), 'ts is not there'],
    ['a timestamp that is text', { ...stored, ts: { S: '1' } }, 'ts is not an integer'],
    ['a manifest that is a number', { ...stored, ser_manifest: { N: '1' } }, 'ser_manifest is not a string'],
  ])('%s fails, naming the snapshot and why', (_, item, why) => {
    const attempt = () => readSnapshotItem(item, 'snapshots', 'orders-7')

    expect(attempt).toThrow(RecoveryError)
    expect(attempt).toThrow(expect.objectContaining({ persistenceId: 'orders-7', sequenceNr: 1_203 }))
    expect(attempt).toThrow('orders-7: the snapshot at 1203')
    expect(attempt).toThrow(why)
  })
})
