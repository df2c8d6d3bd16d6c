import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jest } from '@jest/globals'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { CliFixture } from './cli-fixture.js'
import { ServedPage } from './explore-fixture.js'
import { hasBrowser, launchBrowser } from './headless-browser.js'
import { fillLargeTable, LARGE } from './large-table.js'

// Every command on a table of 100,000 ids and 1,000,000 events, beside what a JVM has written. In a heap that does not hold it.
// DynamoDB Local takes minutes to read all of it: what does is run by `npm run test:large` only.

jest.setTimeout(300_000)

const HEAP_MB = 128
const { longId, eventsOfLong } = LARGE
/** Of a history of single items, a packed one, and one of a single event. */
const EVENTS_OF_THREE = LARGE.eventsOfMarked + LARGE.eventsOfPacked + 1
const fixture = new CliFixture()
const golden = readGolden()
const goldenIds = golden.journal
  .flatMap(({ par }) => /^journal-(?:P|SH|SL)-(.*)-\d+$/.exec(par?.S ?? '')?.[1] ?? [])
  .filter((id, index, all) => all.indexOf(id) === index)
  .sort()

const goldenSnapshotIds = golden.snapshots.flatMap(({ par }) => /^journal-P-(.*)$/.exec(par?.S ?? '')?.[1] ?? [])
const allGoldenIds = [...new Set([...goldenIds, ...goldenSnapshotIds])].sort()

const servedPages: ServedPage[] = []

beforeAll(async () => {
  fixture.nodeOptions = [`--max-old-space-size=${HEAP_MB}`]
  await fixture.create({ queries: {}, persistenceIdsIndex: true })
  await fillLargeTable(fixture)
}, 600_000)
afterAll(async () => {
  for (const page of servedPages) await page.stop()
  await fixture.remove()
})

/** A test that reads the whole table, once at least. */
const testWhole = (name: string, run: () => Promise<void>): void => {
  if (process.env['DYNACT_TEST_LARGE'] === 'whole') test(name, run, 600_000)
}

/** On the journal of a million events. */
const run = (...args: string[]) => fixture.run('--journal-name', LARGE.journalName, '--json', ...args)
/** On that of the JVM, in the same table. */
const runOnJvm = (...args: string[]) => fixture.run('--journal-name', 'journal', '--json', ...args)

const bytesOf = (sequenceNr: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(sequenceNr)
  return { $bytes: bytes.toString('base64') }
}
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('tables: both are as they should be, and described', async () => {
  expect(await run('tables', 'check', '--queries', '--persistence-ids-index')).toMatchObject({ code: 0 })
  const [journal] = (await run('tables', 'describe', '--only', 'journal')).records
  expect(journal).toMatchObject({ table: fixture.table, status: 'ACTIVE' })
  expect(journal.items).toBeGreaterThan(100_000)
})

test('ids: all of them, once each, and those of the JVM apart', async () => {
  const { code, records } = await run('ids')
  const ids = new Set(records.map(({ persistenceId }) => persistenceId))

  expect(code).toBe(0)
  expect([records.length, ids.size]).toEqual([LARGE.ids, LARGE.ids])
  for (const id of [longId, LARGE.singleId(0), LARGE.packedId(LARGE.packedIds - 1), LARGE.markedId(9)])
    expect(ids.has(id)).toBe(true)
  const ofJvm = (await runOnJvm('ids')).records.map(({ persistenceId }) => persistenceId)
  expect(ofJvm.sort()).toEqual(goldenIds)
})

test('ids: those of a prefix, and so many', async () => {
  const found = (await run('ids', '--prefix', 'Cart|001')).records.map(({ persistenceId }) => persistenceId)
  expect(found).toEqual(span(100, 199).map(LARGE.packedId))
  expect((await run('ids', '--prefix', 'Visit|', '--limit', '3')).records).toEqual(
    span(0, 2).map((place) => ({ persistenceId: LARGE.singleId(place) })),
  )
})

test('events: from the middle of a long history, all of it, and of the JVM', async () => {
  const middle = (await run('events', longId, '--from', '100050', '--to', '100200')).records
  expect(middle.map(({ sequenceNr }) => sequenceNr)).toEqual(span(100_050, 100_200))
  expect(middle[0].event).toEqual(bytesOf(100_050))
  const all = await run('events', longId)
  expect(all.lines).toHaveLength(eventsOfLong)
  expect(JSON.parse(all.lines.at(-1) ?? '')).toMatchObject({ sequenceNr: eventsOfLong, event: bytesOf(eventsOfLong) })
  const ofMarked = (await run('events', LARGE.markedId(3))).records.map(({ sequenceNr }) => sequenceNr)
  expect(ofMarked).toEqual(span(1, LARGE.eventsOfMarked))

  const { records } = await runOnJvm('events', 'strings-250')
  expect(records.map(({ sequenceNr }) => sequenceNr)).toEqual(span(1, 250))
})

