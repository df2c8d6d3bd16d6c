import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { persistenceRejection } from '../rejection.js'
import { span } from '../span.js'
import { type JournalCase, needs, needsBatchOf } from './journal-case.js'

/** How many events there are, and up to which they are deleted. */
const DELETIONS = [
  [5, 1],
  [5, 3],
  [5, 5],
  [5, 6],
  [5, Number.MAX_SAFE_INTEGER],
  [130, 98],
  [130, 99],
  [130, 100],
  [130, 101],
  [130, 130],
] as const

/** Deleting events. */
export const deleteCases: readonly JournalCase[] = [
  ...DELETIONS.map(
    ([size, to]): JournalCase => ({
      name: `deleting events up to ${to} of ${size} leaves the others, and the highest sequence number`,
      run: async (tester) => {
        const id = tester.freshId()
        await tester.writeHistory(id, size)
        await tester.journal.deleteEventsTo(id, to)
        const other = await tester.another()
        const left = { sequenceNrs: span(to + 1, size), highest: size }
        for (const journal of [tester.journal, other]) {
          await tester.expectReplay(id, left, { journal })
          await tester.expectReplay(id, left, { journal, range: { toSequenceNr: size } })
          strictEqual(await journal.readHighestSequenceNr(id), size)
        }
        const behind = { range: { fromSequenceNr: size + 1 } }
        await tester.expectReplay(id, { sequenceNrs: [], highest: size }, behind)
        const deletedOnly = { range: { toSequenceNr: Math.min(to, size) } }
        await tester.expectReplay(id, { sequenceNrs: [], highest: size }, deletedOnly)
        await tester.write(id, size + 1, size + 1, { journal: other })
        await tester.expectReplay(id, { sequenceNrs: span(to + 1, size).concat(size + 1), highest: size + 1 })
      },
    }),
  ),
  {
    name: 'deleting all events and again keeps the highest sequence number for ever',
    run: async (tester) => {
      const id = tester.freshId()
      for (const highest of [3, 4, 5]) {
        for (let nr = (await tester.journal.readHighestSequenceNr(id)) + 1; nr <= highest; nr++)
          await tester.write(id, nr)
        await tester.journal.deleteEventsTo(id, highest)
        await tester.expectReplay(id, { sequenceNrs: [], highest }, { journal: await tester.another() })
      }
    },
  },
  {
    name: 'deleting twice, less far and further is the furthest of them',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 130)
      for (const [to, left] of [
        [20, 21],
        [20, 21],
        [5, 21],
        [110, 111],
        [50, 111],
      ] as const) {
        await tester.journal.deleteEventsTo(id, to)
        await tester.expectReplay(id, { sequenceNrs: span(left, 130), highest: 130 })
      }
    },
  },
  {
    name: 'deleting up to 0, or of an unknown id, does nothing',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.journal.deleteEventsTo(id, 10)
      await tester.expectReplay(id, { sequenceNrs: [], highest: 0 })
      await tester.write(id, 1)
      await tester.journal.deleteEventsTo(id, 0)
      await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
    },
  },
  {
    name: 'deleting into the middle of a batch leaves its rest',
    skip: needsBatchOf(5),
    run: async (tester) => {
      const id = tester.freshId()
      for (const [first, last] of [[1], [2, 6], [7]] as const) await tester.write(id, first, last)
      await tester.journal.deleteEventsTo(id, 3)
      const journal = await tester.another()
      for (const from of [1, 2, 3, 4])
        await tester.expectReplay(
          id,
          { sequenceNrs: [4, 5, 6, 7], highest: 7 },
          { journal, range: { fromSequenceNr: from } },
        )
      await tester.expectReplay(id, { sequenceNrs: [5, 6, 7], highest: 7 }, { range: { fromSequenceNr: 5 } })
      await tester.journal.deleteEventsTo(id, 6)
      await tester.expectReplay(id, { sequenceNrs: [7], highest: 7 }, { journal })
    },
  },
  {
    name: 'a deleted number is not used again',
    skip: needs('fencesDeletedNumbers'),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 5)
      await tester.journal.deleteEventsTo(id, 4)
      for (const sequenceNr of [1, 4])
        await persistenceRejection(`event ${sequenceNr}, deleted`, ['FENCED'], () => tester.write(id, sequenceNr))
      await tester.expectReplay(id, { sequenceNrs: [5], highest: 5 })
    },
  },
  {
    name: 'a deleted event is not seen again',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 5)
      await tester.journal.deleteEventsTo(id, 4)
      // A late try of its writer.
      await tester.write(id, 2).catch((error) => strictEqual(error.code, 'FENCED'))
      const journal = await tester.another()
      await tester.expectReplay(id, { sequenceNrs: [5], highest: 5 }, { journal })
      strictEqual(await journal.readHighestSequenceNr(id), 5)
    },
  },
  {
    name: 'it is known how far events are deleted',
    skip: needs('tellsDeletedTo'),
    run: async (tester) => {
      const id = tester.freshId()
      const deletedTo = async () => await (await tester.another()).readDeletedToSequenceNr?.(id)
      strictEqual(await deletedTo(), 0)
      await tester.writeHistory(id, 12)
      strictEqual(await deletedTo(), 0)
      for (const [to, known] of [
        [3, 3],
        [2, 3],
        [11, 11],
        [99, 12],
      ] as const) {
        await tester.journal.deleteEventsTo(id, to)
        strictEqual(await deletedTo(), known)
      }
    },
  },
  {
    name: 'an interrupted deletion leaves a readable journal, and deleting again resumes',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 130)
      const reason = new Error('the deletion is interrupted')
      const controller = new AbortController()
      const outcome = tester.journal.deleteEventsTo(id, 120, { signal: controller.signal }).then(
        () => undefined,
        (error: unknown) => error,
      )
      setImmediate(() => controller.abort(reason))
      const error = await outcome
      if (error !== undefined) strictEqual(error, reason)
      const { events, highest } = await tester.read(id)
      strictEqual(highest, 130)
      const sequenceNrs = events.map(({ sequenceNr }) => sequenceNr)
      deepStrictEqual(sequenceNrs, span(131 - sequenceNrs.length, 130), 'what is left has a gap')
      ok(sequenceNrs.length >= 10)
      await tester.journal.deleteEventsTo(id, 120)
      await tester.expectReplay(id, { sequenceNrs: span(121, 130), highest: 130 })
    },
  },
]
