// A snapshot must not cover the numbers of a batch that a late request of its dead writer may still complete.
import { type Journal, persistenceEngine } from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { type ActorHarness, actorHarness, until } from '../../../tools/test-support/actor-harness.js'

/** Numbers that an unfinished batch has used up, behind two events. */
const USED_UP = 2

/** In front of a journal that ends with such a batch: no replay shows it, but its numbers are in use. */
const withUnfinishedBatch = (journal: Journal): Journal => ({
  writeEvents: (write, options) => journal.writeEvents(write, options),
  replayEvents: (persistenceId, range, options) => {
    const replay = journal.replayEvents(persistenceId, range, options)
    const highestSequenceNr = replay.highestSequenceNr.then((highest) => Math.max(highest, 2 + USED_UP))
    return { highestSequenceNr, [Symbol.asyncIterator]: () => replay[Symbol.asyncIterator]() }
  },
  readHighestSequenceNr: (persistenceId, from, options) => journal.readHighestSequenceNr(persistenceId, from, options),
  readDeletedToSequenceNr: async () => 0,
  deleteEventsTo: (persistenceId, to, options) => journal.deleteEventsTo(persistenceId, to, options),
  close: () => journal.close(),
})

let h: ActorHarness

beforeEach(async () => {
  const journal = withUnfinishedBatch(inMemoryJournal())
  h = actorHarness(persistenceEngine({ journal, snapshotStore: inMemorySnapshotStore() }))
  await h.write(1, 'a', 'b')
})
afterEach(() => h.stopAll())

test('one that falls due with the recovery is that of the last event', async () => {
  h.spawnAppending({ snapshotEvery: 2 })
  await until(async () => (await h.snapshots()).length > 0)

  expect(await h.snapshots()).toEqual([2])
})

test.each([['the state'], ['what is committed']])('one that the program takes of %s is, too', async (what) => {
  const actor = h.spawnAppending({}, (_, ctx, state) => ctx.saveSnapshot(what === 'the state' ? state : undefined))
  await h.ask(actor, 'x')

  expect(await h.snapshots()).toEqual([2])
})

test('behind the first write, which has plugged the holes, they are those of the last event again', async () => {
  const actor = h.spawnAppending({}, async (message, ctx, state) => {
    await ctx.persist(message)
    await ctx.saveSnapshot(state)
  })
  await h.ask(actor, 'c')

  expect((await h.stored()).map(({ sequenceNr }) => sequenceNr)).toEqual([1, 2, 5])
  expect(await h.snapshots()).toEqual([5])
})

test("those of nact's own actors, which count what is used up, are of the last event as well", async () => {
  const snapshot = (sequenceNumber: number) => ({ key: h.id, sequenceNumber, data: 's', createdAt: 1_000 })
  const fresh = persistenceEngine({ journal: h.journal, snapshotStore: h.snapshotStore })
  await fresh.latestSnapshot(h.id)
  const seen = (await fresh.events(h.id)).map(({ sequenceNumber }) => sequenceNumber)
  expect(seen).toEqual([1, 2, 4])

  await fresh.takeSnapshot(snapshot(4))
  expect(await h.snapshots()).toEqual([2])

  await fresh.persist({ key: h.id, sequenceNumber: 5, data: 'c', tags: [], createdAt: 1_000, isDeleted: false })
  await fresh.takeSnapshot(snapshot(5))
  expect(await h.snapshots()).toEqual([2, 5])
})
