import { deepStrictEqual, ok } from 'node:assert/strict'
import type { ReplayRange } from '@dynact/persistence'
import { persistenceRejection } from '../rejection.js'
import { span } from '../span.js'
import { type JournalCase, needs, needsBatchOf } from './journal-case.js'

/** Of events 1 to 5, each written by itself. */
const RANGES: readonly (readonly [ReplayRange, readonly number[]])[] = [
  [{}, [1, 2, 3, 4, 5]],
  [{ fromSequenceNr: undefined, toSequenceNr: undefined, max: undefined }, [1, 2, 3, 4, 5]],
  [{ fromSequenceNr: 1, toSequenceNr: Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }, [1, 2, 3, 4, 5]],
  [{ fromSequenceNr: 0 }, [1, 2, 3, 4, 5]],
  [{ fromSequenceNr: 3 }, [3, 4, 5]],
  [{ fromSequenceNr: 5 }, [5]],
  [{ fromSequenceNr: 6 }, []],
  [{ fromSequenceNr: 1_000 }, []],
  [{ toSequenceNr: 3 }, [1, 2, 3]],
  [{ toSequenceNr: 1 }, [1]],
  [{ toSequenceNr: 0 }, []],
  [{ toSequenceNr: 6 }, [1, 2, 3, 4, 5]],
  [{ max: 2 }, [1, 2]],
  [{ max: 5 }, [1, 2, 3, 4, 5]],
  [{ max: 0 }, []],
  [{ fromSequenceNr: 2, toSequenceNr: 4 }, [2, 3, 4]],
  [{ fromSequenceNr: 2, toSequenceNr: 2 }, [2]],
  [{ fromSequenceNr: 3, toSequenceNr: 2 }, []],
  [{ fromSequenceNr: 2, max: 1 }, [2]],
  [{ fromSequenceNr: 2, toSequenceNr: 4, max: 2 }, [2, 3]],
  [{ fromSequenceNr: 2, toSequenceNr: 4, max: 9 }, [2, 3, 4]],
  [{ fromSequenceNr: 2, toSequenceNr: 4, max: 0 }, []],
]

/** Of the writes 1 | 2 | 3 4 5 | 6. */
const TEARING_RANGES: readonly (readonly [ReplayRange, readonly number[]])[] = [
  [{ toSequenceNr: 3 }, [1, 2]],
  [{ toSequenceNr: 4 }, [1, 2]],
  [{ toSequenceNr: 5 }, [1, 2, 3, 4, 5]],
  [{ max: 3 }, [1, 2]],
  [{ max: 4 }, [1, 2]],
  [{ max: 5 }, [1, 2, 3, 4, 5]],
  [{ fromSequenceNr: 3, max: 2 }, []],
  [{ fromSequenceNr: 3, toSequenceNr: 4 }, []],
  [{ fromSequenceNr: 4 }, [4, 5, 6]],
  [{ fromSequenceNr: 4, toSequenceNr: 5 }, [4, 5]],
  [{ fromSequenceNr: 4, max: 2 }, [4, 5]],
  [{ fromSequenceNr: 4, max: 1 }, []],
  [{ fromSequenceNr: 4, toSequenceNr: 4 }, []],
  [{ fromSequenceNr: 5, max: 2 }, [5, 6]],
]

