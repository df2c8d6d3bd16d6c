import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Item, itemSize } from '@dynact/dynamodb'
import { type Anomaly, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { RecoveryError, type ReplayRange, SerializationError } from '@dynact/persistence'
import { testClientConfig, testTransport } from '../../../tools/test-support/index.js'
import { type ObservedRequest, serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, impatient, JournalFixture, replayed, repr, span, storedItem, write } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

/** Puts events as `a0/2 b1/2 c`: writer, place and last place; `-` leaves a number out. Numbers begin at `from`. */
const put = async (id: string, items: string, from = 1): Promise<void> => {
  for (const [offset, item] of items.split(' ').entries()) {
    const parsed = /^([a-z])(?:(\d+)\/(\d+))?$/.exec(item)
    if (parsed === null) continue
    const [, writerUuid = '', index = '0', lastIndex = '0'] = parsed
    await fixture.putEvent(id, from + offset, writerUuid, { index: Number(index), lastIndex: Number(lastIndex) })
  }
}

describe('limits count stored events, before incomplete batches are left out', () => {
  // 1 · batch 2-4 · 5 · incomplete batch 6-8 (its end is missing) · 9 · batch 10-11
  const stored = 'a a0/2 a1/2 a2/2 a b0/3 b1/3 b2/3 c d0/1 d1/1'
  let id = ''
  beforeAll(async () => {
    id = freshId()
    await put(id, stored)
  })

  test.each<[string, ReplayRange, number[]]>([
    ['nothing cut', {}, [1, 2, 3, 4, 5, 9, 10, 11]],
    ['to: before a batch', { toSequenceNr: 1 }, [1]],
    ['to: inside a batch', { toSequenceNr: 3 }, [1]],
    ['to: at the end of a batch', { toSequenceNr: 4 }, [1, 2, 3, 4]],
    ['to: inside an incomplete batch', { toSequenceNr: 7 }, [1, 2, 3, 4, 5]],
    ['to: behind an incomplete batch', { toSequenceNr: 9 }, [1, 2, 3, 4, 5, 9]],
    ['to: inside the last batch', { toSequenceNr: 10 }, [1, 2, 3, 4, 5, 9]],
    ['max: inside a batch', { max: 3 }, [1]],
    ['max: at the end of a batch', { max: 4 }, [1, 2, 3, 4]],
    ['max: inside an incomplete batch', { max: 6 }, [1, 2, 3, 4, 5]],
    ['max: incomplete batches count', { max: 9 }, [1, 2, 3, 4, 5, 9]],
    ['max: inside the last batch', { max: 10 }, [1, 2, 3, 4, 5, 9]],
    ['max: all', { max: 11 }, [1, 2, 3, 4, 5, 9, 10, 11]],
    ['max: none', { max: 0 }, []],
    ['from: at a batch', { fromSequenceNr: 2 }, [2, 3, 4, 5, 9, 10, 11]],
    ['from: inside a batch, the rest is delivered', { fromSequenceNr: 3 }, [3, 4, 5, 9, 10, 11]],
    ['from: inside an incomplete batch', { fromSequenceNr: 7 }, [9, 10, 11]],
    ['from and to inside one batch', { fromSequenceNr: 3, toSequenceNr: 3 }, []],
    ['from and max', { fromSequenceNr: 4, max: 2 }, [4, 5]],
    ['from behind to', { fromSequenceNr: 5, toSequenceNr: 4 }, []],
    ['from behind the end', { fromSequenceNr: 12 }, []],
    ['from far behind the end', { fromSequenceNr: 1234 }, []],
  ])('%s', async (_, range, sequenceNrs) => {
    expect(await replayed(fixture.journal(), id, range)).toEqual({ sequenceNrs, highest: 11 })
  })
})

describe('incomplete batches', () => {
  test.each<[string, string, number[], number]>([
    ['the end is missing', 'a b0/2 b1/2 - c', [1, 5], 5],
    ['the end is missing at the end of the history', 'a b0/2 b1/2', [1], 3],
    ['the middle is missing', 'a b0/2 - b2/2 c', [1, 5], 5],
    ['the beginning is missing', 'a - b1/2 b2/2 c', [1, 5], 5],
    ['only the first event is there, and nothing else', 'a0/3', [], 1],
    ['a single event of another writer follows', 'a0/2 a1/2 b c', [3, 4], 4],
    [
      'a whole batch of another writer follows and ends where it would have ended',
      'a b0/3 b1/3 c0/1 c1/1',
      [1, 4, 5],
      5,
    ],
    ['pieces of two writers that add up to a whole', 'a0/2 b1/2 a2/2 c', [4], 4],
    ['two writers, each its half of a batch of four', 'a0/3 a1/3 b2/3 b3/3 c', [5], 5],
    ['another size', 'a0/2 a1/2 a2/3 c', [4], 4],
    ['a stray from a dead predecessor behind a whole batch', 'b0/1 b1/1 a3/4 a4/4', [1, 2], 4],
  ])('%s: left out whole, its numbers count', async (_, items, sequenceNrs, highest) => {
    const id = freshId()
    await put(id, items)

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs, highest })
  })

  test('are reported with their numbers; gaps too', async () => {
    const id = freshId()
    await put(id, 'a b0/2 b1/2 - c - - d')
    const anomalies: Anomaly[] = []

    await replayed(fixture.journal({ onAnomaly: (anomaly) => anomalies.push(anomaly) }), id)

    expect(anomalies).toEqual([
      { kind: 'incomplete-write', persistenceId: id, fromSequenceNr: 2, toSequenceNr: 3 },
      { kind: 'gap', persistenceId: id, fromSequenceNr: 4, toSequenceNr: 4 },
      { kind: 'gap', persistenceId: id, fromSequenceNr: 6, toSequenceNr: 7 },
    ])
  })

  test('a batch that goes over the edge of a hundred is whole', async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1, 97))
    await journal.writeEvents(write(id, 98, 302))

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(1, 302), highest: 302 })
    expect((await replayed(fixture.journal(), id, { fromSequenceNr: 250 })).sequenceNrs).toEqual(span(250, 302))
    expect((await replayed(fixture.journal(), id, { fromSequenceNr: 200 })).sequenceNrs).toEqual(span(200, 302))
    expect((await replayed(fixture.journal(), id, { toSequenceNr: 301 })).sequenceNrs).toEqual(span(1, 97))
  })

  test.each([
    ['after one item', 1, 12],
    ['where nothing is before it, once no packed batch is found that it lies under', 30_000, 120],
  ])('a damaged batch claims to be enormous: noticed %s', async (_, distance, requests) => {
    const id = freshId()
    await fixture.putEvent(id, 5_000_000_007 - distance, 'before')
    await fixture.putEvent(id, 5_000_000_007, 'a', { index: 4_000_000_000, lastIndex: 4_000_000_001 })

    expect((await replayed(fixture.journal(), id, { fromSequenceNr: 5_000_000_007 })).sequenceNrs).toEqual([])
    expect(fixture.observed.requests.length).toBeLessThan(requests)
  })
})

