// Events are deleted while a recovery reads them, by a journal that reads as it goes.
import { type Journal, type PersistentRepr, persistenceEngine, type ReplayRange } from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { type ActorHarness, actorHarness, isStopped, until } from '../../../tools/test-support/actor-harness.js'
import { deferred } from '../../../tools/test-support/deferred.js'

/** Reads one event at a time, and what is deleted in between not at all. */
const readingAsItGoes = (journal: Journal): Journal => ({
  writeEvents: (write, options) => journal.writeEvents(write, options),
  replayEvents: (persistenceId, range: ReplayRange = {}, options = {}) => {
    const highest = deferred<number>()
    async function* events(): AsyncGenerator<PersistentRepr> {
      for (let from = range.fromSequenceNr ?? 1; ; ) {
        const [event] = await take(
          journal.replayEvents(persistenceId, { ...range, fromSequenceNr: from, max: 1 }, options),
        )
        if (event === undefined) break
        yield event
        from = event.sequenceNr + 1
      }
      highest.resolve(await journal.readHighestSequenceNr(persistenceId, 0, options))
    }
    return { highestSequenceNr: highest.promise, [Symbol.asyncIterator]: events }
  },
  readHighestSequenceNr: (persistenceId, from, options) => journal.readHighestSequenceNr(persistenceId, from, options),
  readDeletedToSequenceNr: async (persistenceId, options) =>
    (await journal.readDeletedToSequenceNr?.(persistenceId, options)) ?? 0,
  deleteEventsTo: (persistenceId, to, options) => journal.deleteEventsTo(persistenceId, to, options),
  close: () => journal.close(),
})

const take = async <T>(from: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const one of from) all.push(one)
  return all
}

let h: ActorHarness

beforeEach(async () => {
  const journal = readingAsItGoes(inMemoryJournal())
  h = actorHarness(persistenceEngine({ journal, snapshotStore: inMemorySnapshotStore() }))
  await h.write(1, 'a')
  await h.write(2, 'b')
  await h.write(3, 'c')
  await h.write(4, 'd')
  await h.write(5, 'e')
})
afterEach(() => h.stopAll())

/** When this event is about to be replayed, a snapshot of what is deleted is saved, and it is deleted. */
const deleteAt = (sequenceNr: number, to: number) => {
  let isDone = false
  h.hooks.beforeEvent = async (event) => {
    if (isDone || event.sequenceNr !== sequenceNr) return
    isDone = true
    await h.snapshotStore.saveSnapshot({ persistenceId: h.id, sequenceNr: to, timestamp: 9 }, 'ABCDE'.slice(0, to))
    await h.journal.deleteEventsTo(h.id, to)
  }
}

test.each([
  ['in its middle', 4, 'ABCDe'],
  ['at its end', 5, 'ABCDE'],
])('a recovery that lacks them %s fails, and the next one begins with the snapshot', async (_, to, state) => {
  deleteAt(2, to)

  const overtaken = h.spawnAppending()
  await until(() => isStopped(overtaken))

  expect(h.logged).toHaveLength(1)
  expect(h.logged[0]).toMatchObject({ code: 'RECOVERY', persistenceId: h.id, sequenceNr: 3 })
  expect(h.logged[0]?.message).toMatch(new RegExp(`up to ${to} were deleted .*behind event 2 are missing`))
  expect(await h.ask(h.spawnAppending())).toBe(state)
})

test('a recovery that has read them already has lost nothing', async () => {
  deleteAt(4, 4)

  expect(await h.ask(h.spawnAppending())).toBe('abcde')
})

test('numbers without an event, which were not deleted, are no matter', async () => {
  await h.write(8, 'h')

  expect(await h.ask(h.spawnAppending())).toBe('abcdeh')
})

test('whoever accepts deleted events goes on with what there is', async () => {
  deleteAt(2, 4)

  expect(await h.ask(h.spawnAppending({ recovery: { acceptDeletedEvents: true } }))).toBe('abe')
})

test("a recovery of nact's own actors fails, too", async () => {
  deleteAt(2, 4)
  await h.engine.latestSnapshot(h.id)

  const recovery = h.engine.events(h.id).reduce((count: number) => count + 1, 0)

  await expect(recovery).rejects.toMatchObject({ code: 'RECOVERY', sequenceNr: 3 })
})
