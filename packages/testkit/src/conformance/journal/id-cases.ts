import { strictEqual } from 'node:assert/strict'
import { COLLIDING_IDS, longId } from '../ids.js'
import { persistenceRejection, REJECTED } from '../rejection.js'
import { span } from '../span.js'
import { type JournalCase, needsLimit } from './journal-case.js'

const LONG_ID_BYTES = 2_000

/** Ids of all kinds. */
export const idCases: readonly JournalCase[] = [
  {
    name: 'ids that look like keys, or like each other, are ids of their own',
    run: async (tester) => {
      const unique = tester.freshId()
      const ids = COLLIDING_IDS.map((make) => make(unique))
      for (const [index, id] of ids.entries()) {
        // Over an edge of a hundred, so that whatever numbers the parts of a history does so.
        await tester.write(id, 99)
        await tester.write(id, 100, 100 + index)
      }
      await tester.journal.deleteEventsTo(ids[0] as string, 99)
      for (const [index, id] of ids.entries()) {
        const highest = 100 + index
        await tester.expectReplay(id, { sequenceNrs: span(index === 0 ? 100 : 99, highest), highest })
        strictEqual(await tester.journal.readHighestSequenceNr(id), highest)
      }
      for (const id of ids) await tester.journal.deleteEventsTo(id, Number.MAX_SAFE_INTEGER)
    },
    skip: ({ gaps, maxAtomicWrite }) =>
      gaps && maxAtomicWrite >= COLLIDING_IDS.length
        ? undefined
        : 'histories that start at 99, and batches, are needed',
  },
  {
    name: `an id of ${LONG_ID_BYTES} bytes, or as long as ids may be, works`,
    run: async (tester) => {
      const size = Math.min(LONG_ID_BYTES, tester.capabilities.maxPersistenceIdBytes)
      for (const filler of ['x', '\u{1f600}']) {
        const ids = ['a', 'b'].map((last) => longId(tester.freshId(), size, filler, last))
        for (const [index, id] of ids.entries()) await tester.writeHistory(id, 101 + index)
        for (const [index, id] of ids.entries())
          await tester.expectReplay(id, { sequenceNrs: span(1, 101 + index), highest: 101 + index })
        await tester.journal.deleteEventsTo(ids[0] as string, 101)
        await tester.expectReplay(ids[0] as string, { sequenceNrs: [], highest: 101 })
        await tester.expectReplay(ids[1] as string, { sequenceNrs: span(1, 102), highest: 102 })
      }
    },
  },
  {
    name: 'an id that is too long is rejected, and not cut',
    skip: needsLimit('maxPersistenceIdBytes'),
    run: async (tester) => {
      const id = longId(tester.freshId(), tester.capabilities.maxPersistenceIdBytes + 1, 'x', 'x')
      await persistenceRejection('an id that is too long', REJECTED, () => tester.write(id, 1))
      await tester.expectReplay(id.slice(0, -1), { sequenceNrs: [], highest: 0 })
    },
  },
  ...(
    [
      ['no text', ''],
      ['blanks', ' \t'],
      ['a lone surrogate', 'a\ud800'],
    ] as const
  ).map(
    ([what, id]): JournalCase => ({
      name: `an id that no journal can hold is refused: ${what}`,
      run: async (tester) => {
        await persistenceRejection('a write', REJECTED, () => tester.write(id, 1))
        await persistenceRejection('a replay', 'any', () => tester.read(id))
        await persistenceRejection('the highest number', 'any', () => tester.journal.readHighestSequenceNr(id))
        await persistenceRejection('a deletion', 'any', () => tester.journal.deleteEventsTo(id, 1))
      },
    }),
  ),
]
