import { randomUUID } from 'node:crypto'
import { CreateTableCommand, ScanCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import type { Item } from '@dynact/dynamodb'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { harnessSerialization } from '../../../tools/pekko-peer/harness-serialization.js'
import { CliFixture } from './cli-fixture.js'

const fixture = new CliFixture()
const golden = readGolden()

beforeAll(() => fixture.create())
afterAll(() => fixture.remove())

const itemsOf = async (TableName: string): Promise<Item[]> => {
  const { Items = [] } = await fixture.client.send(new ScanCommand({ TableName }))
  return Items
}

describe('from a JVM plugin', () => {
  test('every history comes over, and twice does no harm', async () => {
    const [source, snapshots] = [fixture.anotherTable(), fixture.anotherTable()]
    await fixture.run('tables', 'create', '--table', source, '--snapshot-table', snapshots)
    await fixture.put(source, golden.journal)
    await fixture.put(snapshots, golden.snapshots)
    const before = await itemsOf(source)
    const args = ['jvm', '--source-table', source, '--source-snapshot-table', snapshots, '--journal-name', 'ours']
    const sourceName = ['--source-journal-name', 'journal']

    const { code, records } = await fixture.run('migrate', ...args, ...sourceName, '--json')
    expect(code).toBe(0)
    expect(records).toEqual([
      { ids: expect.any(Number), events: expect.any(Number), snapshots: golden.snapshots.length },
    ])
    const migrated = await itemsOf(fixture.table)
    expect(await fixture.run('migrate', ...args, ...sourceName)).toMatchObject({ code: 0 })
    expect(await itemsOf(fixture.table)).toEqual(migrated)

    expect(await itemsOf(source)).toEqual(before)
    const serialization = harnessSerialization()
    const [theirs, ours] = [
      fixture.journal({ table: source, serialization, distrust: true }),
      fixture.journal({ journalName: 'ours', serialization, distrust: true }),
    ]
    for (const { pid } of golden.ids) {
      const [there, here] = [theirs.replayEvents(pid), ours.replayEvents(pid)]
      const [expected, found] = [[] as unknown[], [] as unknown[]]
      for await (const event of there) expected.push(event)
      for await (const event of here) found.push(event)
      expect(found).toEqual(expected)
      expect(await here.highestSequenceNr).toBe(await there.highestSequenceNr)
    }
  }, 180_000)

  test('not into the same table', async () => {
    const { code, stderr } = await fixture.run('migrate', 'jvm', '--source-table', fixture.table)

    expect(code).toBe(2)
    expect(stderr).toMatch(/The source is the target/)
  })
})

describe.each(['N', 'S'] as const)('from castore, versions of type %s', (type) => {
  const source = `cli-castore-${randomUUID()}`
  const item = (aggregateId: string, version: number, more: Item = {}): Item => ({
    aggregateId: { S: aggregateId },
    version: type === 'N' ? { N: String(version) } : { S: String(version) },
    type: { S: 'POKEMON_LEVELED_UP' },
    timestamp: { S: '2026-01-31T12:00:00.000Z' },
    payload: { M: { level: { N: String(version) }, moves: { L: [{ S: 'a' }, { NULL: true }] } } },
    ...more,
  })

  beforeAll(async () => {
    await fixture.client.send(
      new CreateTableCommand({
        TableName: source,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'aggregateId', AttributeType: 'S' },
          { AttributeName: 'version', AttributeType: type },
        ],
        KeySchema: [
          { AttributeName: 'aggregateId', KeyType: 'HASH' },
          { AttributeName: 'version', KeyType: 'RANGE' },
        ],
      }),
    )
    await waitUntilTableExists({ client: fixture.client, maxWaitTime: 60 }, { TableName: source })
    fixture.alsoRemove(source)
    const many = Array.from({ length: 120 }, (_, index) => item(`POKEMON#${type}-pikachu`, index + 1))
    await fixture.put(source, [...many, item(`POKEMON#${type}-eevee`, 1, { metadata: { M: { by: { S: 'me' } } } })])
  })

  test('every event comes over, in order, and twice does no harm', async () => {
    const migrate = () => fixture.run('migrate', 'castore', '--source-table', source, '--queries', '--json')

    expect(await migrate()).toMatchObject({ code: 0, records: [{ ids: 2, events: 121, snapshots: 0 }] })
    const migrated = await itemsOf(fixture.table)
    expect(await migrate()).toMatchObject({ code: 0 })
    expect(await itemsOf(fixture.table)).toEqual(migrated)

    const { records } = await fixture.run('events', `POKEMON|${type}-pikachu`, '--json')
    expect(records.map(({ sequenceNr, event }) => [sequenceNr, event.version, event.payload.level])).toEqual(
      Array.from({ length: 120 }, (_, index) => [index + 1, index + 1, index + 1]),
    )
    expect((await fixture.run('events', `POKEMON|${type}-eevee`, '--json')).records).toMatchObject([
      {
        time: '2026-01-31T12:00:00.000Z',
        event: {
          aggregateId: `${type}-eevee`,
          version: 1,
          type: 'POKEMON_LEVELED_UP',
          timestamp: '2026-01-31T12:00:00.000Z',
          payload: { level: 1, moves: ['a', null] },
          metadata: { by: 'me' },
        },
      },
    ])
    expect(await fixture.run('verify', `POKEMON|${type}-pikachu`)).toMatchObject({ code: 0 })
  })

  test('a number that JavaScript can not hold is refused', async () => {
    const payload = { M: { n: { N: '9007199254740993' } } }
    await fixture.put(source, [item(`POKEMON#${type}-big`, 1, { payload })])

    const { code, stderr } = await fixture.run('migrate', 'castore', '--source-table', source)

    expect(code).toBe(1)
    expect(stderr).toMatch(/9007199254740993 is too large for JavaScript/)
    expect((await fixture.run('events', `POKEMON|${type}-big`)).stdout).toBe('')
  })
})
