import { ConfigError, type EventPoke, type EventPokes, RecoveryError } from '@dynact/persistence'
import type { ReadJournal } from '@dynact/query-dynamodb'
import { serviceError } from '../../../tools/test-support/observed-client.js'
import { freshType, names, namesOf, QueryFixture, take } from './query-fixture.js'

const fixture = new QueryFixture()
const withoutIndex = new QueryFixture()
beforeAll(async () => {
  await fixture.create({ queries: { shards: 4 } })
  await withoutIndex.create({})
})
afterEach(() => {
  fixture.observed.fateOf = () => 'pass'
})
afterAll(async () => {
  await fixture.remove()
  await withoutIndex.remove()
})

const queries = { shards: 4 }

describe('a table that the queries by tag and slices can not use is refused, with what to do', () => {
  test('without the feed index', async () => {
    const stream = withoutIndex.readJournal().currentEventsByTag('a')
    const error = await stream.next().catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toContain(withoutIndex.table)
    expect(String(error)).toMatch(/feed-idx/)
    expect(String(error)).toMatch(/aws dynamodb update-table|update-table|createJournalTable/)
  })

  test('with less in its index than the read journal expects', async () => {
    const stream = fixture.readJournal({ queries: { ...queries, projection: 'all' } }).eventsBySlices('a', 0, 1023)

    await expect(stream.next()).rejects.toThrow(ConfigError)
  })

  test('but its events by id are there', async () => {
    const id = freshType()
    await withoutIndex.write(withoutIndex.journal({ queries: undefined }), id, 1, 2)

    const envelopes = await take(withoutIndex.readJournal().currentEventsByPersistenceId<string>(id))
    expect(namesOf(envelopes)).toEqual(names(id, 1, 2))
  })
})

test.each<[string, (readJournal: ReadJournal, id: string) => AsyncIterable<unknown>]>([
  ['events by tag', (readJournal) => readJournal.currentEventsByTag('a')],
  ['live events by slices', (readJournal) => readJournal.eventsBySlices(undefined, 0, 1023)],
  ['events of an id', (readJournal, id) => readJournal.currentEventsByPersistenceId(id)],
  ['ids', (readJournal) => readJournal.currentPersistenceIds()],
])('%s that DynamoDB refuses fail with the table, and what is to be done', async (_, streamOf) => {
  const id = freshType()
  await fixture.write(fixture.journal({ queries }), id, 1)
  fixture.observed.fateOf = ({ operation }) =>
    ['Query', 'Scan', 'BatchGetItem', 'GetItem'].includes(operation)
      ? { fail: serviceError('AccessDeniedException', 'no permission') }
      : 'pass'

  const error = await take(streamOf(fixture.readJournal({ queries }), id)).catch((reason: unknown) => reason)

  expect(error).toBeInstanceOf(RecoveryError)
  expect(error).toMatchObject({ code: 'RECOVERY', cause: expect.anything() })
  expect(String(error)).toContain(fixture.table)
  expect(String(error)).toContain('no permission')
})

/** What carries pokes over a wire: each end has its own listeners, and hears what the other says. */
const wire = (): readonly [EventPokes, EventPokes] => {
  const listeners = [new Set<(poke: EventPoke) => void>(), new Set<(poke: EventPoke) => void>()] as const
  const end = (own: 0 | 1, other: 0 | 1): EventPokes => ({
    poke: (poke) => {
      const sent = JSON.stringify(poke)
      for (const listener of listeners[other]) listener(JSON.parse(sent))
    },
    subscribe: (listener) => {
      listeners[own].add(listener)
      return () => listeners[own].delete(listener)
    },
  })
  return [end(0, 1), end(1, 0)]
}

test.each<[string, (readJournal: ReadJournal, id: string, tag: string) => AsyncIterableIterator<unknown>]>([
  ['slices', (readJournal, id) => readJournal.eventsBySlices(id.split('|')[0], 0, 1023)],
  ['tag', (readJournal, _, tag) => readJournal.eventsByTag(tag)],
  ['id', (readJournal, id) => readJournal.eventsByPersistenceId(id)],
])('pokes of one’s own bring another process’s events by %s long before the next poll', async (_, streamOf) => {
  const [here, there] = wire()
  const [id, tag] = [`${freshType()}|1`, freshType()]
  const journalThere = fixture.journal({ queries, pokes: there })
  await fixture.write(journalThere, id, 1, 1, { tags: [tag] })
  // The test ends long before an hour has passed, so no poll brings anything.
  const stream = streamOf(fixture.readJournal({ queries, pokes: here, refreshInterval: 3_600_000 }), id, tag)
  expect((await stream.next()).value).toMatchObject({ persistenceId: id, sequenceNr: 1 })

  const next = stream.next()
  await fixture.write(journalThere, id, 2, 2, { tags: [tag] })
  expect((await next).value).toMatchObject({ persistenceId: id, sequenceNr: 2, event: `${id}/2` })
  const batch = take(stream, 2)
  await journalThere.writeEvents({ persistenceId: id, events: fixture.events(id, 3, 4, { tags: [tag] }) })

  expect(await batch).toMatchObject([{ sequenceNr: 3 }, { sequenceNr: 4 }])
})