describe('onGap: fail', () => {
  test('fails at a gap, naming table, id and numbers', async () => {
    const id = freshId()
    await put(id, 'a - - b')

    const replay = replayed(fixture.journal({ onGap: 'fail' }), id)

    await expect(replay).rejects.toBeInstanceOf(RecoveryError)
    await expect(replay).rejects.toThrow(`${id}: events 2 to 3 are missing in table ${fixture.table}`)
  })

  test.each([
    ['its end', 'a b0/3 b1/3', 3],
    ['its middle', 'a b0/3 - b2/3', 4],
    ['its beginning', 'a - - b2/4 - b4/4', 6],
    ['all but the end of two batches', 'a - b1/1 - c1/1', 5],
  ])(
    'does not take a batch that its writer could not finish for a gap, lest nobody could go on: %s is missing',
    async (_, items, highest) => {
      const id = freshId()
      await put(id, items)
      const anomalies: Anomaly[] = []
      const config = { onGap: 'fail', onAnomaly: (anomaly: Anomaly) => anomalies.push(anomaly) } as const
      const journal = fixture.journal(config)

      expect(await replayed(journal, id)).toEqual({ sequenceNrs: [1], highest })

      expect(anomalies.map(({ kind }) => kind)).toContain('incomplete-write')
      expect(anomalies.map(({ kind }) => kind)).not.toContain('gap')
      await journal.writeEvents(write(id, highest + 1, highest + 1, 'next'))
      const after = { sequenceNrs: [1, highest + 1], highest: highest + 1 }
      expect(await replayed(fixture.journal(config), id)).toEqual(after)
    },
  )

  test.each([
    ['somebody has written on without plugging it', 'a b0/2 - b2/2 c', '3 to 3'],
    ['there is a gap before it', 'a - - b1/2 b2/2', '2 to 2'],
  ])('fails at an unfinished batch if %s', async (_, items, missing) => {
    const id = freshId()
    await put(id, items)

    const replay = replayed(fixture.journal({ onGap: 'fail' }), id)

    await expect(replay).rejects.toThrow(`${id}: events ${missing} are missing`)
  })

  test('does not take deleted events for a gap', async () => {
    const id = freshId()
    const journal = fixture.journal({ onGap: 'fail' })
    await journal.writeEvents(write(id, 1, 10))
    await journal.deleteEventsTo(id, 4)

    expect((await replayed(journal, id)).sequenceNrs).toEqual(span(5, 10))
  })
})

