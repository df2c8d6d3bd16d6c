import { checkKeyLength, eventKey, type JournalKeyConfig, type MarkKind, partitionOf } from '@dynact/dynamodb'
import fc from 'fast-check'
import type { Item } from '../src/layout/item.js'
import { isUnambiguousJournalName, markKey } from '../src/layout/journal-key.js'
import { persistenceIds, sequenceNrs } from './arbitraries.js'

const journalNames = fc
  .array(fc.constantFrom('journal', 'a', 'p', 'PS', '-', '1', 'ü', 'P', 'SH', 'SL'), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''))
  .filter(isUnambiguousJournalName)

interface Place {
  readonly journalName: string
  readonly kind: 'P' | MarkKind
  readonly persistenceId: string
  readonly sequenceNr: number
}

const places: fc.Arbitrary<Place> = fc.record({
  journalName: journalNames,
  kind: fc.constantFrom('P', 'SH', 'SL'),
  persistenceId: persistenceIds,
  sequenceNr: sequenceNrs,
})

const shards = 10
const keyOf = ({ journalName, kind, persistenceId, sequenceNr }: Place): Item => {
  const config: JournalKeyConfig = { journalName, sequenceShards: shards }
  return kind === 'P' ? eventKey(config, persistenceId, sequenceNr) : markKey(config, kind, persistenceId, sequenceNr)
}

/** What the layout says is kept under one key. */
const slotOf = ({ journalName, kind, persistenceId, sequenceNr }: Place) =>
  JSON.stringify([journalName, kind, persistenceId, kind === 'P' ? sequenceNr : partitionOf(sequenceNr) % shards])

/** On the wire keys are bytes, and two strings of different length may be the same ones. */
const bytesOf = ({ par, num }: Item) => `${Buffer.from(par?.S ?? '').toString('hex')} ${num?.N}`

test('two keys are equal only for the same journal, kind, id and number', () => {
  const lookAlikes = fc.tuple(places, places).chain(([one, other]) =>
    // Nearly equal ones are where a collision would be.
    fc.constantFrom<[Place, Place]>(
      [one, other],
      [one, { ...one, persistenceId: other.persistenceId }],
      [one, { ...one, journalName: other.journalName }],
      [one, { ...one, persistenceId: `${one.persistenceId}-${partitionOf(other.sequenceNr)}` }],
      [one, { ...other, persistenceId: `${other.persistenceId}-P-${one.persistenceId}` }],
      [one, { ...one, journalName: `${one.journalName}-a`, kind: other.kind }],
    ),
  )

  fc.assert(
    fc.property(lookAlikes, ([one, other]) => {
      fc.pre(isUnambiguousJournalName(other.journalName))
      return (bytesOf(keyOf(one)) === bytesOf(keyOf(other))) === (slotOf(one) === slotOf(other))
    }),
    { numRuns: 3_000 },
  )
})

test('a prefix with a kind between its dashes could collide: that is why it is refused', () => {
  const inner = keyOf({ journalName: 'a', kind: 'P', persistenceId: 'P-b', sequenceNr: 1 })
  const outer = keyOf({ journalName: 'a-P', kind: 'P', persistenceId: 'b', sequenceNr: 1 })

  expect(inner).toEqual(outer)
  expect(isUnambiguousJournalName('a-P')).toBe(false)
})

test('the keys of an id that is short enough never exceed 2,048 bytes, however long its history', () => {
  const longIds = fc
    .tuple(fc.constantFrom('x', 'ü', '😀', '-'), fc.integer({ min: 400, max: 2_100 }))
    .map(([unit, times]) => unit.repeat(times))

  fc.assert(
    fc.property(
      journalNames,
      longIds,
      sequenceNrs,
      fc.constantFrom('P', 'SH', 'SL'),
      (journalName, persistenceId, sequenceNr, kind) => {
        try {
          checkKeyLength({ journalName }, persistenceId)
        } catch {
          return
        }
        const key = keyOf({ journalName, kind, persistenceId, sequenceNr })
        expect(Buffer.byteLength(key['par']?.S ?? '')).toBeLessThanOrEqual(2_048)
      },
    ),
    { numRuns: 500 },
  )
})
