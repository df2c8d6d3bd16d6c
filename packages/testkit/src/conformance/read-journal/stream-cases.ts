import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import type { AbortOptions, QueryStream, ReadJournal } from '@dynact/persistence'
import { persistenceRejection, rejection } from '../rejection.js'
import { needsFeed, type ReadJournalCase } from './read-journal-case.js'
import type { ReadJournalTester } from './read-journal-tester.js'

type Open = (readJournal: ReadJournal, name: string, options?: AbortOptions) => QueryStream<unknown>

/** Live streams that have nothing to tell but for what is written to their id or tag. */
const LIVE: readonly (readonly [string, Open, ReadJournalCase['skip']])[] = [
  ['of an id', (readJournal, id, options) => readJournal.eventsByPersistenceId(id, 1, undefined, options), undefined],
  ['by tag', (readJournal, tag, options) => readJournal.eventsByTag(tag, undefined, options), needsFeed()],
  [
    'by slices',
    (readJournal, type, options) => readJournal.eventsBySlices(type, 0, 1023, undefined, options),
    needsFeed(),
  ],
]

const DONE = { done: true, value: undefined }

/** One event that each of the streams has. */
const writeOne = async (tester: ReadJournalTester) => {
  const name = tester.fresh()
  await tester.write(name, 1, 1, { tags: [name] })
  await tester.write(`${name}|1`, 1)
  return name
}

const ofLive = ([kind, open, skip]: (typeof LIVE)[number]): readonly ReadJournalCase[] => [
  {
    name: `a live stream ${kind} is over after a break`,
    ...(skip && { skip }),
    run: async (tester) => {
      const stream = open(tester.readJournal, await writeOne(tester))
      for await (const _ of stream) break
      deepStrictEqual(await stream.next(), DONE)
    },
  },
  {
    name: `a live stream ${kind} that waits ends by return`,
    ...(skip && { skip }),
    run: async (tester) => {
      const stream = open(tester.readJournal, tester.fresh())
      const next = stream.next()
      deepStrictEqual(await stream.return(), DONE)
      deepStrictEqual(await next, DONE)
    },
  },
  {
    name: `a live stream ${kind} rejects with the reason of its signal, also while it waits`,
    ...(skip && { skip }),
    run: async (tester) => {
      const controller = new AbortController()
      const { signal } = controller
      const reason = { why: 'a reason need not be an Error' }
      const next = open(tester.readJournal, tester.fresh(), { signal }).next()
      controller.abort(reason)
      strictEqual(await rejection('a stream that waits', () => next), reason)
    },
  },
  {
    name: `a live stream ${kind} of a signal that has aborted rejects with the reason`,
    ...(skip && { skip }),
    run: async (tester) => {
      const reason = new Error('enough')
      const stream = open(tester.readJournal, await writeOne(tester), { signal: AbortSignal.abort(reason) })
      strictEqual(await rejection('the stream', () => stream.next()), reason)
    },
  },
  {
    name: `a live stream ${kind} that waits rejects when the read journal is closed`,
    ...(skip && { skip }),
    run: async (tester) => {
      const { readJournal } = tester
      const next = open(readJournal, tester.fresh()).next()
      const outcome = persistenceRejection('a stream that waits', 'any', () => next)
      await Promise.all([readJournal.close(), readJournal.close()])
      await outcome
    },
  },
]

/** The life of a stream, and what it refuses. */
export const streamCases: readonly ReadJournalCase[] = [
  ...LIVE.flatMap(ofLive),
  {
    name: 'a closed read journal refuses new streams',
    run: async (tester) => {
      const { readJournal } = tester
      const id = await writeOne(tester)
      await readJournal.close()
      await readJournal.close()
      for (const stream of [readJournal.currentPersistenceIds(), readJournal.currentEventsByPersistenceId(id)])
        await persistenceRejection('a stream of a closed read journal', 'any', () => stream.next())
    },
  },
  {
    name: 'an id that no journal can hold is refused',
    run: async ({ readJournal }) => {
      for (const id of ['', '\ud800'])
        for (const open of [readJournal.currentEventsByPersistenceId, readJournal.eventsByPersistenceId])
          await persistenceRejection(JSON.stringify(id), 'any', async () => open.call(readJournal, id).next())
    },
  },
  {
    name: 'slices that are none are refused',
    skip: needsFeed(),
    run: async ({ readJournal }) => {
      for (const [min, max] of [
        [0, 1024],
        [-1, 3],
        [3, 2],
        [0.5, 2],
        [Number.NaN, 3],
      ] as const)
        await persistenceRejection(`slices ${min} to ${max}`, 'any', async () =>
          readJournal.currentEventsBySlices('a', min, max).next(),
        )
    },
  },
  {
    name: 'an offset of another kind of stream is refused',
    skip: needsFeed(),
    run: async ({ readJournal }) => {
      for (const offset of [{ sequenceNr: 3 }, { timestamp: 'now', seen: {} }, { timestamp: -1, seen: {} }])
        await persistenceRejection(`the offset ${JSON.stringify(offset)}`, 'any', async () =>
          readJournal.currentEventsByTag('a', offset as never).next(),
        )
    },
  },
]
