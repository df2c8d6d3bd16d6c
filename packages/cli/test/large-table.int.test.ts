import { jest } from '@jest/globals'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { CliFixture } from './cli-fixture.js'
import { fillLargeTable, LARGE } from './large-table.js'

// Commands that read, on a table of 100,000 ids and 1,000,000 events, beside what a JVM has written. In a heap that does not hold it.

jest.setTimeout(300_000)

const HEAP_MB = 128
const { longId, eventsOfLong } = LARGE
const fixture = new CliFixture()
const golden = readGolden()
const goldenIds = golden.journal
  .flatMap(({ par }) => /^journal-(?:P|SH|SL)-(.*)-\d+$/.exec(par?.S ?? '')?.[1] ?? [])
  .filter((id, index, all) => all.indexOf(id) === index)
  .sort()

beforeAll(async () => {
  fixture.nodeOptions = [`--max-old-space-size=${HEAP_MB}`]
  await fixture.create({ queries: {}, persistenceIdsIndex: true })
  await fillLargeTable(fixture)
}, 600_000)
afterAll(() => fixture.remove())

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
