import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { TimestampOffset } from '@dynact/persistence'
import { span } from '../span.js'
import { needsFeed, type ReadJournalCase } from './read-journal-case.js'
import { expectInOrder, names, namesIn, stored, take } from './read-journal-tester.js'

/** The streams of many ids: exactly once, in the order of each id, without a gap. */
export const feedCases: readonly ReadJournalCase[] = [
  {
    name: 'events by slices are those of the type, once, in the order of each id',
    skip: needsFeed(),
    run: async (tester) => {
      const type = tester.fresh()
      const ids = span(1, 8).map((nr) => `${type}|${nr}`)
      for (const nr of span(1, 3)) await Promise.all(ids.map((id) => tester.write(id, nr)))
      for (const other of [`${type}x|1`, `x${type}|1`, type, `|${type}|1`]) await tester.write(other, 1)
      expectInOrder(await take(tester.ofType(type)), Object.fromEntries(ids.map((id) => [id, names(id, 1, 3)])))
    },
  },
  {
    name: 'ranges of slices divide the events without loss or overlap',
    skip: needsFeed(),
    run: async (tester) => {
      const type = tester.fresh()
      const ids = span(1, 24).map((nr) => `${type}|${tester.fresh()}${nr}`)
      await Promise.all(ids.map((id) => tester.write(id, 1)))
      const all: string[] = []
      for (const min of span(0, 7).map((part) => part * 128)) {
        const part = await take(tester.readJournal.currentEventsBySlices(type, min, min + 127))
        for (const { slice } of part) ok(slice >= min && slice <= min + 127, `slice ${slice} from ${min} on`)
        all.push(...namesIn(part))
      }
      deepStrictEqual(all.sort(), ids.flatMap((id) => names(id, 1)).sort())
      const [one] = await take(tester.ofType(type), 1)
      const { slice, persistenceId } = one ?? { slice: -1, persistenceId: '' }
      const ofSlice = await take(tester.readJournal.currentEventsBySlices(type, slice, slice))
      ok(namesIn(ofSlice).includes(`${persistenceId}/1`))
    },
  },
  {
    name: 'events without a type, and those of all types, are found',
    skip: needsFeed(),
    run: async (tester) => {
      const id = tester.fresh()
      await tester.write(id, 1)
      await tester.write(`${id}|1`, 1)
      const ofTypes = async (type: string | undefined) =>
        namesIn(
          (await take(tester.readJournal.currentEventsBySlices(type, 0, 1023))).filter(({ persistenceId }) =>
            persistenceId.startsWith(id),
          ),
        ).sort()
      deepStrictEqual(await ofTypes(''), names(id, 1))
      deepStrictEqual(await ofTypes(undefined), [...names(id, 1), ...names(`${id}|1`, 1)])
    },
  },
  {
    name: 'a large batch comes whole and in order, and can be gone on with in its middle',
    skip: needsFeed(100),
    run: async (tester) => {
      const type = tester.fresh()
      const id = `${type}|1`
      await tester.write(id, 1)
      await tester.write(id, 2, 101)
      await tester.write(id, 102)
      const envelopes = await take(tester.ofType(type))
      deepStrictEqual(namesIn(envelopes), names(id, 1, 102))
      const rest = await take(tester.ofType(type, stored(envelopes[49]?.offset)))
      deepStrictEqual(namesIn(rest), names(id, 51, 102))
    },
  },
  {
    name: 'a stream goes on exactly behind the offset of any envelope, as JSON',
    skip: needsFeed(),
    run: async (tester) => {
      const type = tester.fresh()
      const ids = span(1, 4).map((nr) => `${type}|${nr}`)
      for (const nr of span(1, 4)) for (const id of ids) await tester.write(id, nr)
      const envelopes = await take(tester.ofType(type))
      strictEqual(envelopes.length, 16)
      for (const [index, { offset }] of envelopes.entries()) {
        const rest = await take(tester.ofType(type, stored(offset)))
        deepStrictEqual(namesIn(rest).sort(), namesIn(envelopes.slice(index + 1)).sort())
      }
      await tester.write(ids[0] as string, 5)
      deepStrictEqual(
        namesIn(await take(tester.ofType(type, stored(envelopes.at(-1)?.offset)))),
        names(ids[0] as string, 5),
      )
    },
  },
  {
    name: 'an offset of a time alone begins with the events of that instant',
    skip: needsFeed(),
    run: async (tester) => {
      const type = tester.fresh()
      const timestamps: number[] = []
      for (const nr of span(1, 3)) {
        const [event] = await tester.write(`${type}|${nr}`, 1)
        timestamps.push(event?.timestamp ?? 0)
      }
      const offset = { timestamp: timestamps[1] ?? 0, seen: {} }
      const found = namesIn(await take(tester.ofType(type, offset)))
      deepStrictEqual(found.sort(), [...names(`${type}|2`, 1), ...names(`${type}|3`, 1)])
    },
  },
  {
    name: 'deleted events are left out of the events by slices, and those marked as deleted too',
    skip: needsFeed(),
    run: async (tester) => {
      const type = tester.fresh()
      const id = `${type}|1`
      for (const nr of span(1, 6)) await tester.write(id, nr, nr, nr === 5 ? { deleted: true } : {})
      await tester.journal.deleteEventsTo(id, 3)
      deepStrictEqual(namesIn(await take(tester.ofType(type))), [...names(id, 4), ...names(id, 6)])
    },
  },
  {
    name: 'live events by slices come once and in order while they are written, wherever a stream is interrupted',
    skip: needsFeed(4),
    run: async (tester) => {
      const type = tester.fresh()
      const ids = span(1, 6).map((nr) => `${type}|${nr}`)
      const writing = Promise.all(
        ids.map(async (id, index) => {
          for (let next = 1; next <= 20; ) {
            const last = Math.min(20, next + ((next * 7 + index) % 4))
            await tester.write(id, next, last)
            next = last + 1
          }
        }),
      )
      const delivered = []
      let offset: TimestampOffset | undefined
      for (const count of [1, 30, 2, 57, 30]) {
        const part = await take(tester.readJournal.eventsBySlices(type, 0, 1023, offset), count)
        delivered.push(...part)
        offset = stored(part.at(-1)?.offset)
      }
      await writing
      expectInOrder(delivered, Object.fromEntries(ids.map((id) => [id, names(id, 1, 20)])))
      deepStrictEqual(await take(tester.ofType(type, offset)), [])
    },
  },
  {
    name: 'events by tag are those with exactly this tag, among others, and go on behind an offset',
    skip: needsFeed(),
    run: async (tester) => {
      const [id, tag] = [tester.fresh(), tester.fresh('Tag')]
      const lists = [[tag], [], ['a', tag, 'z'], [`${tag}x`, tag.toLowerCase(), tag.slice(0, -1)], [tag]]
      for (const [index, tags] of lists.entries()) await tester.write(id, index + 1, index + 1, { tags })
      const envelopes = await take(tester.readJournal.currentEventsByTag(tag))
      deepStrictEqual(
        envelopes.map(({ sequenceNr, tags }) => [sequenceNr, [...tags].sort()]),
        [
          [1, [tag]],
          [3, [tag, 'a', 'z'].sort()],
          [5, [tag]],
        ],
      )
      const rest = await take(tester.readJournal.currentEventsByTag(tag, stored(envelopes[0]?.offset)))
      deepStrictEqual(namesIn(rest), [...names(id, 3), ...names(id, 5)])
    },
  },
  {
    name: 'live events by tag are those that are there, and then new ones of any id',
    skip: needsFeed(),
    run: async (tester) => {
      const [id, tag] = [tester.fresh(), tester.fresh('tag')]
      const changes = { tags: [tag] }
      await tester.write(id, 1, 1, changes)
      const found: string[] = []
      for await (const envelope of tester.readJournal.eventsByTag(tag)) {
        found.push(...namesIn([envelope]))
        if (found.length === 4) break
        await tester.write(`${id}-${found.length}`, 1)
        await tester.write(`${id}-${found.length}`, 2, 2, changes)
      }
      deepStrictEqual(found, [...names(id, 1), ...span(1, 3).flatMap((nr) => names(`${id}-${nr}`, 2))])
    },
  },
]
