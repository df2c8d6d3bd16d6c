import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { FencedError } from '@dynact/persistence'
import { persistenceRejection } from '../rejection.js'
import { span } from '../span.js'
import { type JournalCase, needs, needsBatchOf } from './journal-case.js'

const fenced = (what: string, call: () => Promise<unknown>) =>
  persistenceRejection(what, ['FENCED'], call) as Promise<FencedError>

/** Two writers of one id, and one writer that repeats itself. */
export const fencingCases: readonly JournalCase[] = [
  {
    name: 'the second writer of a number is fenced, is told who holds it, and overwrites nothing',
    run: async (tester) => {
      const id = tester.freshId()
      const other = await tester.another()
      await tester.write(id, 1, 1, { writerUuid: 'holder' })
      const error = await fenced('the second write', () =>
        tester.write(id, 1, 1, { journal: other, writerUuid: 'second' }),
      )
      deepStrictEqual([error.persistenceId, error.sequenceNr, error.writerUuid], [id, 1, 'holder'])
      const { events, highest } = await tester.read(id)
      deepStrictEqual([events.map(({ writerUuid }) => writerUuid), highest], [['holder'], 1])
      await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
    },
  },
  {
    name: 'a fenced writer recovers, and goes on behind what the other has written',
    run: async (tester) => {
      const id = tester.freshId()
      const other = await tester.another()
      await tester.write(id, 1, 1, { writerUuid: 'stale' })
      for (const sequenceNr of span(2, 4))
        await tester.write(id, sequenceNr, sequenceNr, { journal: other, writerUuid: 'other' })
      await fenced('a stale write', () => tester.write(id, 2, 2, { writerUuid: 'stale' }))
      const { highest } = await tester.read(id)
      strictEqual(highest, 4)
      await tester.write(id, highest + 1, highest + 1, { writerUuid: 'recovered' })
      await tester.expectReplay(id, { sequenceNrs: span(1, 5), highest: 5 })
      await fenced('the other, stale by now', () => tester.write(id, 5, 5, { journal: other, writerUuid: 'other' }))
    },
  },
  {
    name: 'a write that is repeated as it was is a success, and stored once',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 1)
      await tester.write(id, 1)
      await tester.write(id, 1, 1, { journal: await tester.another() })
      await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
    },
  },
  {
    name: 'a batch that is repeated as it was is a success, and stored once',
    skip: needsBatchOf(30),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 1)
      await tester.write(id, 2, 31)
      await tester.write(id, 2, 31)
      await tester.expectReplay(id, { sequenceNrs: span(1, 31), highest: 31 })
    },
  },
  {
    name: 'the same writer with another payload is fenced',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 1)
      await fenced('another payload', () => tester.writeAll([tester.event(id, 1, { payload: 'changed' })]))
      await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
    },
  },
  {
    name: 'a part of a batch is not the batch: its repetition is fenced',
    skip: needsBatchOf(3),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 1, 2)
      await fenced('its first event alone', () => tester.write(id, 1))
      await fenced('one event more', () => tester.write(id, 1, 3))
      const { events } = await tester.read(id, { toSequenceNr: 2 })
      deepStrictEqual(
        events.map(({ sequenceNr }) => sequenceNr),
        [1, 2],
      )
    },
  },
  ...[2, 30, 100].map(
    (size): JournalCase => ({
      name: `a batch of ${size} whose first number is taken is fenced, and none of it is seen`,
      skip: needsBatchOf(size),
      run: async (tester) => {
        const id = tester.freshId()
        await tester.write(id, 1)
        await tester.write(id, 2, 2, { writerUuid: 'holder' })
        const error = await fenced('the batch', () => tester.write(id, 2, size + 1, { writerUuid: 'second' }))
        deepStrictEqual([error.persistenceId, error.sequenceNr, error.writerUuid], [id, 2, 'holder'])
        const { events, highest } = await tester.read(id)
        deepStrictEqual(
          events.map(({ sequenceNr, writerUuid }) => [sequenceNr, writerUuid]),
          [
            [1, 'writer-1'],
            [2, 'holder'],
          ],
        )
        // Numbers that the batch has used up count, those that it has not are free.
        ok(highest >= 2 && highest <= size + 1)
        await tester.write(id, highest + 1)
        await tester.expectReplay(id, { sequenceNrs: [1, 2, highest + 1], highest: highest + 1 })
      },
    }),
  ),
  {
    name: 'a batch that meets the event of another in its middle is fenced, and none of it is seen',
    skip: (capabilities) => needs('gaps', 'fencesWithinBatches')(capabilities) ?? needsBatchOf(5)(capabilities),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 3, 3, { writerUuid: 'holder' })
      const error = await fenced('the batch', () => tester.write(id, 1, 5))
      deepStrictEqual([error.sequenceNr, error.writerUuid], [3, 'holder'])
      const { events } = await tester.read(id)
      deepStrictEqual(
        events.map(({ sequenceNr, writerUuid }) => [sequenceNr, writerUuid]),
        [[3, 'holder']],
      )
    },
  },
  {
    name: 'an event whose number lies within the batch of another is fenced',
    skip: (capabilities) => needs('fencesWithinBatches')(capabilities) ?? needsBatchOf(5)(capabilities),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 1, 5, { writerUuid: 'holder' })
      for (const sequenceNr of [1, 3, 5]) {
        const error = await fenced(`event ${sequenceNr}`, () => tester.write(id, sequenceNr))
        deepStrictEqual([error.sequenceNr, error.writerUuid], [sequenceNr, 'holder'])
      }
      await tester.expectReplay(id, { sequenceNrs: span(1, 5), highest: 5 })
    },
  },
  {
    name: 'of two writers of one number at once one wins, and the other is told who',
    run: async (tester) => {
      const id = tester.freshId()
      const journals = { a: tester.journal, b: await tester.another() }
      const winners: string[] = []
      for (const sequenceNr of span(1, 15)) {
        const writers = sequenceNr % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)
        const outcomes = await Promise.allSettled(
          writers.map((writer) =>
            tester.write(id, sequenceNr, sequenceNr, { journal: journals[writer], writerUuid: writer }),
          ),
        )
        const won = writers.filter((_, index) => outcomes[index]?.status === 'fulfilled')
        strictEqual(won.length, 1, `event ${sequenceNr} was acknowledged ${won.length} times`)
        const lost = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult
        deepStrictEqual([lost.reason.code, lost.reason.writerUuid], ['FENCED', won[0]])
        winners.push(won[0] as string)
      }
      const { events } = await tester.read(id)
      deepStrictEqual(
        events.map(({ writerUuid }) => writerUuid),
        winners,
      )
    },
  },
  {
    name: 'of two batches for the same numbers at once one wins at most, and what was acknowledged is seen, whole',
    skip: needsBatchOf(30),
    run: async (tester) => {
      const id = tester.freshId()
      const journals = [tester.journal, await tester.another()]
      const expected: number[] = []
      for (let round = 0; round < 6; round++) {
        const first = (await tester.journal.readHighestSequenceNr(id)) + 1
        const outcomes = await Promise.allSettled(
          journals.map((journal, index) => tester.write(id, first, first + 29, { journal, writerUuid: `w${index}` })),
        )
        const won = outcomes.filter(({ status }) => status === 'fulfilled').length
        ok(won <= 1, 'both batches were acknowledged')
        if (won === 1) expected.push(...span(first, first + 29))
        for (const outcome of outcomes) if (outcome.status === 'rejected') strictEqual(outcome.reason.code, 'FENCED')
        const { events } = await tester.read(id)
        deepStrictEqual(
          events.map(({ sequenceNr }) => sequenceNr),
          expected,
        )
      }
    },
  },
]
