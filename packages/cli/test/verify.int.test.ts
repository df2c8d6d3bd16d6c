import { eventItem, type Item, markItem } from '@dynact/dynamodb'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { CliFixture } from './cli-fixture.js'

const fixture = new CliFixture()
const keys = { journalName: 'journal', sequenceShards: 10 }
const payload = { serializerId: 20, serializerManifest: '', bytes: Buffer.from('x') }

const item = (id: string, sequenceNr: number, [index, lastIndex] = [0, 0], serializerId = 20): Item => {
  const [event] = fixture.events(id, sequenceNr)
  if (event === undefined) throw new Error('no event')
  return eventItem(keys, event, { ...payload, serializerId }, { index, lastIndex })
}

beforeAll(() => fixture.create({}))
afterAll(() => fixture.remove())

test('finds every kind of damage, and nothing else', async () => {
  const damaged: Item = { ...item('damaged', 3), event: { S: 'no bytes' } }
  const highMark = (id: string, sequenceNr: number) => markItem(keys, 'SH', id, sequenceNr)
  await fixture.put(fixture.table, [
    item('hole', 1),
    item('hole', 4),
    item('torn', 1),
    item('torn', 2, [0, 2]),
    item('torn', 3, [1, 2]),
    item('unknown', 1, [0, 0], 7777),
    item('damaged', 1),
    item('damaged', 2, [0, 0], 8888),
    damaged,
    item('damaged', 4),
    item('marked', 1),
    highMark('marked', 700),
    { ...highMark('marked', 100), seq: { S: 'no number' } },
    { ...highMark('marked', 300), seq: { N: '350' } },
    ...Array.from({ length: 100 }, (_, index) => item('unmarked', index + 1)),
    ...Array.from({ length: 100 }, (_, index) => item('deep', index + 1)),
    highMark('deep', 100),
    item('lost', 1),
    item('lost', 500),
    // What is deleted, and waits to be removed, is not lost; nor is it what leads to something else.
    { ...item('deleted', 500), expiry: { N: '2000000000' } },
    item('half', 1),
    { ...item('half', 400), expiry: { N: '2000000000' } },
    item('half', 500),
  ])
  await fixture.write('fine', 1, 250, [], fixture.journal({ queries: undefined }))
  await fixture.journal().deleteEventsTo('fine', 120)

  const { code, records, stderr } = await fixture.run('verify', '--json')

  const found = records.map(({ persistenceId, kind, from, to }) => `${persistenceId} ${kind} ${from}-${to}`).sort()
  expect(found).toEqual(
    [
      'hole gap 2-3',
      'torn incomplete-write 2-3',
      'unknown undecodable 1-1',
      'damaged undecodable 2-2',
      'damaged damaged-item 3-3',
      'marked bad-mark 700-700',
      'marked bad-mark 0-0',
      'marked bad-mark 350-350',
      'unmarked missing-mark 100-100',
      'lost unreachable 500-599',
      'half unreachable 500-599',
    ].sort(),
  )
  expect(code).toBe(3)
  expect(stderr).toMatch(/^10 ids, \d+ events, 0 snapshots: 11 findings, 0 repaired$/m)
})

test('repairs high marks, and nothing else', async () => {
  const first = await fixture.run('verify', 'marked', 'unmarked', '--repair')
  expect(first.code).toBe(0)
  expect(first.lines.filter((line) => /: repaired: /.test(line))).toHaveLength(4)

  const again = await fixture.run('verify', 'marked', 'unmarked')
  expect(again).toMatchObject({ code: 0, stdout: '' })

  const hole = await fixture.run('verify', 'hole', '--repair')
  expect(hole).toMatchObject({ code: 3, lines: ['hole: gap: events 2 to 3: nothing is there, and it was not deleted'] })
})

test('finds in what the JVM wrote what its harness put there', async () => {
  const golden = readGolden()
  const table = fixture.anotherTable()
  await fixture.run('tables', 'create', '--only', 'journal', '--table', table)
  await fixture.put(table, golden.journal)

  const { code, records } = await fixture.run('verify', '--json', '--table', table)

  expect(code).toBe(3)
  const torn = new Set(
    records.filter(({ kind }) => kind === 'incomplete-write').map(({ persistenceId }) => persistenceId),
  )
  expect([...torn]).toEqual(expect.arrayContaining(['batch-2-of-4', 'batch-first-of-4', 'batch-tail-missing']))
  expect(torn).not.toContain('batch-220')
  expect(
    records.filter(({ persistenceId }) => ['strings-250', 'batches', 'batch-220'].includes(persistenceId)),
  ).toEqual([])
})

test('counts events and bytes, and estimates the cost', async () => {
  const table = fixture.anotherTable()
  await fixture.run('tables', 'create', '--only', 'journal', '--table', table)
  const journal = fixture.journal({ table, queries: undefined })
  await fixture.write('a', 1, 150, [], journal)
  await fixture.write('b', 1, 1, [], journal)
  await fixture.journal({ table, deletedTimeToLiveMs: 3_600_000 }).deleteEventsTo('a', 10)

  const { code, records } = await fixture.run('stats', '--json', '--table', table, '--price-write', '1000')

  expect(code).toBe(0)
  expect(records).toMatchObject([
    { table, ids: 2, events: 141, marks: 2, expiring: 10, others: 0, items: 153, writeUnits: 153 },
  ])
  expect(records[0].cost.writingOnce).toBeCloseTo(0.153)
  expect(records[0].bytes).toBeGreaterThan(151 * 100)
})
