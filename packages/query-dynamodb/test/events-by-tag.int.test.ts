import { freshType, names, namesOf, QueryFixture, take } from './query-fixture.js'

const fixture = new QueryFixture()
beforeAll(() => fixture.create({ queries: { projection: 'all', shards: 4 } }))
afterAll(() => fixture.remove())

const queries = { projection: 'all', shards: 4 } as const

describe.each(['keys', 'all'] as const)('events by tag, of an index read as %s', (projection) => {
  test('are those with the tag, of events that have several', async () => {
    const [red, blue, id] = [freshType(), freshType(), freshType()]
    const journal = fixture.journal({ queries })
    await fixture.write(journal, id, 1, 1, { tags: [red] })
    await fixture.write(journal, id, 2, 2, { tags: [red, blue] })
    await fixture.write(journal, id, 3)
    await fixture.write(journal, id, 4, 4, { tags: [blue] })
    const readJournal = fixture.readJournal({ queries: { ...queries, projection } })

    const envelopes = await take(readJournal.currentEventsByTag(red))
    expect(namesOf(envelopes)).toEqual(names(id, 1, 2))
    expect(envelopes[1]?.tags.toSorted()).toEqual([red, blue].sort())
    expect(namesOf(await take(readJournal.currentEventsByTag(blue)))).toEqual([`${id}/2`, `${id}/4`])
    expect(await take(readJournal.currentEventsByTag('no such tag'))).toEqual([])
  })

  test.each(['marked', 'packed'] as const)('are those of a %s batch that have it', async (atomicWrites) => {
    const [red, id] = [freshType(), freshType()]
    const journal = fixture.journal({ queries, atomicWrites })
    const events = fixture
      .events(id, 1, 5)
      .map((event) => ({ ...event, tags: event.sequenceNr % 2 ? [red] : ['blue'] }))
    await journal.writeEvents({ persistenceId: id, events })

    const envelopes = await take(fixture.readJournal({ queries: { ...queries, projection } }).currentEventsByTag(red))

    expect(namesOf(envelopes)).toEqual([`${id}/1`, `${id}/3`, `${id}/5`])
  })

  test('live, go on from an offset with what this process writes', async () => {
    const [red, id] = [freshType(), freshType()]
    const journal = fixture.journal({ queries })
    await fixture.write(journal, id, 1, 3, { tags: [red] })
    const readJournal = fixture.readJournal({ queries: { ...queries, projection }, refreshInterval: 100 })
    const [first] = await take(readJournal.eventsByTag(red), 1)

    const rest = take(readJournal.eventsByTag(red, first?.offset), 4)
    await fixture.write(journal, id, 4)
    await fixture.write(journal, id, 5, 6, { tags: ['blue', red] })

    expect(namesOf(await rest)).toEqual([...names(id, 2, 3), ...names(id, 5, 6)])
  })
})

test('single events of an index that has all of them need no other read', async () => {
  const [red, id] = [freshType(), freshType()]
  await fixture.write(fixture.journal({ queries }), id, 1, 4, { tags: [red] })
  const readJournal = fixture.readJournal({ queries })
  await take(readJournal.currentEventsByTag(red))
  fixture.observed.requests.length = 0

  expect(await take(readJournal.currentEventsByTag(red))).toHaveLength(4)

  expect(new Set(fixture.observed.requests.map(({ operation }) => operation))).toEqual(new Set(['Query']))
})

test('another number of shards than the journal has is noticed', async () => {
  const journal = fixture.journal({ queries })
  for (let id = 0; id < 4; id++) await fixture.write(journal, `${freshType()}|${id}`, 1)

  const stream = fixture.readJournal({ queries: { shards: 16 } }).currentEventsBySlices(undefined, 0, 1023)

  await expect(take(stream)).rejects.toThrow(/Give the read journal the queries.shards that the journal has/)
})