test('snapshot: of the long history', async () => {
  expect((await run('snapshot', longId)).records).toMatchObject([
    { sequenceNr: LARGE.snapshotAt, snapshot: bytesOf(LARGE.snapshotAt) },
  ])
})

testWhole('stats: a million events', async () => {
  const {
    code,
    records: [stats],
  } = await run('stats')

  expect(code).toBe(0)
  expect(stats).toMatchObject({ ids: LARGE.ids, events: LARGE.events, others: golden.journal.length, expiring: 0 })
})

testWhole('tail: by tag, and by slice from a time on', async () => {
  const since = ['--since', String(LARGE.begunAt), '--current']
  const tagged = (await run('tail', '--tag', 'first', ...since)).records
  expect(tagged.map(({ persistenceId }) => persistenceId).sort()).toEqual([...LARGE.taggedIds].sort())
  const carts = (await run('tail', '--slices', '0-15', '--entity-type', 'Cart', ...since)).records
  const numbers = new Map<string, number>()
  for (const { persistenceId, sequenceNr } of carts) {
    expect(sequenceNr).toBe((numbers.get(persistenceId) ?? 0) + 1)
    numbers.set(persistenceId, sequenceNr)
  }
  expect(numbers.size).toBeGreaterThan(10)
  expect(new Set(numbers.values())).toEqual(new Set([LARGE.eventsOfPacked]))
})

test('verify: long histories', async () => {
  const ids = [longId, LARGE.markedId(0), LARGE.packedId(5), LARGE.singleId(5)]
  expect(await run('verify', ...ids)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: `4 ids, ${eventsOfLong + EVENTS_OF_THREE} events, 1 snapshots: 0 findings, 0 repaired\n`,
  })
})

testWhole('verify: everything of the JVM, and all keys of the table', async () => {
  const { code, records } = await runOnJvm('verify')
  expect(code).toBe(3)
  const torn = records.filter(({ kind }) => kind === 'incomplete-write').map(({ persistenceId }) => persistenceId)
  expect(torn).toEqual(expect.arrayContaining(['batch-2-of-4', 'batch-first-of-4', 'batch-tail-missing']))
  expect(allGoldenIds).toEqual(expect.arrayContaining(records.map(({ persistenceId }) => persistenceId)))
})

test('export and import: some histories come over unchanged', async () => {
  const ids = [longId, LARGE.markedId(1), LARGE.packedId(6), LARGE.singleId(6)]
  const events = eventsOfLong + EVENTS_OF_THREE
  expect(await run('export', ...ids, '--out', 'some.jsonl')).toMatchObject({
    code: 0,
    stderr: `exported 4 ids, ${events} events, 1 snapshots\n`,
  })
  const tables = ['--table', fixture.anotherTable(), '--snapshot-table', fixture.anotherTable()]
  await run('tables', 'create', ...tables)
  expect(await run('import', 'some.jsonl', ...tables)).toMatchObject({
    code: 0,
    records: [{ ids: 4, events, snapshots: 1 }],
  })
  await run('export', ...ids, '--out', 'again.jsonl', ...tables)
  const [before, after] = await Promise.all(
    ['some.jsonl', 'again.jsonl'].map(async (file) => readFile(join(await fixture.folder(), file), 'utf8')),
  )
  expect(after === before).toBe(true)
})

test('export of a million events, interrupted, says how to go on', async () => {
  const running = await fixture.start('--journal-name', LARGE.journalName, 'export', '--out', 'all.jsonl')
  await fixture.fileLargerThan('all.jsonl', 1_000_000)
  running.child.kill('SIGINT')

  expect(await running.ended).toMatchObject({
    code: 130,
    stderr: expect.stringMatching(/^Go on with: dynact .* export --out all.jsonl --resume$/m),
  })
})

test('export and import of everything: what the JVM wrote, out of the midst of a million events', async () => {
  const exported = await runOnJvm('export', '--out', 'jvm.jsonl')
  expect(exported).toMatchObject({ code: 0 })
  const ids = new Set<string>()
  for (const line of (await readFile(join(await fixture.folder(), 'jvm.jsonl'), 'utf8')).trim().split('\n')) {
    const record = JSON.parse(line)
    if (record.type === 'id') ids.add(record.persistenceId)
  }
  expect([...ids].sort()).toEqual(allGoldenIds)

  const tables = ['--table', fixture.anotherTable(), '--snapshot-table', fixture.anotherTable()]
  await runOnJvm('tables', 'create', ...tables)
  expect(await runOnJvm('import', 'jvm.jsonl', ...tables)).toMatchObject({
    code: 0,
    records: [{ ids: allGoldenIds.length, snapshots: expect.any(Number) }],
  })
})

