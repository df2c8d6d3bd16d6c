import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { DeleteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { type Item, type PartSet, partItem, partKeys, partSetItem, partSetKey, snapshotItem } from '@dynact/dynamodb'
import { dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { CliFixture } from './cli-fixture.js'
import { ServedPage } from './explore-fixture.js'

const fixture = new CliFixture()
const bytes = Buffer.from('state')
const payload = { serializerId: 20, serializerManifest: '', bytes }
const hash = createHash('sha256').update(bytes).digest()

const of = (persistenceId: string, sequenceNr = 1) => ({ persistenceId, sequenceNr, timestamp: 10 })
const plain = (id: string, sequenceNr = 1) => snapshotItem('journal', of(id, sequenceNr), payload)
const setOf = (id: string, set: string, changes: Partial<PartSet> = {}): PartSet => ({
  set,
  of: of(id),
  count: 1,
  begunAt: 1,
  state: 'done',
  ...changes,
})
const inParts = (id: string, set: string) =>
  snapshotItem('journal', of(id), payload, { parts: { set, count: 1, hash } })

/** A snapshot in two parts, as the store writes it; gives its set. */
const saveInParts = async (id: string): Promise<PartSet> => {
  const { client, snapshotTable: table } = fixture
  const store = dynamoDBSnapshotStore({ client, table, split: true, maxItemSize: 1_000 })
  await store.saveSnapshot(of(id), 'x'.repeat(1_200))
  await store.close()
  const { records } = await fixture.run('snapshot', id, '--json')
  expect(records).toMatchObject([{ snapshot: 'x'.repeat(1_200) }])
  const input = {
    TableName: table,
    KeyConditionExpression: 'par = :par AND seq < :zero',
    ExpressionAttributeValues: { ':par': { S: `journal-P-${id}` }, ':zero': { N: '0' } },
  }
  const { Items: [record] = [] } = await fixture.client.send(new QueryCommand(input))
  return setOf(id, String(record?.['seq']?.N).slice(1), { count: Number(record?.['parts']?.N) })
}

const remove = (Key: Item) => fixture.client.send(new DeleteItemCommand({ TableName: fixture.snapshotTable, Key }))

beforeAll(async () => {
  await fixture.create({})
  const ids = ['fine', 'split', 'unknown', 'damaged', 'half', 'inflated', 'hash', 'ahead', 'cut', 'unrecorded', 'left']
  for (const id of ids) await fixture.write(id, 1, 2, [], fixture.journal({ queries: undefined }))
  await fixture.put(fixture.snapshotTable, [
    plain('fine', 0),
    plain('fine'),
    plain('fine', 2),
    { ...plain('unknown'), ser_id: { N: '7777' } },
    { ...plain('damaged'), pay_data: { S: 'no bytes' } },
    plain('damaged', 2),
    { ...plain('half'), seq: { N: '1.5' } },
    plain('half', 1),
    snapshotItem('journal', of('inflated'), { ...payload, bytes: deflateSync(bytes) }, { uncompressedSize: 4 }),
    inParts('hash', '51'),
    partSetItem('journal', setOf('hash', '51')),
    partItem('journal', setOf('hash', '51'), 0, Buffer.from('other')),
    plain('ahead', 3),
    plain('nobody', 1),
    // Left behind: of a snapshot that is there no more, of one that was never finished; one under way is none.
    partSetItem('journal', setOf('left', '61')),
    partItem('journal', setOf('left', '61'), 0, bytes),
    partSetItem('journal', setOf('left', '62', { state: 'open' })),
    partSetItem('journal', setOf('left', '63', { state: 'open', begunAt: Date.now() })),
    { ...partSetItem('journal', setOf('left', '64')), state: { S: 'odd' } },
    partItem('journal', setOf('gone', '71'), 0, bytes),
    partItem('journal', setOf('left', '61'), 1, bytes),
  ])
  await saveInParts('split')
  await remove(partKeys('journal', await saveInParts('cut'))[1] as Item)
  await remove(partSetKey('journal', await saveInParts('unrecorded')))
})
afterAll(() => fixture.remove())

const damage = [
  'ahead snapshot-ahead 3',
  'cut damaged-snapshot 1',
  'damaged damaged-snapshot 1',
  'half damaged-snapshot 1.5',
  'hash damaged-snapshot 1',
  'inflated damaged-snapshot 1',
  'left orphaned-parts 0',
  'left orphaned-parts 1',
  'left orphaned-parts 1',
  'nobody snapshot-ahead 1',
  'unknown undecodable-snapshot 1',
]
/** What only a look at all items finds. */
const lost = ['gone orphaned-parts 1', 'left orphaned-parts 1', 'unrecorded orphaned-parts 1']

const told = (records: readonly { persistenceId: string; kind: string; from: number }[]) =>
  records.map(({ persistenceId, kind, from }) => `${persistenceId} ${kind} ${from}`).sort()

test('finds every kind of damage to snapshots, and nothing else', async () => {
  const { code, records, stderr } = await fixture.run('verify', '--json')

  expect(told(records)).toEqual([...damage, ...lost].sort())
  expect(code).toBe(3)
  expect(stderr).toMatch(/^12 ids, 22 events, 15 snapshots: 14 findings, 0 repaired$/m)
  const textOf = (id: string, at = 0) => records.filter(({ persistenceId }) => persistenceId === id)[at]?.text
  expect(textOf('cut')).toMatch(/part 2 of 2, journal-SP-\d+-1, is not there/)
  expect(textOf('hash')).toMatch(/not what was saved: their hash is another/)
  expect(textOf('unknown')).toMatch(/serializer 7777/)
  expect(textOf('ahead')).toMatch(/the highest number in use is 2/)
  expect(textOf('gone')).toMatch(/journal-SP-71-0, 1 in table/)
})

test('of some ids finds what belongs to them', async () => {
  expect(await fixture.run('verify', 'fine', 'split')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '2 ids, 4 events, 4 snapshots: 0 findings, 0 repaired\n',
  })
  expect(told((await fixture.run('verify', 'left', '--json')).records)).toEqual(
    damage.filter((line) => line.startsWith('left')),
  )
})

test('the page of explore tells of them too', async () => {
  const page = await ServedPage.start(fixture)
  const { json } = await page.ask('/api/verify?id=hash')
  await page.stop()

  expect(json.findings).toMatchObject([{ kind: 'damaged-snapshot', from: 1 }])
})

test('snapshots can be left out, and a table of them that is not there is named', async () => {
  const without = ['verify', '--snapshot-table', 'not-there']

  expect(await fixture.run(...without, '--no-snapshots')).toMatchObject({ code: 0, stdout: '' })
  const { code, stderr } = await fixture.run(...without)
  expect(code).toBe(1)
  expect(stderr).toMatch(/not-there/)
  expect(stderr).toMatch(/--no-snapshots/)
})
