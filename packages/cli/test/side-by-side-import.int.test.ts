import { DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import { connect, eventItem, eventKey } from '@dynact/dynamodb'
import { type Fate, fates, type ProxiedRequest, startFaultProxy } from '@dynact/testkit'
import { testClientConfig } from '../../../tools/test-support/index.js'
import { ExportWriter } from '../src/transfer/export-writer.js'
import { RecordSink } from '../src/transfer/record-sink.js'
import type { SourceRecord } from '../src/transfer/transfer-record.js'
import { CliFixture } from './cli-fixture.js'

const fixture = new CliFixture()
const COUNT = 60
const idOf = (place: number) => `n-${place}`
const ids = Array.from({ length: COUNT }, (_, place) => idOf(place))
const keys = { journalName: 'journal', sequenceShards: 10 }

beforeAll(() => fixture.create({}))
afterAll(() => fixture.remove())

interface Shape {
  readonly events?: number
  readonly bytes?: number
}

/** The records of an id. */
const recordsOf = (persistenceId: string, { events = 2, bytes = 10 }: Shape = {}): SourceRecord[] => [
  { type: 'id', persistenceId, deletedTo: 0 },
  ...Array.from(
    { length: events },
    (_, index): SourceRecord => ({
      type: 'write',
      persistenceId,
      sequenceNr: index + 1,
      writerUuid: 'w',
      events: [{ serializerId: 20, bytes: Buffer.alloc(bytes, 'x').toString('base64') }],
    }),
  ),
  { type: 'end', persistenceId, highestSequenceNr: events },
]

/** An export of these records, with a checkpoint behind each of the numbers of records. */
const exportFile = async (name: string, records: readonly SourceRecord[], checkpoints: readonly number[] = []) => {
  let text = ''
  const writer = new ExportWriter(async (line) => {
    text += line
  })
  for (const [index, record] of records.entries()) {
    await writer.take(record)
    if (checkpoints.includes(index + 1)) await writer.take({ type: 'page', cursor: 'next' })
  }
  await writer.take({ type: 'page', cursor: undefined })
  return fixture.file(name, text)
}

/** Empty tables, and the options that name them. */
const emptyTables = async (): Promise<[table: string, options: string[]]> => {
  const [table, snapshotTable] = [fixture.anotherTable(), fixture.anotherTable()]
  const options = ['--table', table, '--snapshot-table', snapshotTable]
  expect(await fixture.run('tables', 'create', ...options)).toMatchObject({ code: 0 })
  return [table, options]
}

const highest = async (table: string, id: string) => {
  const journal = fixture.journal({ table, queries: undefined })
  return journal.readHighestSequenceNr(id)
}

const idIn = ({ body }: ProxiedRequest): string | undefined => /"(n-\d+)"/.exec(Buffer.from(body).toString())?.[1]
const isWrite = ({ operation }: ProxiedRequest) => operation === 'PutItem' || operation === 'BatchExecuteStatement'

test('short histories are written side by side', async () => {
  await exportFile(
    'short.jsonl',
    ids.flatMap((id) => recordsOf(id)),
  )
  const [table, options] = await emptyTables()
  const seen = new Set<string>()
  let release: () => void = () => undefined
  const fourAreThere = new Promise<void>((resolve) => {
    release = resolve
  })
  // Whoever writes one after the other waits for ever.
  const fateOf = (request: ProxiedRequest): Fate => {
    const id = idIn(request)
    if (!isWrite(request) || id === undefined) return fates.pass
    if (seen.add(id).size === 4) release()
    return fates.delay({ before: () => fourAreThere })
  }
  await using proxy = await startFaultProxy({ target: testClientConfig().endpoint, fateOf })

  const run = await fixture.run('import', 'short.jsonl', '--json', ...options, '--endpoint', proxy.endpoint)

  expect(run).toMatchObject({ code: 0, records: [{ ids: COUNT, events: COUNT * 2, snapshots: 0 }] })
  for (const id of [ids[0], ids.at(-1)]) expect(await highest(table, id ?? '')).toBe(2)
}, 60_000)

test('another history waits where those before it are large', async () => {
  const [table] = await emptyTables()
  const order: string[] = []
  const arrived = new Set<string>()
  let release: () => void = () => undefined
  const bothAreThere = new Promise<void>((resolve) => {
    release = resolve
  })
  const fateOf = (request: ProxiedRequest): Fate => {
    const id = idIn(request)
    if (!isWrite(request) || id === undefined) return fates.pass
    if (arrived.add(id).size === 2) {
      order.push('both are there')
      release()
    }
    return fates.delay({ before: () => bothAreThere })
  }
  await using proxy = await startFaultProxy({ target: testClientConfig().endpoint, fateOf })
  const clientConfig = { ...testClientConfig(), endpoint: proxy.endpoint }
  const retry = { attemptMs: 20_000, totalMs: 40_000, baseMs: 50, maxMs: 500 }
  const requests = connect({ clientConfig, table, maxConnections: 50, maxQueued: 100, retry })
  const { signal } = new AbortController()
  await using sink = new RecordSink({ requests, table, ...keys, feedShards: undefined, signal }, undefined)
  const big = { events: 10, bytes: 250_000 }
  for (const record of [...recordsOf(idOf(0), big), ...recordsOf(idOf(1), big)]) await sink.take(record)

  for (const [index, record] of recordsOf(idOf(2)).entries()) {
    await sink.take(record)
    if (index === 0) order.push('the third has begun')
  }
  await sink.end()
  await requests.close()

  expect(order).toEqual(['both are there', 'the third has begun'])
  expect(sink.transferred).toEqual({ ids: 3, events: 22, snapshots: 0 })
}, 60_000)

test('a failure names the id, what is before it is stored, and it can go on', async () => {
  const failing = idOf(40)
  const half = ids.slice(0, 20).flatMap((id) => recordsOf(id)).length
  await exportFile(
    'failing.jsonl',
    ids.flatMap((id) => recordsOf(id)),
    [half],
  )
  const [table, options] = await emptyTables()
  const [event] = fixture.events(failing, 1)
  if (event === undefined) throw new Error('no event')
  const payload = { serializerId: 20, serializerManifest: '', bytes: Buffer.from('another') }
  await fixture.put(table, [eventItem(keys, event, payload, { index: 0, lastIndex: 0 })])

  const { code, stderr } = await fixture.run('import', 'failing.jsonl', ...options)

  expect(code).toBe(1)
  expect(stderr).toMatch(/^dynact: n-40: event 1 can't be stored: /)
  expect(stderr).toMatch(/^Go on with: .* --skip 82$/m)
  for (const id of ids.slice(0, 40)) expect(await highest(table, id)).toBe(2)

  const Key = eventKey(keys, failing, 1)
  await fixture.client.send(new DeleteItemCommand({ TableName: table, Key }))
  expect(await fixture.run('import', 'failing.jsonl', '--skip', '82', ...options)).toMatchObject({ code: 0 })
  for (const id of ids) expect(await highest(table, id)).toBe(2)
}, 60_000)

test('an id that comes twice is written twice, one time after the other', async () => {
  const twice = [...recordsOf('twice', { events: 250 }), ...recordsOf('twice', { events: 250 })]
  await exportFile('twice.jsonl', twice)
  const [table, options] = await emptyTables()

  expect(await fixture.run('import', 'twice.jsonl', ...options)).toMatchObject({ code: 0 })

  expect(await highest(table, 'twice')).toBe(250)
  expect(await fixture.run('verify', 'twice', ...options)).toMatchObject({ code: 0, stdout: '' })
})

test.each([
  ['without its end', recordsOf('a').slice(0, -1), /a: its records do not end with one of type end/],
  ['without its end, before another', [...recordsOf('a').slice(0, -1), ...recordsOf('b')], /a: its records do not end/],
  ['without its beginning', recordsOf('a').slice(1), /a: its records do not begin with one of type id/],
])('a history %s is refused', async (_, records, message) => {
  await exportFile('odd.jsonl', records)
  const [, options] = await emptyTables()

  const { code, stderr } = await fixture.run('import', 'odd.jsonl', ...options)

  expect(code).toBe(1)
  expect(stderr).toMatch(message)
})
