import { FencedError, PersistenceError } from '@dynact/persistence'
import { freshType, names, namesOf, numbersOf, QueryFixture, take } from './query-fixture.js'

// A plain table: the events of one id need no index.
const fixture = new QueryFixture()
beforeAll(() => fixture.create({}))
afterAll(() => fixture.remove())

const writer = () => fixture.journal({ queries: undefined })

describe('current events of an id', () => {
  test('are those from one number to another, in order, with an offset each', async () => {
    const [id, journal] = [freshType(), writer()]
    await fixture.write(journal, id, 1, 5)
    const readJournal = fixture.readJournal()

    expect(namesOf(await take(readJournal.currentEventsByPersistenceId(id)))).toEqual(names(id, 1, 5))
    const middle = await take(readJournal.currentEventsByPersistenceId(id, 2, 4))
    expect(namesOf(middle)).toEqual(names(id, 2, 4))
    expect(middle.map(({ offset }) => offset)).toEqual([2, 3, 4].map((sequenceNr) => ({ sequenceNr })))
    expect(await take(readJournal.currentEventsByPersistenceId('unknown'))).toEqual([])
  })

  test('have whole batches only', async () => {
    const [id, journal] = [freshType(), writer()]
    await fixture.write(journal, id, 1)
    await fixture.putEvent(id, 2, { index: 0, lastIndex: 1 })
    await fixture.write(journal, id, 3)
    await journal.writeEvents({ persistenceId: id, events: fixture.events(id, 4, 6) })
    const readJournal = fixture.readJournal()

    expect(numbersOf(await take(readJournal.currentEventsByPersistenceId(id)), id)).toEqual([1, 3, 4, 5, 6])
    expect(numbersOf(await take(readJournal.currentEventsByPersistenceId(id, 1, 5)), id)).toEqual([1, 3])
    expect(numbersOf(await take(readJournal.currentEventsByPersistenceId(id, 5)), id)).toEqual([5, 6])
  })

  test('from any number of a packed batch on, though an overtaken writer has left its own under it', async () => {
    const id = freshType()
    const packed = fixture.journal({ queries: undefined, atomicWrites: 'packed' })
    await packed.writeEvents({ persistenceId: id, events: fixture.events(id, 1, 9) })
    const overtaken = writer().writeEvents({ persistenceId: id, events: fixture.events(id, 1, 6) })
    await expect(overtaken).rejects.toThrow(FencedError)

    for (const from of [6, 7, 8])
      expect(numbersOf(await take(fixture.readJournal().currentEventsByPersistenceId(id, from)), id)).toEqual(
        [6, 7, 8, 9].filter((number) => number >= from),
      )
    const live = fixture.readJournal().eventsByPersistenceId(id, 7, 9)
    expect(numbersOf(await take(live), id)).toEqual([7, 8, 9])
  })

  test('refuse what is no id', () => {
    expect(() => fixture.readJournal().currentEventsByPersistenceId(' ')).toThrow(PersistenceError)
  })
})

describe('live events of an id', () => {
  test('go on with what this process writes, at once, and end behind the last that is wanted', async () => {
    const [id, journal] = [freshType(), writer()]
    await fixture.write(journal, id, 1, 2)
    const stream = fixture.readJournal({ refreshInterval: 3_600_000 }).eventsByPersistenceId(id, 2, 5)
    const envelopes = take(stream)

    await fixture.write(journal, id, 3)
    await journal.writeEvents({ persistenceId: id, events: fixture.events(id, 4, 5) })

    expect(namesOf(await envelopes)).toEqual(names(id, 2, 5))
  })

  test('find what another process writes', async () => {
    const id = freshType()
    const journal = fixture.journal({
      queries: undefined,
      pokes: { poke: () => undefined, subscribe: () => () => undefined },
    })
    const envelopes = take(fixture.readJournal({ refreshInterval: 20 }).eventsByPersistenceId(id), 3)

    await fixture.write(journal, id, 1, 3)

    expect(namesOf(await envelopes)).toEqual(names(id, 1, 3))
  })

  test('wait for the rest of a batch', async () => {
    const id = freshType()
    await fixture.putEvent(id, 1, { index: 0, lastIndex: 1 })
    const stream = fixture.readJournal({ refreshInterval: 20 }).eventsByPersistenceId(id)
    const next = stream.next()
    const queries = () => fixture.observed.requests.filter(({ operation }) => operation === 'Query').length
    const before = queries()
    while (queries() < before + 6) await new Promise((resolve) => setImmediate(resolve))

    await fixture.putEvent(id, 2, { index: 1, lastIndex: 1 })

    expect((await next).value?.sequenceNr).toBe(1)
    expect((await stream.next()).value?.sequenceNr).toBe(2)
    await stream.return()
  })

  test('reject with the reason of a signal while they wait', async () => {
    const abort = new AbortController()
    const next = fixture.readJournal().eventsByPersistenceId('nobody', 1, 9, { signal: abort.signal }).next()

    abort.abort(new Error('enough'))

    await expect(next).rejects.toThrow('enough')
  })
})

test('a table without the feed index is refused by the queries that need it, with what to do', async () => {
  const stream = fixture.readJournal().eventsByTag('red')

  await expect(stream.next()).rejects.toThrow(/feed-idx of table .* is not there. Create it: aws dynamodb update-table/)
})
