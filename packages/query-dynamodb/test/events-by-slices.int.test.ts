import { inFeed, recentWrites } from '@dynact/dynamodb'
import { ConfigError, PersistenceError } from '@dynact/persistence'
import { sliceForPersistenceId, sliceRanges, type TimestampOffset } from '@dynact/query-dynamodb'
import { randomFrom } from './feed-world.js'
import { freshType, names, namesOf, numbersOf, QueryFixture, take } from './query-fixture.js'

const fixture = new QueryFixture()
beforeAll(() => fixture.create())
beforeEach(() => {
  fixture.observed.requests.length = 0
})
afterAll(() => fixture.remove())

const requestsOf = (operation: string) => fixture.observed.requests.filter((request) => request.operation === operation)

describe('current events by slices', () => {
  test('are all events of the type, those of each id in order', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    const all = Array.from({ length: 8 }, (_, id) => `${type}|${id}`)
    await Promise.all(all.map((id) => fixture.write(journal, id, 1, 3)))
    await fixture.write(journal, freshType(), 1)

    const envelopes = await take(fixture.readJournal().currentEventsBySlices<string>(type, 0, 1023))

    for (const id of all) expect(numbersOf(envelopes, id)).toEqual([1, 2, 3])
    expect(namesOf(envelopes)).toHaveLength(24)
    for (const { persistenceId, slice, tags, manifest, timestamp } of envelopes) {
      expect({ slice, tags, manifest }).toEqual({ slice: sliceForPersistenceId(persistenceId), tags: [], manifest: '' })
      expect(timestamp).toBeGreaterThan(1_700_000_000_000)
    }
  })

  test('are spread over ranges of slices without loss or overlap', async () => {
    const [type, journal, readJournal] = [freshType(), fixture.journal(), fixture.readJournal()]
    const all = Array.from({ length: 20 }, () => `${type}|${freshType()}`)
    await Promise.all(all.map((id) => fixture.write(journal, id, 1)))

    const parts = await Promise.all(
      sliceRanges(8).map(({ min, max }) => take(readJournal.currentEventsBySlices(type, min, max))),
    )

    expect(namesOf(parts.flat()).sort()).toEqual(all.map((id) => `${id}/1`).sort())
    expect(parts.filter((part) => part.length > 0).length).toBeGreaterThan(3)
  })

  test('without a type are those of all ids', async () => {
    const [id, journal] = [freshType(), fixture.journal()]
    await fixture.write(journal, id, 1)

    const envelopes = await take(fixture.readJournal().currentEventsBySlices(undefined, 0, 1023))

    expect(namesOf(envelopes)).toContain(`${id}/1`)
    expect(envelopes.length).toBeGreaterThan(1)
  })

  test.each([1, 2, 7])('with pages of %d entries, also where more have one instant', async (pageSize) => {
    const [type, journal] = [freshType(), fixture.journal()]
    const timestamp = Date.now()
    const all = Array.from({ length: 12 }, (_, id) => `${type}|${id}`)
    await Promise.all(all.map((id) => fixture.write(journal, id, 1, 1, { timestamp })))

    const envelopes = await take(fixture.readJournal({ pageSize }).currentEventsBySlices(type, 0, 1023))

    expect(namesOf(envelopes).sort()).toEqual(all.map((id) => `${id}/1`).sort())
  })

  test.each(['marked', 'packed', 'transaction'] as const)('have %s batches whole', async (atomicWrites) => {
    const [id, journal] = [`${freshType()}|1`, fixture.journal({ atomicWrites })]
    const type = id.split('|')[0]
    await fixture.write(journal, id, 1)
    await journal.writeEvents({ persistenceId: id, events: fixture.events(id, 2, 6) })
    await fixture.write(journal, id, 7)

    const envelopes = await take(fixture.readJournal().currentEventsBySlices<string>(type, 0, 1023))

    expect(namesOf(envelopes)).toEqual(names(id, 1, 7))
    const offset = envelopes[3]?.offset as TimestampOffset
    const rest = await take(fixture.readJournal().currentEventsBySlices<string>(type, 0, 1023, offset))
    expect(namesOf(rest)).toEqual(names(id, 5, 7))
  })

  test('leave a torn batch out, and go on behind it', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    const id = `${type}|1`
    await fixture.write(journal, id, 1)
    const [, torn] = fixture.events(id, 1, 2)
    await fixture.putItem(
      inFeed({ journalName: 'journal', shards: 32 }, id, {
        par: { S: `journal-P-${id}-0` },
        num: { N: '2' },
        persistence_id: { S: id },
        seq: { N: '2' },
        writer_uuid: { S: 'dead' },
        event: { B: new Uint8Array() },
        ev_ser_id: { N: '4' },
        idx: { N: '0' },
        cnt: { N: '1' },
        ts: { N: String(Math.round((torn?.timestamp ?? 0) * 1000)) },
      }),
    )
    const readJournal = fixture.readJournal()
    expect(namesOf(await take(readJournal.currentEventsBySlices(type, 0, 1023)))).toEqual([`${id}/1`])

    await fixture.write(journal, id, 3)

    expect(namesOf(await take(readJournal.currentEventsBySlices(type, 0, 1023)))).toEqual([`${id}/1`, `${id}/3`])
  })

  test('have what another writer left out of the feed, before the next event that is in it', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    const id = `${type}|1`
    await fixture.putEvent(id, 1)
    await fixture.putEvent(id, 2)
    await fixture.write(journal, id, 3)
    await fixture.putEvent(id, 4)
    const readJournal = fixture.readJournal()

    const envelopes = await take(readJournal.currentEventsBySlices(type, 0, 1023))
    expect(namesOf(envelopes)).toEqual(names(id, 1, 3))

    await fixture.write(journal, id, 5)
    const rest = await take(readJournal.currentEventsBySlices(type, 0, 1023, envelopes.at(-1)?.offset))
    expect(namesOf(rest)).toEqual(names(id, 4, 5))
  })

  test.each([{}, { deletedTimeToLiveMs: 3_600_000 }])('begin behind deleted events, %j', async (config) => {
    const [type, journal] = [freshType(), fixture.journal(config)]
    const id = `${type}|1`
    await fixture.write(journal, id, 1, 5)
    await journal.deleteEventsTo(id, 3)

    expect(namesOf(await take(fixture.readJournal().currentEventsBySlices(type, 0, 1023)))).toEqual(names(id, 4, 5))
  })

  test('have events that were written without a time', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    const id = `${type}|1`
    await journal.writeEvents({
      persistenceId: id,
      events: fixture.events(id, 1, 3, { timestamp: 0 }).map((event) => ({ ...event, timestamp: 0 })),
    })

    expect(namesOf(await take(fixture.readJournal().currentEventsBySlices(type, 0, 1023)))).toEqual(names(id, 1, 3))
  })

  test('have what this process has stored, though the index does not tell of it yet', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    const id = `${type}|1`
    await fixture.write(journal, id, 1)
    // Without the feed's attributes, an item stays as unknown to the index as one that it lags behind.
    await fixture.putEvent(id, 2)
    recentWrites(fixture.table, 'journal').add({ persistenceId: id, sequenceNr: 2, timestamp: Date.now() })

    expect(namesOf(await take(fixture.readJournal().currentEventsBySlices(type, 0, 1023)))).toEqual(names(id, 1, 2))
  })

  test('leave out what is only marked as deleted', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    const id = `${type}|1`
    const [first, second, third] = fixture.events(id, 1, 3)
    for (const event of [first, { ...second, deleted: true }, third])
      await journal.writeEvents({ persistenceId: id, events: [event as never] })

    expect(numbersOf(await take(fixture.readJournal().currentEventsBySlices(type, 0, 1023)), id)).toEqual([1, 3])
  })
})

