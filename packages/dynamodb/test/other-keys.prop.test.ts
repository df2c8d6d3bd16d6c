// Snapshots, their parts and records; the feed; the index of ids; offsets: as for events and marks, two keys are equal only where the
// layout means the same thing by them, whatever ids and journals are called.
import { eventKey, feedKey, partKeys, partSetKey, snapshotKey } from '@dynact/dynamodb'
import fc from 'fast-check'
import type { Item } from '../src/layout/item.js'
import { isUnambiguousJournalName, markKey } from '../src/layout/journal-key.js'
import { offsetKey } from '../src/layout/offset-item.js'
import { persistenceIds, sequenceNrs } from './arbitraries.js'

const journalNames = fc
  .array(fc.constantFrom('journal', 'a', 'p', 'SP', '-', '1', '4711', 'ü', '😀', 'P', 'SH', 'SL'), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(''))
  .filter(isUnambiguousJournalName)

/** Longer by what stands between the parts of a key. */
const ends = fc.constantFrom('', '-', '-P-', '-SP-1', '-0', '-1-0', '-SH-', '-SL-a-1', '😀', '\u0000')
const ids = fc.tuple(persistenceIds, ends).map(([id, end]) => id + end)
const sets = fc.constantFrom('1', '11', '111', '4711', '9'.repeat(38))
const places = fc.nat({ max: 12 })

/** On the wire keys are bytes. */
const bytesOf = (key: Item) =>
  Object.values(key)
    .map(({ S, N }) => (S === undefined ? N : Buffer.from(S).toString('hex')))
    .join(' ')

/** A key, and what the layout says is kept under it. */
interface Slot {
  readonly key: Item
  readonly means: readonly unknown[]
}

type Texts = fc.Arbitrary<string>

/** Nearly equal ones are where a collision would be: few names and ids at a time, and some made of the others. */
const expectNoCollision = (slotsOf: (name: Texts, id: Texts) => fc.Arbitrary<Slot>): void => {
  const slots = fc
    .tuple(journalNames, journalNames, ids, ids, ends)
    .chain(([name, other, id, another, end]) =>
      fc.array(
        slotsOf(
          fc.constantFrom(name, other, ...[`${name}-${other}`, `${name}-a`].filter(isUnambiguousJournalName)),
          fc.constantFrom(id, another, id + end, `${another}-P-${id}`),
        ),
        { minLength: 2, maxLength: 12 },
      ),
    )
  fc.assert(
    fc.property(slots, (some) => {
      const meanings = new Map<string, string>()
      for (const { key, means } of some) {
        const meaning = JSON.stringify(means)
        if ((meanings.get(bytesOf(key)) ?? meaning) !== meaning) return false
        meanings.set(bytesOf(key), meaning)
      }
      // And nothing is kept under two keys.
      return new Set(meanings.values()).size === meanings.size
    }),
    { numRuns: 1_000 },
  )
}

test('in the snapshot table', () => {
  expectNoCollision((names, ids) =>
    fc.oneof(
      fc
        .tuple(names, ids, sequenceNrs)
        .map(([name, id, nr]): Slot => ({ key: snapshotKey(name, id, nr), means: ['snapshot', name, id, nr] })),
      // A set's digits are drawn anew for every save: it belongs to one id.
      fc.tuple(names, sets, sequenceNrs, places).map(([name, set, nr, place]): Slot => {
        const of = { persistenceId: 'whose', sequenceNr: nr, timestamp: 0 }
        const key = partKeys(name, { set, of, count: place + 1 })[place] as Item
        return { key, means: ['part', name, set, nr, place] }
      }),
      fc.tuple(names, ids, sets).map(([name, id, set]): Slot => {
        const of = { persistenceId: id, sequenceNr: 1, timestamp: 0 }
        return { key: partSetKey(name, { set, of }), means: ['record', name, id, set] }
      }),
    ),
  )
})

test('in the journal, with the index of ids, whose keys are those of the table the other way round', () => {
  const config = (journalName: string) => ({ journalName, sequenceShards: 10 })
  const hundredOf = (nr: number) => Math.floor(nr / 100)
  expectNoCollision((names, ids) =>
    fc.oneof(
      fc
        .tuple(names, ids, sequenceNrs)
        .map(([name, id, nr]): Slot => ({ key: eventKey(config(name), id, nr), means: ['event', name, id, nr] })),
      fc.tuple(names, ids, sequenceNrs, fc.constantFrom('SH', 'SL')).map(
        ([name, id, nr, kind]): Slot => ({
          key: markKey(config(name), kind, id, nr),
          means: [kind, name, id, hundredOf(nr) % 10],
        }),
      ),
    ),
  )
})

test('hash keys of the feed: a shard of one journal is none of another’s', () => {
  expectNoCollision((names) =>
    fc.tuple(names, fc.nat({ max: 12 })).map(([name, shard]): Slot => {
      const key = { feed: { S: feedKey(name, shard) } }
      return { key, means: [name, shard] }
    }),
  )
})

test('offsets: projections, and the ranges of one that runs in parallel', () => {
  const slices = fc.nat({ max: 12 })
  expectNoCollision((_, names) =>
    fc.tuple(names, slices, slices).map(
      ([name, min, max]): Slot => ({
        key: offsetKey(`${name}-${min}-${max}`),
        means: [name, min, max],
      }),
    ),
  )
  expectNoCollision((_, names) => names.map((name): Slot => ({ key: offsetKey(name), means: [name] })))
})