describe('a replay', () => {
  test('follows every page of a hundred', async () => {
    const id = freshId()
    const journal = fixture.journal()
    const payload = 'x'.repeat(300_000)
    for (let sequenceNr = 1; sequenceNr <= 9; sequenceNr++)
      await journal.writeEvents({ persistenceId: id, events: [{ ...repr(id, sequenceNr), payload }] })

    const sequenceNrs: number[] = []
    for await (const event of fixture.journal().replayEvents(id)) sequenceNrs.push(event.sequenceNr)

    expect(sequenceNrs).toEqual(span(1, 9))
  })

  test('requests nothing before the first next(), and stops at a break with what is known', async () => {
    const id = freshId()
    const journal = fixture.journal({ replayParallelism: 2 })
    for (let from = 1; from < 1000; from += 100) await journal.writeEvents(write(id, from, from + 99))
    fixture.reset()
    const replay = journal.replayEvents(id)
    expect(fixture.observed.requests).toEqual([])

    for await (const event of replay) if (event.sequenceNr === 150) break

    expect(await replay.highestSequenceNr).toBeGreaterThanOrEqual(150)
    const queries = fixture.observed.requests.length
    expect(queries).toBeLessThanOrEqual(5)
    await journal.close()
    expect(fixture.observed.requests.length).toBe(queries)
  })

  test('rejects with the reason of an abort', async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1, 10))
    const controller = new AbortController()
    const reason = new Error('the actor was stopped')
    const seen: number[] = []

    const replay = journal.replayEvents(id, {}, { signal: controller.signal })
    const run = (async () => {
      for await (const event of replay) {
        seen.push(event.sequenceNr)
        if (event.sequenceNr === 3) controller.abort(reason)
      }
    })()

    await expect(run).rejects.toBe(reason)
    await expect(replay.highestSequenceNr).rejects.toBe(reason)
    expect(seen).toEqual([1, 2, 3])
  })

  test('an abort ends a request that nobody answers', async () => {
    const controller = new AbortController()
    const reason = new Error('the actor was stopped')
    const silent = createServer(() => controller.abort(reason)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const journal = dynamoDBJournal({
      clientConfig: { ...testClientConfig(), endpoint: `http://127.0.0.1:${port}` },
      transport: testTransport,
      // Longer than the test may take.
      retry: { attemptMs: 600_000 },
    })

    const replay = journal.replayEvents('id', {}, { signal: controller.signal })
    await expect(replay[Symbol.asyncIterator]().next()).rejects.toBe(reason)

    await journal.close()
    silent.closeAllConnections()
    silent.close()
  })

  test('can be read once only', async () => {
    const id = freshId()
    const replay = fixture.journal().replayEvents(id)
    for await (const _ of replay);

    expect(() => replay[Symbol.asyncIterator]()).toThrow('once only')
  })

  test('of an event that no serializer can read names id, manifest, persistenceId and sequenceNr', async () => {
    const id = freshId()
    const item = storedItem(id, 1, 'a', { index: 0, lastIndex: 0 })
    await fixture.putItem({ ...item, ev_ser_id: { N: '9001' }, ev_ser_manifest: { S: 'note-v1' } })

    const error = await replayed(fixture.journal(), id).catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ serializerId: 9001, serializerManifest: 'note-v1', persistenceId: id, sequenceNr: 1 })
  })

  test.each<[string, Record<string, unknown>]>([
    ['no event', { event: undefined }],
    ['an event that is a string', { event: { S: 'x' } }],
    ['a serializer id that is a string', { ev_ser_id: { S: '20' } }],
    ['places that make no sense', { idx: { N: '3' }, cnt: { N: '2' } }],
    ['another id', { persistence_id: { S: 'somebody-else' } }],
    ['another sequence number', { seq: { N: '99' } }],
  ])('of a damaged item names the item: %s', async (_, damage) => {
    const id = freshId()
    const item: Record<string, unknown> = { ...storedItem(id, 1, 'a', { index: 0, lastIndex: 0 }), ...damage }
    for (const name of Object.keys(item)) if (item[name] === undefined) delete item[name]
    await fixture.putItem(item as ReturnType<typeof storedItem>)

    const replay = replayed(fixture.journal(), id)

    await expect(replay).rejects.toBeInstanceOf(RecoveryError)
    await expect(replay).rejects.toThrow(
      `${id}: the item par=journal-P-${id}-0, num=1 of table ${fixture.table} can't be read`,
    )
  })

  test('that can not reach DynamoDB names the table, the id and what to do', async () => {
    const id = freshId()
    const nobody = { ...testClientConfig(), endpoint: 'http://127.0.0.1:1' }
    const client = new DynamoDBClient({ ...nobody, maxAttempts: 1 })
    const replay = replayed(fixture.journal({ client, retry: impatient }), id)

    await expect(replay).rejects.toBeInstanceOf(RecoveryError)
    // In jest, the SDK takes an error of Node's own for none, since it is of another realm, and wraps it without its code.
    await expect(replay).rejects.toThrow(
      new RegExp(
        `${id}: the journal in table ${fixture.table} .*ECONNREFUSED.*(Is the endpoint right|Check the network)`,
      ),
    )
    client.destroy()
  })

  test('that fails half-way asks again for the page that failed', async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1, 250))
    fixture.reset()
    fixture.observed.fateOf = (_, index) => (index % 2 === 0 ? { fail: serviceError('InternalServerError') } : 'pass')

    expect(await replayed(journal, id)).toEqual({ sequenceNrs: span(1, 250), highest: 250 })
  })
})

