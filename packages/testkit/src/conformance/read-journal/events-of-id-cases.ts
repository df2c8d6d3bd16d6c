import { deepStrictEqual, ok } from 'node:assert/strict'
import { span } from '../span.js'
import type { ReadJournalCase } from './read-journal-case.js'
import { names, namesIn, take } from './read-journal-tester.js'

/** The streams of one id. */
export const eventsOfIdCases: readonly ReadJournalCase[] = [
  {
    name: 'the events of an id come in order, with all that was written, and go on behind any offset',
    run: async (tester) => {
      const id = tester.fresh()
      const changes = { manifest: 'v2', tags: ['a', 'b'] }
      const written = (await Promise.all([tester.write(id, 1, 1, changes)])).flat()
      for (const nr of span(2, 120)) written.push(...(await tester.write(id, nr, nr, changes)))
      const envelopes = await take(tester.readJournal.currentEventsByPersistenceId(id))
      deepStrictEqual(
        envelopes.map(({ sequenceNr, event, manifest, timestamp, tags, offset }) => ({
          sequenceNr,
          event,
          manifest,
          timestamp,
          tags: [...tags].sort(),
          offset,
        })),
        written.map(({ sequenceNr, payload, timestamp }) => ({
          sequenceNr,
          event: payload,
          timestamp,
          ...changes,
          offset: { sequenceNr },
        })),
      )
      for (const { slice, persistenceId } of envelopes) {
        ok(Number.isInteger(slice) && slice >= 0 && slice < 1024, `slice ${slice}`)
        deepStrictEqual(persistenceId, id)
      }
      for (const { offset } of [envelopes[0], envelopes[98], envelopes[119]].filter((one) => one !== undefined)) {
        const rest = await take(tester.readJournal.currentEventsByPersistenceId(id, offset.sequenceNr + 1))
        deepStrictEqual(namesIn(rest), names(id, offset.sequenceNr + 1, 120))
      }
    },
  },
  {
    name: 'both limits are inclusive, an unknown id has no events, and another id has its own',
    run: async (tester) => {
      const id = tester.fresh()
      for (const nr of span(1, 5)) await tester.write(id, nr)
      await tester.write(`${id}-1`, 1)
      const { readJournal } = tester
      for (const [from, to] of [
        [2, 4],
        [1, 1],
        [5, 9],
        [6, 9],
        [4, 3],
      ] as const)
        deepStrictEqual(
          namesIn(await take(readJournal.currentEventsByPersistenceId(id, from, to))),
          names(id, from, Math.min(to, 5)),
        )
      deepStrictEqual(await take(readJournal.currentEventsByPersistenceId(tester.fresh())), [])
    },
  },
  {
    name: 'a batch is there whole, or not at all where a limit cuts it',
    skip: ({ maxAtomicWrite }) => (maxAtomicWrite < 5 ? 'atomic writes are small' : undefined),
    run: async (tester) => {
      const id = tester.fresh()
      await tester.write(id, 1)
      await tester.write(id, 2, 6)
      const { readJournal } = tester
      deepStrictEqual(namesIn(await take(readJournal.currentEventsByPersistenceId(id))), names(id, 1, 6))
      deepStrictEqual(namesIn(await take(readJournal.currentEventsByPersistenceId(id, 1, 4))), names(id, 1))
      deepStrictEqual(namesIn(await take(readJournal.eventsByPersistenceId(id, 1, 4))), names(id, 1))
    },
  },
  {
    name: 'deleted events are left out, and those marked as deleted too',
    run: async (tester) => {
      const id = tester.fresh()
      for (const nr of span(1, 6)) await tester.write(id, nr, nr, nr === 5 ? { deleted: true } : {})
      await tester.journal.deleteEventsTo(id, 3)
      const envelopes = await take(tester.readJournal.currentEventsByPersistenceId(id))
      deepStrictEqual(namesIn(envelopes), [...names(id, 4), ...names(id, 6)])
    },
  },
  {
    name: 'live events of an id are those that are there, then new ones, and end behind the last one asked for',
    run: async (tester) => {
      const id = tester.fresh()
      await tester.write(id, 1)
      const found: string[] = []
      for await (const envelope of tester.readJournal.eventsByPersistenceId(id, 1, 9)) {
        found.push(...namesIn([envelope]))
        if (envelope.sequenceNr < 9) await tester.write(id, envelope.sequenceNr + 1)
      }
      deepStrictEqual(found, names(id, 1, 9))
    },
  },
]