describe('an offset', () => {
  test('of any envelope, as JSON, goes on behind it', async () => {
    const [type, journal, readJournal] = [freshType(), fixture.journal(), fixture.readJournal({ pageSize: 3 })]
    const all = Array.from({ length: 4 }, (_, id) => `${type}|${id}`)
    await Promise.all(all.map((id) => fixture.write(journal, id, 1, 4)))
    const envelopes = await take(readJournal.currentEventsBySlices(type, 0, 1023))
    expect(envelopes).toHaveLength(16)

    for (const [index, { offset }] of envelopes.entries()) {
      const stored = JSON.parse(JSON.stringify(offset))
      const rest = await take(readJournal.currentEventsBySlices(type, 0, 1023, stored))
      expect(namesOf(rest).sort()).toEqual(namesOf(envelopes.slice(index + 1)).sort())
    }
  })

  test('picks up what became visible late, of an id that it has not seen', async () => {
    const [type, journal, readJournal] = [freshType(), fixture.journal(), fixture.readJournal()]
    await fixture.write(journal, `${type}|a`, 1)
    const [{ offset } = {}] = await take(readJournal.currentEventsBySlices(type, 0, 1023))

    // Written by a process whose clock is a minute behind.
    const late = { timestamp: Date.now() - 60_000 }
    await fixture.write(journal, `${type}|b`, 1, 1, late)
    await fixture.write(journal, `${type}|b`, 2)

    const rest = await take(readJournal.currentEventsBySlices(type, 0, 1023, offset))
    expect(namesOf(rest)).toEqual(names(`${type}|b`, 1, 2))
  })

  test('of old events names no more than those of its instant', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    const timestamp = Date.now() - 3_600_000
    for (let id = 0; id < 10; id++) await fixture.write(journal, `${type}|${id}`, 1, 1, { timestamp: timestamp + id })

    const envelopes = await take(fixture.readJournal().currentEventsBySlices(type, 0, 1023))

    expect(envelopes.map(({ offset }) => Object.keys(offset.seen))).toEqual(
      Array.from({ length: 10 }, (_, id) => [`${type}|${id}`]),
    )
  })

  test('of an id that has been quiet for long asks for the event before', async () => {
    const [type, readJournal] = [freshType(), fixture.readJournal()]
    const journal = fixture.journal({ atomicWrites: 'packed' })
    const old = { timestamp: Date.now() - 3_600_000 }
    await fixture.write(journal, `${type}|single`, 1, 2, old)
    await journal.writeEvents({
      persistenceId: `${type}|packed`,
      events: fixture.events(`${type}|packed`, 1, 120, old),
    })
    await fixture.write(journal, `${type}|deleted`, 1, 250, old)
    await journal.deleteEventsTo(`${type}|deleted`, 250)
    await fixture.write(journal, `${type}|last`, 1)
    const offset = (await take(readJournal.currentEventsBySlices(type, 0, 1023))).at(-1)?.offset
    expect(Object.keys(offset?.seen ?? {})).toEqual([`${type}|last`])

    await fixture.write(journal, `${type}|single`, 3)
    await fixture.write(journal, `${type}|packed`, 121)
    await fixture.write(journal, `${type}|deleted`, 251)

    const rest = await take(readJournal.currentEventsBySlices(type, 0, 1023, offset))
    expect(namesOf(rest)).toEqual([`${type}|single/3`, `${type}|packed/121`, `${type}|deleted/251`])
  })

  test('of one’s own begins with the events of that instant', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    const [before, instant] = [Date.now() - 7_200_000, Date.now() - 3_600_000]
    await fixture.write(journal, `${type}|a`, 1, 1, { timestamp: before })
    await fixture.write(journal, `${type}|a`, 2, 2, { timestamp: instant })
    await fixture.write(journal, `${type}|b`, 1, 1, { timestamp: instant })

    const envelopes = await take(
      fixture.readJournal().currentEventsBySlices(type, 0, 1023, { timestamp: instant, seen: {} }),
    )

    expect(namesOf(envelopes).sort()).toEqual([`${type}|a/2`, `${type}|b/1`])
  })

  test.each([{ sequenceNr: 3 }, { timestamp: 'x', seen: {} }, { timestamp: 1, since: 2, seen: {} }])(
    'that is none is refused: %j',
    (offset) => {
      expect(() => fixture.readJournal().currentEventsByTag('a', offset as never)).toThrow(ConfigError)
    },
  )
})

