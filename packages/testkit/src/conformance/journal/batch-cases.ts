import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { persistenceRejection, REJECTED } from '../rejection.js'
import { span } from '../span.js'
import { type JournalCase, needsBatchOf, needsLimit } from './journal-case.js'

/** Around 25, the items of one request, and 100, those of one transaction or partition. */
const SIZES = [1, 2, 24, 25, 26, 99, 100, 101, 250]

/** Atomic writes: all of it or none. */
export const batchCases: readonly JournalCase[] = [
  ...SIZES.flatMap((size) =>
    [1, 98].map(
      (first): JournalCase => ({
        name: `a batch of ${size} from event ${first} on is seen whole or not at all, wherever a replay begins and ends`,
        skip: needsBatchOf(size),
        run: async (tester) => {
          const id = tester.freshId()
          await tester.writeHistory(id, first - 1)
          const last = first + size - 1
          await tester.write(id, first, last, { writerUuid: 'writer-2' })
          const highest = last
          const before = span(1, first - 1)
          const whole = span(1, last)
          await tester.expectReplay(id, { sequenceNrs: whole, highest }, { journal: await tester.another() })
          for (const range of [{ toSequenceNr: last }, { max: last }])
            await tester.expectReplay(id, { sequenceNrs: whole, highest }, { range })
          for (const limit of new Set([first, last - 1].filter((nr) => nr < last)))
            for (const range of [{ toSequenceNr: limit }, { max: limit }])
              await tester.expectReplay(id, { sequenceNrs: before, highest }, { range })
          for (const from of new Set([first, first + Math.floor(size / 2), last]))
            await tester.expectReplay(
              id,
              { sequenceNrs: span(from, last), highest },
              { range: { fromSequenceNr: from } },
            )
          strictEqual(await tester.journal.readHighestSequenceNr(id), last)
          await tester.write(id, last + 1)
          await tester.expectReplay(id, { sequenceNrs: [...whole, last + 1], highest: last + 1 })
        },
      }),
    ),
  ),
  {
    name: 'batches of many sizes follow each other',
    skip: needsBatchOf(80),
    run: async (tester) => {
      const id = tester.freshId()
      let highest = 0
      for (const size of [1, 3, 30, 2, 80, 1, 40, 43]) {
        await tester.write(id, highest + 1, highest + size)
        highest += size
      }
      await tester.expectReplay(id, { sequenceNrs: span(1, highest), highest })
      for (const from of [2, 5, 99, 100, 101, 116, 200])
        await tester.expectReplay(
          id,
          { sequenceNrs: span(from, highest), highest },
          { range: { fromSequenceNr: from } },
        )
    },
  },
  {
    name: 'a batch that is too large is rejected, and its numbers are free',
    skip: needsLimit('maxAtomicWrite'),
    run: async (tester) => {
      const id = tester.freshId()
      const error = await persistenceRejection('a batch over the limit', REJECTED, () =>
        tester.write(id, 1, tester.capabilities.maxAtomicWrite + 1),
      )
      deepStrictEqual([error.persistenceId, error.sequenceNr], [id, 1])
      await tester.write(id, 1)
      await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
    },
  },
]