/** Read units of a strongly consistent request, from the bytes of its items: emulators report others than AWS bills. */
const readUnits = ({ operation, input, output }: ObservedRequest): number => {
  const unitsOf = (bytes: number) => Math.max(1, Math.ceil(bytes / 4096))
  if (operation === 'Query') return unitsOf(output.Items.reduce((sum: number, item: Item) => sum + itemSize(item), 0))
  const keys = input.RequestItems[fixture.table].Keys.length
  const found: Item[] = output.Responses[fixture.table]
  return keys - found.length + found.reduce((sum, item) => sum + unitsOf(itemSize(item)), 0)
}

describe('the read units of a recovery with events of 200 bytes', () => {
  const payload = 'x'.repeat(200)
  const put = async (id: string, size: number) => {
    const journal = fixture.journal()
    for (let sequenceNr = 1; sequenceNr <= size; sequenceNr++)
      await journal.writeEvents({
        persistenceId: id,
        events: [{ ...repr(id, sequenceNr), payload, timestamp: Date.now() }],
      })
  }
  const cost = async (id: string, fromSequenceNr: number) => {
    fixture.reset()
    let events = 0
    for await (const _ of fixture.journal().replayEvents(id, { fromSequenceNr })) events++
    const { requests } = fixture.observed
    return { events, requests: requests.length, units: requests.reduce((sum, request) => sum + readUnits(request), 0) }
  }

  test('20 after a snapshot, inside a hundred: at most 4 in 2 requests', async () => {
    const id = freshId()
    await put(id, 60)

    const { events, requests, units } = await cost(id, 41)

    expect({ events, requests }).toEqual({ events: 20, requests: 2 })
    expect(units).toBeLessThanOrEqual(4)
  })

  test('20 after a snapshot, over an edge: at most 6 in 3 requests', async () => {
    const id = freshId()
    await put(id, 110)

    const { events, requests, units } = await cost(id, 91)

    expect({ events, requests }).toEqual({ events: 20, requests: 3 })
    expect(units).toBeLessThanOrEqual(6)
  })

  test('a new id: 11 in 2 requests', async () => {
    expect(await cost(freshId(), 1)).toEqual({ events: 0, requests: 2, units: 11 })
  })
})

