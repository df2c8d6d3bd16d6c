import { createTable } from '@dynact/dynamodb'
import { type DynamoDBJournal, type JournalTableConfig, journalTableDefinition } from '@dynact/journal-dynamodb'
import { ConfigError } from '@dynact/persistence'
import { freshType, QueryFixture, take } from './query-fixture.js'

/** Ids of every kind; gives those that must be told. */
const fill = async (fixture: QueryFixture, journal: DynamoDBJournal): Promise<string[]> => {
  await fixture.write(journal, 'one', 1)
  await fixture.write(journal, 'one-2', 1, 3)
  await journal.writeEvents({ persistenceId: 'long', events: fixture.events('long', 1, 350) })
  await journal.writeEvents({
    persistenceId: 'first-hundred-deleted',
    events: fixture.events('first-hundred-deleted', 1, 250),
  })
  await journal.deleteEventsTo('first-hundred-deleted', 120)
  await journal.writeEvents({ persistenceId: 'all-deleted', events: fixture.events('all-deleted', 1, 250) })
  await journal.deleteEventsTo('all-deleted', 100)
  await journal.deleteEventsTo('all-deleted', 250)
  await fixture.write(journal, 'half-deleted', 1, 4)
  await journal.deleteEventsTo('half-deleted', 2)
  await fixture.write(fixture.journal({ journalName: 'other' }), 'of-another-journal', 1)
  for (let id = 0; id < 12; id++) await fixture.write(journal, `more|${id}`, 1)
  const more = Array.from({ length: 12 }, (_, id) => `more|${id}`)
  return ['one', 'one-2', 'long', 'first-hundred-deleted', 'all-deleted', 'half-deleted', ...more].sort()
}

describe.each<[string, JournalTableConfig, number]>([
  ['the index', { persistenceIdsIndex: true, queries: {} }, 3],
  ['a scan', { queries: {} }, 100],
])('ids by %s', (_, tableConfig, smallPage) => {
  const fixture = new QueryFixture()
  let expected: string[]
  beforeAll(async () => {
    await fixture.create(tableConfig)
    expected = await fill(fixture, fixture.journal())
  })
  afterAll(() => fixture.remove())

  test.each([500, 7, 1])('are told once each, with pages of %d', async (pageSize) => {
    const ids = await take(fixture.readJournal({ pageSize }).currentPersistenceIds())

    expect(ids.sort()).toEqual(expected)
  })

  test('can be resumed behind every page', async () => {
    const readJournal = fixture.readJournal({ pageSize: 7 })
    const pages = await take(readJournal.currentPersistenceIdPages())
    expect(pages.length).toBeGreaterThan(2)

    let before: string[] = []
    for (const { persistenceIds, next } of pages) {
      before = [...before, ...persistenceIds]
      if (next === undefined) continue
      const rest = await take(readJournal.currentPersistenceIds({ from: next }))
      expect([...before, ...rest].sort()).toEqual(expected)
    }
    expect(pages.at(-1)?.next).toBeUndefined()
  })

  test.each([
    ['some', 'more|'],
    ['of these fewer', 'more|1'],
    ['one and another', 'one'],
    ['one whose first events are deleted', 'first-'],
    ['one whose events are deleted', 'all-'],
    ['none, though a key begins so', 'one-2-0'],
    ['none', 'nothing'],
    ['half a character', 'long\uD800'],
    ['more than a key holds', 'x'.repeat(1500)],
  ])('by a prefix, of %s, are told once each, and resumed behind every page', async (_, prefix) => {
    const readJournal = fixture.readJournal({ pageSize: smallPage })
    const pages = await take(readJournal.currentPersistenceIdPages({ prefix }))

    const ids = pages.flatMap(({ persistenceIds }) => persistenceIds)
    expect(ids.sort()).toEqual(expected.filter((id) => id.startsWith(prefix)))
    for (const [index, { next }] of pages.entries()) {
      if (next === undefined) continue
      const rest = await take(readJournal.currentPersistenceIds({ prefix, from: next }))
      const before = pages.slice(0, index + 1).flatMap(({ persistenceIds }) => persistenceIds)
      expect([...before, ...rest].sort()).toEqual(ids)
    }
  })

  test('of a prefix do not go on behind a page of another', async () => {
    const readJournal = fixture.readJournal({ pageSize: smallPage })
    const [{ next } = { next: undefined }] = await take(readJournal.currentPersistenceIdPages({ prefix: 'more|' }))

    await expect(take(readJournal.currentPersistenceIds({ prefix: 'one', from: next }))).rejects.toThrow(
      /same `prefix`/,
    )
    await expect(take(readJournal.currentPersistenceIds({ from: next }))).rejects.toThrow(ConfigError)
  })

  test('live, go on with new ones: of this process at once, of others with the next listing', async () => {
    const readJournal = fixture.readJournal({ refreshInterval: 50 })
    const stream = readJournal.persistenceIds()
    const there: string[] = []
    while (there.length < expected.length) there.push(String((await stream.next()).value))
    expect(there.sort()).toEqual(expected)
    const journal = fixture.journal()
    const silent = fixture.journal({ pokes: { poke: () => undefined, subscribe: () => () => undefined } })
    const [first, second] = [freshType(), freshType()]

    await fixture.write(journal, 'one', 2)
    await fixture.write(journal, first, 1, 2)
    expect((await stream.next()).value).toBe(first)
    await fixture.write(silent, second, 1)
    expect((await stream.next()).value).toBe(second)
    expected = [...expected, first, second].sort()
    await stream.return()
  })

  test('do not begin where no page ended', async () => {
    await expect(take(fixture.readJournal().currentPersistenceIds({ from: 'nonsense' }))).rejects.toThrow(ConfigError)
  })
})

test('the index of a JVM set-up that is not sorted by key serves as well', async () => {
  const fixture = new QueryFixture()
  await fixture.observed.start()
  const { table, client } = fixture
  const { GlobalSecondaryIndexes = [], ...definition } = journalTableDefinition({ table, persistenceIdsIndex: true })
  const unsorted = GlobalSecondaryIndexes.map((index) => ({ ...index, KeySchema: index.KeySchema?.slice(0, 1) }))
  await createTable(client, { ...definition, GlobalSecondaryIndexes: unsorted })
  const expected = await fill(fixture, fixture.journal({ queries: undefined }))

  const ids = await take(fixture.readJournal({ pageSize: 7 }).currentPersistenceIds())
  const some = await take(fixture.readJournal({ pageSize: 7 }).currentPersistenceIds({ prefix: 'more|1' }))

  expect(ids.sort()).toEqual(expected)
  expect(some.sort()).toEqual(expected.filter((id) => id.startsWith('more|1')))
  await fixture.remove()
})

test('a prefix reads of the index only its own ids', async () => {
  const fixture = new QueryFixture()
  await fixture.create({ persistenceIdsIndex: true, queries: {} })
  await fill(fixture, fixture.journal())

  const pages = await take(fixture.readJournal().currentPersistenceIdPages({ prefix: 'more|1' }))

  // more|1, more|10, more|11; then neither low nor high marks.
  expect(pages.map(({ itemsRead }) => itemsRead)).toEqual([3, 0, 0])
  await fixture.remove()
})
