import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import type { PersistentRepr } from '@dynact/persistence'
import { persistenceRejection } from '../rejection.js'
import { span } from '../span.js'
import { type JournalCase, needs, needsBatchOf } from './journal-case.js'

/** Tags have no order, and an event that is not marked as deleted need not say so. */
const comparable = ({ tags, deleted = false, ...event }: PersistentRepr) => ({
  ...event,
  tags: [...tags].sort(),
  deleted,
})

const METADATA: readonly (readonly [string, Partial<PersistentRepr>])[] = [
  ['none of it', { timestamp: 0 }],
  ['a manifest', { manifest: 'order-placed:v2 \u00e9\u{1f600}' }],
  ['one tag', { tags: ['red'] }],
  ['many tags', { tags: span(1, 50).map((nr) => `tag ${nr} \u00e9 - "'`) }],
  ['a writer', { writerUuid: '0b0f2a1e-0000-4000-8000-00000000000f' }],
  ['a timestamp in milliseconds', { timestamp: 1_700_000_000_123 }],
  ['a timestamp to the microsecond', { timestamp: 1_700_000_000_000.001 }],
  ['another timestamp to the microsecond', { timestamp: 1_791_234_567_890.999 }],
  ['the mark of a deleted event', { deleted: true }],
]

/** Writes that make no sense; `id` is replaced by that of the case. */
const SENSELESS: readonly (readonly [string, (events: readonly PersistentRepr[]) => readonly PersistentRepr[]])[] = [
  ['no events', () => []],
  ['a gap inside', ([a, , c]) => [a, c] as PersistentRepr[]],
  ['the wrong order', ([a, b]) => [b, a] as PersistentRepr[]],
  ['a number twice', ([a]) => [a, a] as PersistentRepr[]],
  ['an event of another id', ([a, b]) => [a, { ...b, persistenceId: 'another' }] as PersistentRepr[]],
  ['events of two writers', ([a, b]) => [a, { ...b, writerUuid: 'writer-2' }] as PersistentRepr[]],
  ['number 0', ([a]) => [{ ...a, sequenceNr: 0 }] as PersistentRepr[]],
  ['a negative number', ([a]) => [{ ...a, sequenceNr: -1 }] as PersistentRepr[]],
  ['a fraction for a number', ([a]) => [{ ...a, sequenceNr: 1.5 }] as PersistentRepr[]],
  ['a number beyond 2^53 - 1', ([a]) => [{ ...a, sequenceNr: 2 ** 53 }] as PersistentRepr[]],
  ['a tag that UTF-8 can not hold', ([a]) => [{ ...a, tags: ['\ud800'] }] as PersistentRepr[]],
]

/** What a write stores beside payloads, and what it refuses. */
export const writeCases: readonly JournalCase[] = [
  ...METADATA.map(
    ([what, changes]): JournalCase => ({
      name: `the facts of an event come back: ${what}`,
      ...(changes.timestamp === 0 && { skip: needs('keepsUnknownTimes') }),
      run: async (tester) => {
        const id = tester.freshId()
        const event = tester.event(id, 1, changes)
        await tester.writeAll([event])
        const { events } = await tester.read(id)
        deepStrictEqual(events.map(comparable), [comparable(event)])
      },
    }),
  ),
  {
    name: 'every event of a batch keeps facts of its own',
    skip: needsBatchOf(METADATA.length),
    run: async (tester) => {
      const id = tester.freshId()
      const batch = METADATA.map(([, { writerUuid: _, ...changes }], index) =>
        tester.event(id, index + 1, { ...changes, timestamp: 1_700_000_000_000 + index * 1.001 }),
      )
      await tester.writeAll(batch)
      const { events } = await tester.read(id)
      deepStrictEqual(events.map(comparable), batch.map(comparable))
    },
  },
  ...SENSELESS.map(
    ([what, spoil]): JournalCase => ({
      name: `a write that makes no sense is rejected, and nothing is stored: ${what}`,
      run: async (tester) => {
        const id = tester.freshId()
        const events = spoil(tester.events(id, 1, 3))
        await persistenceRejection(what, ['WRITE_REJECTED'], () =>
          tester.journal.writeEvents({ persistenceId: id, events }),
        )
        await tester.expectReplay(id, { sequenceNrs: [], highest: 0 })
        await tester.write(id, 1)
        await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
      },
    }),
  ),
  {
    name: 'the highest sequence number of an unknown id is 0',
    run: async (tester) => {
      strictEqual(await tester.journal.readHighestSequenceNr(tester.freshId()), 0)
      strictEqual(await tester.journal.readHighestSequenceNr(tester.freshId(), 1), 0)
    },
  },
  {
    name: 'the highest sequence number is found from any number that is known to be in use',
    run: async (tester) => {
      const id = tester.freshId()
      const journal = await tester.another()
      let written = 0
      for (const size of [1, 2, 99, 100, 101, 200, 230]) {
        while (written < size) {
          const last = Math.min(size, written + Math.min(40, tester.capabilities.maxAtomicWrite))
          await tester.write(id, written + 1, last)
          written = last
        }
        strictEqual(await journal.readHighestSequenceNr(id), size)
        for (const from of [0, 1, Math.ceil(size / 2), size])
          strictEqual(await journal.readHighestSequenceNr(id, from), size, `of ${size}, read from ${from} on`)
      }
    },
  },
  {
    name: 'many ids are written at once, and none disturbs another',
    run: async (tester) => {
      const ids = span(1, 60).map(() => tester.freshId())
      await Promise.all(
        ids.map(async (id) => {
          for (const sequenceNr of [1, 2, 3]) await tester.write(id, sequenceNr)
        }),
      )
      for (const id of ids) await tester.expectReplay(id, { sequenceNrs: [1, 2, 3], highest: 3 })
    },
  },
  {
    name: 'of many ids written at once, the one that fails fails alone',
    run: async (tester) => {
      const ids = span(1, 30).map(() => tester.freshId())
      const taken = ids[7] as string
      await tester.write(taken, 1, 1, { writerUuid: 'holder' })
      const outcomes = await Promise.allSettled(ids.map((id) => tester.write(id, 1)))
      deepStrictEqual(
        outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [ids[index]] : [])),
        [taken],
      )
      for (const id of ids) await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
    },
  },
]