describe('the requests of a recovery', () => {
  const recoveryCost = async (id: string, fromSequenceNr: number) => {
    fixture.reset()
    const result = await replayed(fixture.journal(), id, { fromSequenceNr })
    return { ...result, operations: fixture.observed.requests.map(({ operation }) => operation) }
  }

  test('20 events after a snapshot inside a hundred: 2 requests', async () => {
    const id = freshId()
    const journal = fixture.journal()
    for (const [from, to] of [
      [1, 40],
      [41, 60],
    ] as const)
      await journal.writeEvents(write(id, from, to))

    const { sequenceNrs, highest, operations } = await recoveryCost(id, 41)

    expect({ sequenceNrs, highest }).toEqual({ sequenceNrs: span(41, 60), highest: 60 })
    expect(operations).toEqual(['Query', 'Query'])
  })

  test('20 events after a snapshot over the edge of a hundred: 3 requests', async () => {
    const id = freshId()
    const journal = fixture.journal()
    for (const [from, to] of [
      [1, 90],
      [91, 110],
    ] as const)
      await journal.writeEvents(write(id, from, to))

    const { sequenceNrs, highest, operations } = await recoveryCost(id, 91)

    expect({ sequenceNrs, highest }).toEqual({ sequenceNrs: span(91, 110), highest: 110 })
    expect(operations).toEqual(['Query', 'Query', 'Query'])
  })

  test('after a snapshot amid a batch: its beginning, and the ten low marks', async () => {
    const id = freshId()
    await fixture.journal().writeEvents(write(id, 1, 20))

    const { sequenceNrs, highest, operations } = await recoveryCost(id, 11)

    expect({ sequenceNrs, highest }).toEqual({ sequenceNrs: span(11, 20), highest: 20 })
    expect([...operations].sort()).toEqual(['BatchGetItem', 'Query', 'Query', 'Query'])
  })

  test.each([99, 199])('no events after a snapshot at the edge, %d: 3 requests', async (edge) => {
    const id = freshId()
    await fixture.journal().writeEvents(write(id, 1, edge))

    const { sequenceNrs, highest, operations } = await recoveryCost(id, edge + 1)

    expect({ sequenceNrs, highest }).toEqual({ sequenceNrs: [], highest: edge })
    expect(operations).toEqual(['Query', 'Query', 'Query'])
  })

  test('nothing after a snapshot inside a hundred: 2 requests', async () => {
    const id = freshId()
    await fixture.journal().writeEvents(write(id, 1, 60))

    const { highest, operations } = await recoveryCost(id, 61)

    expect({ highest, operations }).toEqual({ highest: 60, operations: ['Query', 'Query'] })
  })

  test('a new id: one look at its first hundred and one at the ten low marks', async () => {
    const { highest, operations } = await recoveryCost(freshId(), 1)

    expect({ highest, operations }).toEqual({ highest: 0, operations: ['Query', 'BatchGetItem'] })
    expect(fixture.observed.requests[1]?.input.RequestItems[fixture.table].Keys).toHaveLength(10)
  })

  test('a long history is read in order by several requests at once', async () => {
    const id = freshId()
    const journal = fixture.journal({ replayParallelism: 4 })
    for (let from = 1; from <= 1_000; from += 50) await journal.writeEvents(write(id, from, from + 49))

    const { sequenceNrs, highest, operations } = await recoveryCost(id, 1)

    expect({ sequenceNrs, highest }).toEqual({ sequenceNrs: span(1, 1000), highest: 1000 })
    // 11 hundreds, up to 4 empty ones ahead, and the high marks of a history this long.
    expect(operations.length).toBeLessThanOrEqual(11 + 4 + 1)
  })
})

describe('another writer goes on while a replay begins right behind the end', () => {
  /** Replays from `end + 1`; before one of its requests two more events are stored. */
  const replayedAround = async (id: string, end: number, nr: number) => {
    fixture.reset()
    const writer = fixture.journal()
    let isStored = false
    let requests = 0
    fixture.observed.fateOf = () => {
      if (isStored || requests++ < nr) return 'pass'
      isStored = true
      return { before: () => writer.writeEvents(write(id, end + 1, end + 2)) }
    }
    const seen = await replayed(fixture.journal(), id, { fromSequenceNr: end + 1 })
    return { ...seen, isStored }
  }

  test.each([
    ['within a hundred', [50]],
    ['at the edge of a hundred', [99]],
    ['behind a packed batch that reaches over the edge', [98, 102]],
    ['behind a packed batch that reaches over several', [98, 350]],
  ])('%s: it has both, or knows of neither, at whichever request', async (_, ends) => {
    for (let nr = 0; ; nr++) {
      const id = freshId()
      const packing = fixture.journal({ atomicWrites: 'packed' })
      let from = 1
      for (const end of ends) {
        await packing.writeEvents(write(id, from, end))
        from = end + 1
      }
      const end = from - 1

      const { sequenceNrs, highest, isStored } = await replayedAround(id, end, nr)

      expect({ nr, sequenceNrs, highest }).toEqual(
        highest === end ? { nr, sequenceNrs: [], highest } : { nr, sequenceNrs: [end + 1, end + 2], highest: end + 2 },
      )
      if (!isStored) break
    }
  })
})
