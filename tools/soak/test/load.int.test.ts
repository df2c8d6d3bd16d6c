// Ten thousand actors, 64 connections, a throttled table: what does not fit is refused at once, and the rest is stored.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { isPersistenceError, WriteRejectedError } from '@dynact/persistence'
import { type FaultProxy, fates, startFaultProxy, throttled } from '@dynact/testkit'
import { testClientConfig, uniqueTableName } from '../../test-support/index.js'
import { isSoak, soakReport } from '../soak-report.js'

const ACTORS = isSoak ? 10_000 : 300
const ROUNDS = 3
const CONNECTIONS = 64
const MAX_QUEUED = isSoak ? 2_000 : 60
const MEBIBYTE = 1_048_576

const table = uniqueTableName('load')
const client = new DynamoDBClient(testClientConfig())
let proxy: FaultProxy
beforeAll(async () => {
  await createJournalTable(client, { table })
})
beforeEach(async () => {
  proxy = await startFaultProxy({ target: testClientConfig().endpoint })
})
afterEach(() => proxy.stop())
afterAll(async () => {
  await deleteJournalTable(client, { table })
  client.destroy()
})

const journalOf = (config: Partial<Parameters<typeof dynamoDBJournal>[0]> = {}) =>
  dynamoDBJournal({
    clientConfig: { ...testClientConfig(), endpoint: proxy.endpoint },
    table,
    maxConnections: CONNECTIONS,
    retry: { attemptMs: 30_000, totalMs: 120_000, baseMs: 5, maxMs: 50 },
    ...config,
  })

const write = (persistenceId: string, sequenceNr: number) => {
  const event = { persistenceId, sequenceNr, payload: `${persistenceId} ${sequenceNr}`, manifest: '', tags: [] }
  return { persistenceId, events: [{ ...event, writerUuid: 'load', timestamp: 1 }] }
}

const isStored = async (journal: ReturnType<typeof dynamoDBJournal>, persistenceId: string): Promise<number> => {
  let events = 0
  for await (const { sequenceNr, payload } of journal.replayEvents(persistenceId)) {
    events++
    expect({ sequenceNr, payload }).toEqual({ sequenceNr: events, payload: `${persistenceId} ${events}` })
  }
  return events
}

test('many actors on a throttled table: what does not fit is refused early, and all are served in the end', async () => {
  let depth = 0
  const onMetrics = ({ queueDepth }: { readonly queueDepth: number }) => {
    depth = Math.max(depth, queueDepth)
  }
  const journal = journalOf({ maxQueued: MAX_QUEUED, onMetrics })
  let isThrottled = true
  // Half of all writes are throttled, as long as that lasts.
  proxy.fateOf = ({ operation }, index) =>
    isThrottled && operation !== 'Query' && index % 2 === 0
      ? { ...fates.refuse(throttled('TableWriteProvisionedThroughputExceeded')), name: 'throttled' }
      : fates.pass
  const heapBefore = process.memoryUsage().heapUsed
  let [heap, refused, acknowledged] = [0, 0, 0]
  const waits: number[] = []
  const sample = () => {
    heap = Math.max(heap, process.memoryUsage().heapUsed - heapBefore)
  }

  /** An actor that is refused asks again when somebody else has been served. */
  let served: (() => void)[] = []
  const live = async (id: string): Promise<void> => {
    for (let sequenceNr = 1; sequenceNr <= ROUNDS; sequenceNr++) {
      const since = performance.now()
      for (;;) {
        try {
          await journal.writeEvents(write(id, sequenceNr))
          break
        } catch (error) {
          if (!(error instanceof WriteRejectedError)) throw error
          expect(error.message).toMatch(/wait/)
          refused++
          await new Promise<void>((resolve) => served.push(resolve))
        }
      }
      waits.push(performance.now() - since)
      acknowledged++
      if (acknowledged === (ACTORS * ROUNDS) / 3) isThrottled = false
      if (acknowledged % 50 === 0) sample()
      for (const next of served.splice(0, 2)) next()
    }
    // The last ones wake all that are left.
    if (acknowledged > ACTORS * ROUNDS - CONNECTIONS) for (const next of served.splice(0)) next()
  }
  const ids = Array.from({ length: ACTORS }, (_, actor) => `load-${actor}`)
  await Promise.all(ids.map(live))
  served = []

  expect(refused).toBeGreaterThan(0)
  expect(acknowledged).toBe(ACTORS * ROUNDS)
  let lost = 0
  for (let first = 0; first < ids.length; first += CONNECTIONS) {
    const events = await Promise.all(ids.slice(first, first + CONNECTIONS).map((id) => isStored(journal, id)))
    lost += events.reduce((missing, count) => missing + ROUNDS - count, 0)
  }
  // What bounds the memory; the heap itself, with garbage in it, is only told.
  expect(depth).toBeGreaterThan(0)
  expect(depth).toBeLessThanOrEqual(MAX_QUEUED)
  await journal.close()
  waits.sort((a, b) => a - b)
  const p999 = Math.round(waits[Math.floor(waits.length * 0.999)] ?? 0)
  await soakReport('load', {
    acknowledged,
    lost,
    faults: proxy.counts.faults,
    remarks: [
      `${ACTORS} actors: refused ${refused} times, p99.9 wait ${p999} ms, queue ${depth} of ${MAX_QUEUED}, heap +${Math.round(heap / MEBIBYTE)} MiB`,
    ],
  })
  expect(lost).toBe(0)
}, 900_000)

test('close() finishes or rejects what is in flight, and nothing is sent after it', async () => {
  const journal = journalOf({ maxConnections: 4 })
  proxy.fateOf = (_, index) =>
    index % 5 === 0 ? fates.refuse(throttled('TableWriteAccountLimitExceeded')) : fates.pass
  const ids = Array.from({ length: isSoak ? 2_000 : 100 }, (_, actor) => `drain-${actor}`)
  const ends: ('stored' | 'not stored')[] = []
  const writes = ids.map((id, at) =>
    journal.writeEvents(write(id, 1)).then(
      () => {
        ends[at] = 'stored'
      },
      (error: unknown) => {
        if (!isPersistenceError(error) || error.code !== 'WRITE_REJECTED') throw error
        ends[at] = 'not stored'
      },
    ),
  )

  await journal.close()

  const requests = proxy.counts.requests
  await Promise.all(writes)
  expect(ends.filter((end) => end !== undefined)).toHaveLength(ids.length)
  await expect(journal.writeEvents(write('drain-late', 1))).rejects.toThrow(WriteRejectedError)
  expect(proxy.counts.requests).toBe(requests)
  const other = journalOf()
  for (const [at, id] of ids.entries()) expect(await isStored(other, id)).toBe(ends[at] === 'stored' ? 1 : 0)
  await other.close()
}, 300_000)