describe('live events by slices', () => {
  test('go on with what this process writes, at once', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    await fixture.write(journal, `${type}|a`, 1)
    const stream = fixture.readJournal({ refreshInterval: 3_600_000 }).eventsBySlices<string>(type, 0, 1023)
    expect((await stream.next()).value?.event).toBe(`${type}|a/1`)

    const next = stream.next()
    await fixture.write(journal, `${type}|a`, 2)
    expect((await next).value?.event).toBe(`${type}|a/2`)
    const batch = take(stream, 3)
    await journal.writeEvents({ persistenceId: `${type}|b`, events: fixture.events(`${type}|b`, 1, 3) })

    expect(namesOf(await batch)).toEqual(names(`${type}|b`, 1, 3))
  })

  test('find what other processes write', async () => {
    const type = freshType()
    const silent = { poke: () => undefined, subscribe: () => () => undefined }
    const journal = fixture.journal({ pokes: silent })
    const stream = fixture.readJournal({ refreshInterval: 50 }).eventsBySlices(type, 0, 1023)
    const envelopes = take(stream, 6)

    for (const id of ['a', 'b', 'c']) await fixture.write(journal, `${type}|${id}`, 1, 2)

    expect(namesOf(await envelopes).sort()).toEqual(['a', 'b', 'c'].flatMap((id) => names(`${type}|${id}`, 1, 2)))
  })

  test('are found behind whole pages of another type', async () => {
    const [type, other] = [freshType(), freshType()]
    const config = { journalName: freshType(), queries: { shards: 1 } }
    const journal = fixture.journal(config)
    const timestamp = Date.now()
    await fixture.write(journal, `${other}|1`, 1, 12, { timestamp })
    await fixture.write(journal, `${type}|1`, 1, 2, { timestamp: timestamp + 1 })

    const envelopes = await take(fixture.readJournal({ ...config, pageSize: 5 }).eventsBySlices(type, 0, 1023), 2)

    expect(namesOf(envelopes)).toEqual(names(`${type}|1`, 1, 2))
  })

  test('deliver once and in order what many writers write while it runs and is interrupted', async () => {
    const type = freshType()
    const journals = (['marked', 'packed', 'marked'] as const).map((atomicWrites) => fixture.journal({ atomicWrites }))
    const all = Array.from({ length: 12 }, (_, id) => `${type}|${id}`)
    const writers = Promise.all(
      all.map(async (id, index) => {
        const journal = journals[index % 3] as (typeof journals)[number]
        for (let next = 1; next <= 30; ) {
          const size = Math.min(31 - next, 1 + ((next * 7 + index) % 4))
          await journal.writeEvents({ persistenceId: id, events: fixture.events(id, next, next + size - 1) })
          next += size
        }
      }),
    )
    const random = randomFrom(1)
    // Each part is read as by a new process, with pages of another size.
    const readJournal = () => fixture.readJournal({ refreshInterval: 30, pageSize: 1 + Math.floor(random() * 20) })
    const delivered: { persistenceId: string; sequenceNr: number }[] = []
    let offset: TimestampOffset | undefined
    for (const count of [50, 1, 100, 9, 130, 70]) {
      const part = await take(readJournal().eventsBySlices(type, 0, 1023, offset), count)
      delivered.push(...part)
      offset = JSON.parse(JSON.stringify(part.at(-1)?.offset))
    }
    await writers

    expect(delivered).toHaveLength(360)
    for (const id of all) expect(numbersOf(delivered, id)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
    expect(await take(readJournal().currentEventsBySlices(type, 0, 1023, offset))).toEqual([])
  })

  test('idle over all slices send at most 15 requests a second', async () => {
    const stream = fixture.readJournal().eventsBySlices(freshType(), 0, 1023)
    const ended = stream.next()
    // The first round over all shards, and then a second one, which takes its time.
    const queried = async (count: number) => {
      while (requestsOf('Query').length < count) await new Promise((resolve) => setImmediate(resolve))
      return performance.now()
    }
    const startedAt = await queried(33)

    const endedAt = await queried(65)

    expect(32 / ((endedAt - startedAt) / 1000)).toBeLessThanOrEqual(15)
    await stream.return()
    expect(await ended).toEqual({ done: true, value: undefined })
  })
})

