import {
  checkKeyLength,
  eventKey,
  type JournalKeyConfig,
  markKeys,
  PARTITION_SIZE,
  partitionKey,
  partitionOf,
  storeOptions,
} from '@dynact/dynamodb'
import { isUnambiguousJournalName, markKey } from '../src/layout/journal-key.js'

const config: JournalKeyConfig = { journalName: 'journal', sequenceShards: 10 }

describe('the key of an event', () => {
  test.each([
    [1, 'journal-P-orders-7-0', '1'],
    [99, 'journal-P-orders-7-0', '99'],
    [100, 'journal-P-orders-7-1', '0'],
    [199, 'journal-P-orders-7-1', '99'],
    [200, 'journal-P-orders-7-2', '0'],
    [123_456, 'journal-P-orders-7-1234', '56'],
    [Number.MAX_SAFE_INTEGER, 'journal-P-orders-7-90071992547409', '91'],
  ])('%d is par %s, num %s', (sequenceNr, par, num) => {
    expect(eventKey(config, 'orders-7', sequenceNr)).toEqual({ par: { S: par }, num: { N: num } })
  })

  test('shares its hundred with a hundred others, and the first hundred has no number 0', () => {
    expect(PARTITION_SIZE).toBe(100)
    expect([1, 99, 100, 199, 200].map(partitionOf)).toEqual([0, 0, 1, 1, 2])
    expect(partitionKey(config, 'orders-7', 3)).toBe('journal-P-orders-7-3')
  })
})

describe('the key of a mark', () => {
  test.each([
    ['SH', 0, 'journal-SH-orders-7-0'],
    ['SH', 100, 'journal-SH-orders-7-1'],
    ['SH', 900, 'journal-SH-orders-7-9'],
    ['SH', 1_000, 'journal-SH-orders-7-0'],
    ['SH', 12_300, 'journal-SH-orders-7-3'],
    ['SL', 57, 'journal-SL-orders-7-0'],
    ['SL', 1_157, 'journal-SL-orders-7-1'],
  ] as const)('%s for %d is par %s, num 0', (kind, sequenceNr, par) => {
    expect(markKey(config, kind, 'orders-7', sequenceNr)).toEqual({ par: { S: par }, num: { N: '0' } })
  })

  test.each([1, 10, 13])('all keys of a kind are found with %d shards', (sequenceShards) => {
    const sharded = { ...config, sequenceShards }

    const keys = markKeys(sharded, 'SH', 'orders-7').map(({ par }) => par?.S)

    expect(keys).toEqual(Array.from({ length: sequenceShards }, (_, shard) => `journal-SH-orders-7-${shard}`))
  })
})

describe('a journalName', () => {
  test.each(['journal', 'my-journal', 'p', 'SHOP', 'a-PS', 'sh', '-', 'ü'])(
    '%s can not be mistaken for another',
    (name) => {
      expect(isUnambiguousJournalName(name)).toBe(true)
      expect(storeOptions('a-table').journalName.safeParse(name).success).toBe(true)
    },
  )

  test.each(['P', 'SH', 'SL', 'a-P', 'P-a', 'a-P-b', 'a-SH', 'SL-a', ''])('%j is refused', (name) => {
    expect(storeOptions('a-table').journalName.safeParse(name).success).toBe(false)
  })
})

describe('the length of a key', () => {
  const longest = (id: string) => Buffer.byteLength(partitionKey(config, id, partitionOf(Number.MAX_SAFE_INTEGER)))

  test('an id is accepted when its longest key has room in 2,048 bytes', () => {
    const id = 'x'.repeat(2_048 - 'journal-SH-'.length - '-12345678901234'.length)

    expect(() => checkKeyLength(config, id)).not.toThrow()
    expect(longest(id)).toBeLessThanOrEqual(2_048)
  })

  test('one byte more is refused, with the size, the limit and what to do', () => {
    const id = 'x'.repeat(2_023)

    expect(() => checkKeyLength(config, id)).toThrow(
      /begins with "x{40}" takes 2023 bytes, but at most 2022 fit .* Use a shorter id/,
    )
  })

  test('it is counted in bytes of UTF-8, not in characters', () => {
    expect(() => checkKeyLength(config, 'ü'.repeat(1_011))).not.toThrow()
    expect(() => checkKeyLength(config, 'ü'.repeat(1_012))).toThrow('takes 2024 bytes')
  })

  test('the error names the id that it is about', () => {
    expect(() => checkKeyLength(config, 'y'.repeat(3_000))).toThrow(
      expect.objectContaining({ code: 'PERSISTENCE', persistenceId: 'y'.repeat(3_000) }),
    )
  })
})
