// What others have put into the table, by mistake or on purpose: an error that names the item, or it does not matter.
import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { type AttributeValue, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { type Item, snapshotItem, snapshotKey } from '@dynact/dynamodb'
import { jest } from '@jest/globals'
import { expectNamedFailure, rejectionOf } from '../../../tools/test-support/failures.js'
import { ABSURD_NUMBERS, wrongValues } from '../../../tools/test-support/wrong-values.js'
import { freshId, SnapshotFixture } from './snapshot-fixture.js'

// Hundreds of requests, one after the other, on a machine that may be busy.
jest.setTimeout(300_000)

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const bytes = new TextEncoder().encode('state')
const payload = { serializerId: 20, serializerManifest: '', bytes }
const metadataOf = (persistenceId: string) => ({ persistenceId, sequenceNr: 7, timestamp: 10 })

/** An id with one snapshot, at 7, of each kind, changed; its parts as they should be. */
const KINDS = {
  plain: (id: string) => snapshotItem('journal', metadataOf(id), payload),
  compressed: (id: string) =>
    snapshotItem(
      'journal',
      metadataOf(id),
      { ...payload, bytes: deflateSync(bytes) },
      { uncompressedSize: bytes.byteLength },
    ),
  split: (id: string) =>
    snapshotItem('journal', metadataOf(id), payload, {
      parts: { set: '4711', count: 1, hash: createHash('sha256').update(bytes).digest() },
    }),
} as const

const stored = async (kind: keyof typeof KINDS, changes: Item = {}): Promise<string> => {
  const id = freshId()
  await fixture.putItem({ ...KINDS[kind](id), ...changes })
  return id
}

const expectNamed = (error: unknown, persistenceId: string, what: string | RegExp, code = 'RECOVERY'): void =>
  expectNamedFailure(error, { table: fixture.table, persistenceId, sequenceNr: 7, what, code })

describe('an attribute has a type that it never has', () => {
  test.each([
    ['plain', 'ser_id', 'N'],
    ['plain', 'ser_manifest', 'S'],
    ['plain', 'pay_data', 'B'],
    ['plain', 'comp', 'S'],
    ['plain', 'set', 'N'],
    ['plain', 'expiry', 'N'],
    ['compressed', 'comp', 'S'],
    ['compressed', 'size', 'N'],
    ['compressed', 'pay_comp', 'B'],
    ['split', 'set', 'N'],
    ['split', 'parts', 'N'],
    ['split', 'hash', 'B'],
  ] as const)('%s, %s: the load fails, and names it', async (kind, name, type) => {
    for (const value of wrongValues(type)) {
      const id = await stored(kind, { [name]: value })

      expectNamed(await rejectionOf(fixture.store().loadSnapshot(id)), id, name)
    }
  })

  test('pay, of a legacy snapshot', async () => {
    for (const value of wrongValues('B')) {
      const id = await stored('plain')
      const { pay_data: _, ...rest } = KINDS.plain(id)
      await fixture.putItem({ ...rest, pay: value } as Item)

      expectNamed(await rejectionOf(fixture.store().loadSnapshot(id)), id, 'pay')
    }
  })

  test('part, in a part', async () => {
    const id = await stored('split')
    for (const part of wrongValues('B')) {
      await fixture.putItem({ par: { S: 'journal-SP-4711-0' }, seq: { N: '7' }, persistence_id: { S: id }, part })

      expectNamed(await rejectionOf(fixture.store().loadSnapshot(id)), id, 'journal-SP-4711-0')
    }
  })

  test.each([
    ['of', 'N'],
    ['of_ts', 'N'],
    ['parts', 'N'],
    ['at', 'N'],
    ['state', 'S'],
  ] as const)('%s, in a record of parts: a deletion fails, and names it', async (name, type) => {
    const record = { of: { N: '7' }, of_ts: { N: '10' }, parts: { N: '1' }, at: { N: '1' }, state: { S: 'done' } }
    for (const value of wrongValues(type)) {
      const id = await stored('plain')
      const { par } = snapshotKey('journal', id, 7)
      await fixture.putItem({ par, seq: { N: '-4711' }, ...record, [name]: value } as Item)

      const error = await rejectionOf(fixture.store().deleteSnapshots(id))

      expect(error).toMatchObject({ code: 'PERSISTENCE', persistenceId: id })
      expect((error as Error).message).toContain(`seq -4711 in table ${fixture.table}`)
      expect((error as Error).message).toContain(name)
    }
  })
})

describe('numbers that can not be', () => {
  test.each([
    ['plain', 'ts', ABSURD_NUMBERS],
    ['plain', 'ser_id', ABSURD_NUMBERS.filter((number) => number !== '-1')],
    ['compressed', 'size', [...ABSURD_NUMBERS, '0', '4', '6', '1000000000000']],
    ['split', 'set', ['0', '-1', '0.5', '-1e37']],
    ['split', 'parts', [...ABSURD_NUMBERS, '0', '10001']],
  ] as const)('%s, %s: the load fails', async (kind, name, numbers) => {
    for (const number of numbers) {
      const id = await stored(kind, { [name]: { N: number } })

      expectNamed(await rejectionOf(fixture.store().loadSnapshot(id)), id, /decompressed|ts|ser_id|size|set|parts/)
    }
  })

  test('a snapshot between two numbers', async () => {
    for (const seq of ['7.5', '7.0000000000000000000001']) {
      const id = await stored('plain')
      await fixture.putItem({ ...KINDS.plain(id), seq: { N: seq } })

      const error = await rejectionOf(fixture.store().loadSnapshot(id))

      expect(error).toMatchObject({ code: 'RECOVERY', persistenceId: id })
      expect((error as Error).message).toContain('seq is not an integer')
    }
  })

  test('one beyond all numbers of events is nobody’s', async () => {
    const id = await stored('plain')
    await fixture.putItem({ ...KINDS.plain(id), seq: { N: '1e37' } })

    expect(await fixture.store().loadSnapshot(id)).toMatchObject({ metadata: metadataOf(id), snapshot: 'state' })
  })
})

test('a snapshot without a time is refused, also where its time would decide', async () => {
  const id = freshId()
  const { ts: _, ...untimed } = KINDS.plain(id)
  await fixture.putItem(untimed as Item)

  expectNamed(await rejectionOf(fixture.store().loadSnapshot(id)), id, 'ts')
  expectNamed(await rejectionOf(fixture.store().loadSnapshot(id, { maxTimestamp: 20 })), id, 'ts')
})

test('attributes and keys of others do not matter, whatever their names', async () => {
  const id = await stored('plain')
  const before = Object.getOwnPropertyNames(Object.prototype)
  const Key = snapshotKey('journal', id, 7)
  for (const name of ['__proto__', 'constructor', 'toString', 'then', 'S', 'B', 'event', ' ', '😀'])
    for (const value of [{ S: 'x' }, { M: { S: { S: 'x' } } }, { L: [{ NULL: true }] }] as AttributeValue[])
      await fixture.client.send(
        new UpdateItemCommand({
          TableName: fixture.table,
          Key,
          UpdateExpression: 'SET #name = :value',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': value },
        }),
      )
  for (const par of ['other', 'journal-P-', `journal-P-${id}-0`, `journal-SP-${id}-0`, `Journal-P-${id}`])
    await fixture.putItem({ par: { S: par }, seq: { N: '9' } })

  expect(await fixture.store().loadSnapshot(id)).toMatchObject({ metadata: metadataOf(id), snapshot: 'state' })
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
})

test('JSON that names prototypes is data', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const json = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  for (const compression of ['none', { algorithm: 'zlib', minBytes: 0 }] as const) {
    const id = freshId()
    const store = fixture.store({ compression })
    await store.saveSnapshot(metadataOf(id), JSON.parse(json))

    const loaded = await store.loadSnapshot(id)

    expect(JSON.stringify(loaded?.snapshot)).toBe(json)
    expect(Object.getPrototypeOf(loaded?.snapshot).polluted).toBeUndefined()
  }
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
})