describe('a stream', () => {
  test('requests nothing before the first next, and nothing more after a break', async () => {
    const [type, journal] = [freshType(), fixture.journal()]
    await fixture.write(journal, `${type}|a`, 1, 2)
    fixture.observed.requests.length = 0
    const stream = fixture.readJournal().eventsBySlices(type, 0, 1023)
    expect(fixture.observed.requests).toEqual([])

    await take(stream, 1)
    const { length } = fixture.observed.requests

    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(fixture.observed.requests).toHaveLength(length)
  })

  test('rejects with the reason of a signal, also while it waits', async () => {
    const abort = new AbortController()
    const stream = fixture.readJournal().eventsByTag('nothing', undefined, { signal: abort.signal })
    const next = stream.next()

    abort.abort(new Error('enough'))

    await expect(next).rejects.toThrow('enough')
    const aborted = fixture.readJournal().eventsByTag('nothing', undefined, { signal: abort.signal })
    await expect(aborted.next()).rejects.toThrow('enough')
  })

  test('ends when the read journal is closed', async () => {
    const readJournal = fixture.readJournal()
    const next = readJournal.eventsByTag('nothing').next()
    const closing = readJournal.close()

    await expect(next).rejects.toThrow(PersistenceError)
    await closing
    await expect(readJournal.eventsByTag('nothing').next()).rejects.toThrow(/closed/)
  })

  test('refuses slices that are none', () => {
    expect(() => fixture.readJournal().eventsBySlices('a', 0, 1024)).toThrow(ConfigError)
    expect(() => fixture.readJournal().eventsBySlices('a', 3, 2)).toThrow(ConfigError)
  })
})
