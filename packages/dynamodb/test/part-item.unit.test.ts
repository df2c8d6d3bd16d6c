import {
  type Item,
  MAX_PARTS,
  type PartSet,
  partItem,
  partKeys,
  partSetItem,
  partSetKey,
  readPartSetItem,
  snapshotKey,
} from '@dynact/dynamodb'
import { PersistenceError } from '@dynact/persistence'
import fc from 'fast-check'
import { persistenceIds, sequenceNrs } from './arbitraries.js'

const of = { persistenceId: 'orders-7', sequenceNr: 1_203, timestamp: 1_700_000_000_000 }
const set: PartSet = { set: '4711', of, count: 3, begunAt: 1_700_000_000_001, state: 'open' }

/** Digits that do not end with a 0, as many as DynamoDB keeps. */
const setIds = fc.bigInt({ min: 0n, max: 10n ** 37n - 1n }).map((digits) => `${digits + 1n}1`.slice(-38))
const sets: fc.Arbitrary<PartSet> = fc.record({
  set: setIds.filter((id) => !id.startsWith('0')),
  of: fc.record({ persistenceId: persistenceIds, sequenceNr: sequenceNrs, timestamp: fc.maxSafeNat() }),
  count: fc.integer({ min: 1, max: 200 }),
  begunAt: fc.maxSafeNat(),
  state: fc.constantFrom('open', 'done', 'dead'),
})

test('the record of a set comes back from its item as it went in', () => {
  fc.assert(
    fc.property(sets, (one) => {
      expect(readPartSetItem(partSetItem('journal', one), 'snapshots', one.of.persistenceId)).toEqual(one)
    }),
  )
})

test('no part has the hash key of a snapshot, of any id, and every one its own', () => {
  fc.assert(
    fc.property(sets, persistenceIds, (one, persistenceId) => {
      const keys = partKeys('journal', one).map((key) => key['par']?.S)

      expect(keys).not.toContain(snapshotKey('journal', persistenceId, 1)['par']?.S)
      expect(new Set(keys).size).toBe(one.count)
    }),
  )
})

test('neither parts nor records are in the index, and a record is below every snapshot', () => {
  expect(partItem('journal', set, 0, new Uint8Array(1))).not.toHaveProperty('ts')
  expect(partSetItem('journal', set)).not.toHaveProperty('ts')
  expect(partSetKey('journal', set)).toEqual({ par: { S: 'journal-P-orders-7' }, seq: { N: '-4711' } })
})

describe('a record that is damaged', () => {
  const stored = partSetItem('journal', set)
  const without = (name: string): Item => Object.fromEntries(Object.entries(stored).filter(([key]) => key !== name))

  test.each<[string, Item, string]>([
    ['a key that is no set', { ...stored, seq: { N: '-1.5' } }, 'its key names no set of parts'],
    ['a positive key', { ...stored, seq: { N: '15' } }, 'its key names no set of parts'],
    ['no count', without('parts'), 'parts is not an integer or not there'],
    ['a count of 0', { ...stored, parts: { N: '0' } }, `parts is not from 1 to ${MAX_PARTS}`],
    ['an absurd count', { ...stored, parts: { N: '10001' } }, `parts is not from 1 to ${MAX_PARTS}`],
    ['no state', without('state'), 'state is none that there is'],
    ['another state', { ...stored, state: { S: 'new' } }, 'state is none that there is'],
    ['no snapshot', without('of'), 'of is not an integer or not there'],
    ['no time', without('of_ts'), 'of_ts is not an integer or not there'],
    ['no beginning', without('at'), 'at is not an integer or not there'],
  ])('by %s is told of, with its table and key', (_, item, why) => {
    const attempt = () => readPartSetItem(item, 'snapshots', 'orders-7')

    expect(attempt).toThrow(PersistenceError)
    expect(attempt).toThrow(expect.objectContaining({ persistenceId: 'orders-7' }))
    expect(attempt).toThrow(`under seq ${item['seq']?.N} in table snapshots`)
    expect(attempt).toThrow(why)
  })
})