test('ids that are keys, parts of keys, long or strange have snapshots of their own', async () => {
  const run = freshId()
  const ends = [
    '',
    '-P-b',
    '-0',
    '--',
    '-SP-1-0',
    '\u0000',
    '\u0000-0',
    '😀',
    '\u00e9',
    'e\u0301',
    '__proto__',
    '\n',
    '\uffff',
  ]
  const ids = [...ends.map((end) => run + end), `SP-${run}`, `journal-P-${run}`, run.padEnd(2_022, 'x')]
  const store = fixture.store()

  for (const id of ids) await store.saveSnapshot(metadataOf(id), `state of ${id}`)

  for (const id of ids) expect(await store.loadSnapshot(id)).toMatchObject({ snapshot: `state of ${id}` })
})

test.each([
  ['a time that is none', { timestamp: Number.NaN }],
  ['a time before 1970', { timestamp: -1 }],
  ['no end of time', { timestamp: Number.POSITIVE_INFINITY }],
  ['an enormous time', { timestamp: 1e300 }],
  ['no number', { sequenceNr: Number.NaN }],
  ['a negative number', { sequenceNr: -1 }],
  ['half a number', { sequenceNr: 0.5 }],
  ['an enormous number', { sequenceNr: 2 ** 53 }],
])('a snapshot of %s is rejected', async (_, changes) => {
  const id = freshId()

  const error = await rejectionOf(fixture.store().saveSnapshot({ ...metadataOf(id), ...changes }, 'state'))

  expect(error).toMatchObject({ code: 'WRITE_REJECTED', persistenceId: id })
  expect((await fixture.itemsOf(id)).snapshots).toEqual([])
})