/** What a replay reads, and how it is read. */
export const replayCases: readonly JournalCase[] = [
  {
    name: 'a replay of an unknown id is empty, and its highest sequence number 0',
    run: async (tester) => {
      await tester.expectReplay(tester.freshId(), { sequenceNrs: [], highest: 0 })
      await tester.expectReplay(tester.freshId(), { sequenceNrs: [], highest: 0 }, { range: { fromSequenceNr: 7 } })
    },
  },
  {
    name: 'a replay keeps to fromSequenceNr, toSequenceNr and max, and tells the true highest number all the same',
    run: async (tester) => {
      const id = tester.freshId()
      for (const sequenceNr of span(1, 5)) await tester.write(id, sequenceNr)
      for (const [range, sequenceNrs] of RANGES) await tester.expectReplay(id, { sequenceNrs, highest: 5 }, { range })
    },
  },
  {
    name: 'limits count stored events, and only then is an atomic write left out that they cut',
    skip: needsBatchOf(3),
    run: async (tester) => {
      const id = tester.freshId()
      for (const [first, last] of [[1], [2], [3, 5], [6]] as const) await tester.write(id, first, last)
      for (const [range, sequenceNrs] of TEARING_RANGES)
        await tester.expectReplay(id, { sequenceNrs, highest: 6 }, { range })
    },
  },
  {
    name: 'a replay goes over a long history in order, from anywhere to anywhere',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 320)
      for (const sequenceNr of [321, 322]) await tester.write(id, sequenceNr)
      const highest = 322
      await tester.expectReplay(id, { sequenceNrs: span(1, 322), highest })
      for (const from of [2, 99, 100, 101, 199, 200, 201, 300, 321])
        await tester.expectReplay(id, { sequenceNrs: span(from, 322), highest }, { range: { fromSequenceNr: from } })
      // The last write that ends at or before the limit, event 120.
      const lastWhole = Math.floor(120 / tester.historyStep) * tester.historyStep
      for (const range of [
        { fromSequenceNr: 90, toSequenceNr: 240, max: 31 },
        { fromSequenceNr: 90, toSequenceNr: 120 },
      ])
        await tester.expectReplay(id, { sequenceNrs: span(90, lastWhole), highest }, { range })
    },
  },
  {
    name: 'a replay goes on behind numbers that were left out',
    skip: needs('gaps'),
    run: async (tester) => {
      const id = tester.freshId()
      for (const sequenceNr of [1, 2, 5, 6, 9]) await tester.write(id, sequenceNr)
      await tester.expectReplay(id, { sequenceNrs: [1, 2, 5, 6, 9], highest: 9 })
      await tester.expectReplay(id, { sequenceNrs: [5, 6, 9], highest: 9 }, { range: { fromSequenceNr: 3 } })
      await tester.expectReplay(id, { sequenceNrs: [1, 2, 5], highest: 9 }, { range: { max: 3 } })
      await tester.expectReplay(id, { sequenceNrs: [1, 2], highest: 9 }, { range: { toSequenceNr: 4 } })
    },
  },
  {
    name: 'a replay reads nothing before its first event is asked for',
    run: async (tester) => {
      const id = tester.freshId()
      const replay = tester.journal.replayEvents(id)
      await tester.write(id, 1)
      const sequenceNrs: number[] = []
      for await (const { sequenceNr } of replay) sequenceNrs.push(sequenceNr)
      deepStrictEqual(sequenceNrs, [1], 'what was written after the call and before the iteration')
    },
  },
  {
    name: 'a replay can be read once only',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 1)
      const replay = tester.journal.replayEvents(id)
      for await (const _ of replay);
      await persistenceRejection('a second iteration', 'any', async () => {
        for await (const _ of replay);
      })
    },
  },
  {
    name: 'the highest sequence number of a replay settles after a break, with what is known by then',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 250)
      const replay = tester.journal.replayEvents(id)
      for await (const { sequenceNr } of replay) if (sequenceNr === 3) break
      const highest = await replay.highestSequenceNr
      ok(highest >= 3 && highest <= 250, `after a break at event 3 of 250 it is ${highest}`)
      const empty = tester.journal.replayEvents(id)
      const iterator = empty[Symbol.asyncIterator]()
      await iterator.next()
      await iterator.return?.()
      ok((await empty.highestSequenceNr) >= 1)
    },
  },
  {
    name: 'several replays of one id at once do not disturb each other',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 120)
      const expected = { sequenceNrs: span(1, 120), highest: 120 }
      await Promise.all(span(1, 4).map(() => tester.expectReplay(id, expected)))
    },
  },
  {
    name: 'what one process has been told is stored, another one reads at once',
    skip: needs('severalProcesses'),
    run: async (tester) => {
      const id = tester.freshId()
      const journal = await tester.another()
      for (const sequenceNr of span(1, 10)) {
        await tester.write(id, sequenceNr)
        await tester.expectReplay(id, { sequenceNrs: span(1, sequenceNr), highest: sequenceNr }, { journal })
        deepStrictEqual(await journal.readHighestSequenceNr(id), sequenceNr)
      }
    },
  },
]