test('migrate: what the JVM wrote, out of the same table', async () => {
  const tables = ['--table', fixture.anotherTable(), '--snapshot-table', fixture.anotherTable()]
  await run('tables', 'create', ...tables)
  const { table, snapshotTable } = fixture
  const source = ['--source-table', table, '--source-snapshot-table', snapshotTable, '--source-journal-name', 'journal']

  const { code, records } = await run('migrate', 'jvm', ...source, ...tables)

  expect(code).toBe(0)
  expect(records).toMatchObject([{ snapshots: golden.snapshots.length }])
  const ids = (await run('ids', ...tables)).records.map(({ persistenceId }) => persistenceId)
  expect(goldenIds).toEqual(expect.arrayContaining(ids))
  const [theirs, ours] = [await runOnJvm('events', 'batches'), await run('events', 'batches', ...tables)]
  expect(ours.stdout).toBe(theirs.stdout)
})

testWhole('backfill-feed: events of the JVM, and no others', async () => {
  const { code, records } = await runOnJvm('backfill-feed')

  expect(code).toBe(0)
  const events = golden.journal.filter(({ par }) => par?.S?.startsWith('journal-P-'))
  expect(records).toEqual([{ scanned: expect.any(Number), updated: events.length }])
  const since = ['--since', '1970-01-01T00:00:00Z', '--current']
  const told = (await runOnJvm('tail', ...since)).records.filter(({ persistenceId }) => persistenceId === 'strings-250')
  expect(told.map(({ sequenceNr }) => sequenceNr)).toEqual(span(1, 250))
})

test('explore: pages of ids, of a long history, and a search', async () => {
  const served = await ServedPage.start(fixture, '--journal-name', LARGE.journalName)
  servedPages.push(served)
  const ask = async (path: string, params: Readonly<Record<string, string>>) =>
    (await served.ask(`${path}?${new URLSearchParams(params)}`)).json

  const first = await ask('/api/ids', { limit: '50' })
  const second = await ask('/api/ids', { limit: '50', cursor: first.next })
  expect(new Set([...first.ids, ...second.ids]).size).toBe(100)
  expect(await ask('/api/ids', { prefix: 'Order|' })).toMatchObject({
    ids: span(0, LARGE.markedIds - 1).map(LARGE.markedId),
    lookedAt: expect.any(Number),
  })
  const history = await ask('/api/history', { id: longId, from: '100001', limit: '50' })
  expect(history).toMatchObject({ highestSequenceNr: eventsOfLong, deletedTo: 0 })
  expect(history.entries[0]).toMatchObject({ sequenceNr: 100_001 })
  expect(await ask('/api/verify', { id: longId })).toMatchObject({ events: eventsOfLong, findings: [] })
})

const testInBrowser = hasBrowser ? test : test.skip
testInBrowser('explore in a browser: pages of ids, a search, and a long history from its middle on', async () => {
  const served = await ServedPage.start(fixture, '--journal-name', LARGE.journalName)
  servedPages.push(served)
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ locale: 'en-US' })
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(served.url)
    await page.getByText('Page 1: 50 ids').first().waitFor()
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByText('Page 2: 50 ids').first().waitFor()
    await page.getByRole('searchbox', { name: 'Ids that begin with' }).fill('Ledger|')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: longId }).click()
    await page.getByRole('heading', { name: longId, level: 1 }).waitFor()
    await page.goto(`${served.origin}/#/id?${new URLSearchParams({ id: longId, from: '100001' })}`)
    await page.getByRole('button', { name: 'Event 100,001: show its payload' }).waitFor()
    expect(complaints).toEqual([])
  } finally {
    await browser.close()
  }
})

test('delete: the beginning of a long history, and ids', async () => {
  expect(await run('delete', longId, '--to', '100000', '--yes')).toMatchObject({ code: 0 })
  const { records } = await run('events', longId, '--to', '100100')
  expect(records.map(({ sequenceNr }) => sequenceNr)).toEqual(span(100_001, 100_100))
  expect(await run('delete', LARGE.markedId(2), LARGE.packedId(2), '--yes')).toMatchObject({ code: 0 })
  expect((await run('events', LARGE.markedId(2))).stdout).toBe('')
  expect(await run('verify', longId, LARGE.markedId(2), LARGE.packedId(2))).toMatchObject({ code: 0 })
})

test('cleanup: what a snapshot covers, and what is old', async () => {
  expect((await run('cleanup', longId, '--before-snapshot', '--yes')).records).toEqual([{ done: 1 }])
  expect((await run('cleanup', LARGE.markedId(4), '--before', '2100-01-01T00:00:00Z', '--yes')).records).toEqual([
    { done: 1 },
  ])
  expect((await run('events', LARGE.markedId(4))).stdout).toBe('')
  expect((await run('events', LARGE.markedId(5))).lines).toHaveLength(LARGE.eventsOfMarked)
})
