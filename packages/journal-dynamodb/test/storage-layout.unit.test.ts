import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import {
  Attributes,
  eventItem,
  eventKey,
  FEED_INDEX,
  feedIndexSchema,
  type Item,
  inFeed,
  markItem,
  offsetItem,
  PackedAttributes,
  packedItem,
  partItem,
  partKeys,
  partSetItem,
  partSetKey,
  snapshotItem,
  snapshotTableSchema,
} from '@dynact/dynamodb'
import { journalTableDefinition } from '@dynact/journal-dynamodb'
import type { PersistentRepr } from '@dynact/persistence'

// docs/storage-layout.md is normative: what it says is compared with what the code does.
const page = readFileSync(join(import.meta.dirname, '../../../docs/storage-layout.md'), 'utf8')
const config = { journalName: 'journal', sequenceShards: 10 }

/** The cells of the table under a heading, without its head. */
const tableUnder = (heading: string, nth = 0): string[][] => {
  const [section = ''] = page.slice(page.indexOf(`\n${heading}\n`) + heading.length + 2).split(/\n##+ /)
  const tables = section
    .trim()
    .split(/\n\n/)
    .filter((block) => block.startsWith('|'))
  return (tables[nth] ?? '')
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
}

/** The JSON item that follows its marker, its binaries decoded. */
const documented = (marker: string): Item => {
  const json = new RegExp(`<!-- item: ${marker} -->\n\`\`\`json\n([\\s\\S]*?)\n\`\`\``).exec(page)?.[1] ?? 'null'
  return JSON.parse(json, (key, value) => (key === 'B' ? new Uint8Array(Buffer.from(value, 'base64')) : value))
}

const event = (sequenceNr: number, timestamp: number, tags: string[] = []): PersistentRepr => ({
  persistenceId: 'orders-7',
  sequenceNr,
  payload: '',
  manifest: '',
  writerUuid: '6f7e2bd5-5ac7-4d8c-9d2f-3a5ce66ef3c1',
  timestamp,
  tags,
})
const text = (value: string) => ({
  serializerId: 20,
  serializerManifest: '',
  bytes: new Uint8Array(Buffer.from(value)),
})
const fullEvent = { ...event(101, 5, ['t']), manifest: 'a', deleted: true }
const fullPayload = { serializerId: 20, serializerManifest: 'm', bytes: new Uint8Array(1) }

const snapshot = { persistenceId: 'orders-7', sequenceNr: 100, timestamp: 1_767_225_600_000 }
const set = { set: '4711', of: snapshot, count: 2, begunAt: 1_767_225_600_001, state: 'open' } as const
const hash = new Uint8Array(createHash('sha256').update('paid, shipped').digest())
const parts = { set: '4711', count: 2, hash }

const typesOf = (item: Item): Record<string, string> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, Object.keys(value)[0] ?? '']))
const documentedTypes = (rows: string[][]): Record<string, string> =>
  Object.fromEntries(rows.map(([name = '', type = '']) => [name, type]))
const without = (item: Item, ...names: string[]): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)))

describe('docs/storage-layout.md', () => {
  test('has the formulas of the keys', () => {
    const fill = (formula: string, sequenceNr: number): string =>
      formula
        .replace('{name}', 'journal')
        .replace('{id}', 'a-P-b')
        .replace('{seq div 100 mod shards}', String(Math.floor(sequenceNr / 100) % 10))
        .replace('{seq div 100}', String(Math.floor(sequenceNr / 100)))
        .replace('{seq mod 100}', String(sequenceNr % 100))
    const rows = tableUnder('### Keys')
    const keyOf = {
      event: (sequenceNr: number) => eventKey(config, 'a-P-b', sequenceNr),
      'high mark': (sequenceNr: number) => without(markItem(config, 'SH', 'a-P-b', sequenceNr), 'seq'),
      'low mark': (sequenceNr: number) => without(markItem(config, 'SL', 'a-P-b', sequenceNr), 'seq'),
    }

    expect(rows.map(([item]) => item)).toEqual(Object.keys(keyOf))
    for (const [item, par = '', num = ''] of rows)
      for (const sequenceNr of [1, 99, 100, 1234, 90_071_992_547_409])
        expect(keyOf[item as keyof typeof keyOf](sequenceNr)).toEqual({
          par: { S: fill(par, sequenceNr) },
          num: { N: fill(num, sequenceNr) },
        })
  })

  test('lists the attributes of an event with their types', () => {
    const item = inFeed(
      { journalName: 'journal', shards: 32 },
      'orders-7',
      eventItem(config, fullEvent, fullPayload, { index: 0, lastIndex: 1 }),
    )

    expect(typesOf(without(item, 'par', 'num'))).toEqual(documentedTypes(tableUnder('### Attributes of an event')))
  })

  test('says which attributes of an event may be absent', () => {
    const item = eventItem(config, event(101, 0), text(''), { index: 0, lastIndex: 0 })
    const always = tableUnder('### Attributes of an event').filter(([, , , absent]) => absent === 'never')

    expect(Object.keys(without(item, 'par', 'num')).sort()).toEqual(always.map(([name]) => name).sort())
  })

  test('lists the attributes of a packed batch and of its events', () => {
    const item = packedItem(
      config,
      [fullEvent, { ...fullEvent, sequenceNr: 102, timestamp: 9 }],
      [fullPayload, fullPayload],
    )
    const inner = item[Attributes.PACKED_EVENTS]?.L?.[1]?.M ?? {}
    const own = documentedTypes(tableUnder('### Packed batch').filter(([name]) => name !== Attributes.CUT))

    expect(typesOf(without(item, 'par', 'num', 'persistence_id', 'seq', 'writer_uuid', 'ts'))).toEqual(own)
    expect(typesOf(inner)).toEqual(documentedTypes(tableUnder('### Packed batch', 1)))
    expect(Object.keys(inner).sort()).toEqual(Object.values(PackedAttributes).sort())
  })

  test('lists the attributes of a snapshot', () => {
    const item = snapshotItem('journal', { persistenceId: 'orders-7', sequenceNr: 1, timestamp: 1 }, fullPayload)

    expect(typesOf(item)).toEqual(documentedTypes(tableUnder('## Snapshot table')))
  })

  test('lists the attributes of a compressed snapshot', () => {
    const plain = snapshotItem('journal', snapshot, fullPayload)
    const item = snapshotItem('journal', snapshot, fullPayload, { uncompressedSize: 64 })

    expect(typesOf(without(item, ...Object.keys(plain)))).toEqual(
      documentedTypes(tableUnder('### Compressed snapshots')),
    )
  })

  test('lists the attributes of a snapshot in parts, of the parts and of their record', () => {
    const section = '### Snapshots in parts'
    const compressed = snapshotItem('journal', snapshot, fullPayload, { uncompressedSize: 64 })
    const item = snapshotItem('journal', snapshot, fullPayload, { parts, uncompressedSize: 64 })

    expect(typesOf(without(item, ...Object.keys(compressed)))).toEqual(documentedTypes(tableUnder(section)))
    expect(typesOf(without(partItem('journal', set, 1, text('').bytes), 'par', 'seq'))).toEqual(
      documentedTypes(tableUnder(section, 2)),
    )
    expect(typesOf(without(partSetItem('journal', set), 'par', 'seq'))).toEqual(documentedTypes(tableUnder(section, 3)))
  })

  test('has the formulas of the keys of parts and records', () => {
    const fill = (formula: string): string =>
      formula
        .replace('{name}', 'journal')
        .replace('{id}', 'orders-7')
        .replace('{set}', '4711')
        .replace('{part}', '1')
        .replace('{seq}', '100')
    const keys = tableUnder('### Snapshots in parts', 1).map(([item, par = '', seq = '']) => [
      item,
      { par: { S: fill(par) }, seq: { N: fill(seq) } },
    ])

    expect(Object.fromEntries(keys)).toEqual({ part: partKeys('journal', set)[1], record: partSetKey('journal', set) })
  })

  test('shows a compressed snapshot as it is stored', () => {
    const bytes = new Uint8Array(deflateSync('a'.repeat(64)))

    expect(snapshotItem('journal', snapshot, { ...text(''), bytes }, { uncompressedSize: 64 })).toEqual(
      documented('compressed'),
    )
  })

  test('shows a snapshot in parts, a part and the record as they are stored', () => {
    expect(snapshotItem('journal', snapshot, text(''), { parts })).toEqual(documented('split'))
    expect(partItem('journal', set, 1, text('shipped').bytes)).toEqual(documented('part'))
    expect(partSetItem('journal', set)).toEqual(documented('record'))
  })

  test('has the formulas of the feed index', () => {
    const formula = tableUnder('### Attributes of an event').find(([name]) => name === Attributes.FEED)?.[2] ?? ''
    const item = inFeed({ journalName: 'journal', shards: 32 }, 'abc', {})

    expect(formula).toContain('{name}-{slice * feed shards div 1024}')
    // "abc".hashCode() is 96354 on a JVM.
    expect(item).toEqual({ feed: { S: `journal-${Math.floor(((96354 % 1024) * 32) / 1024)}` }, slice: { N: '98' } })
    expect(page).toContain(`\`${FEED_INDEX}\` (hash \`feed\`, range \`ts\`)`)
    expect(page).toContain('`tags`, `idx`, `cnt` and `n`')
    expect(feedIndexSchema('keys').Projection?.NonKeyAttributes).toEqual(['tags', 'idx', 'cnt', 'n'])
    expect(feedIndexSchema('keys').KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['feed', 'ts'])
  })

  test('gives a packed batch in the feed the tags of all its events', () => {
    const item = packedItem(
      config,
      [fullEvent, { ...fullEvent, sequenceNr: 102, tags: ['t', 'u'] }],
      [fullPayload, fullPayload],
    )

    expect(inFeed({ journalName: 'journal', shards: 32 }, 'orders-7', item)[Attributes.TAGS]).toEqual({
      SS: ['t', 'u'],
    })
  })

  test('shows an event as it is stored', () => {
    const item = eventItem(config, event(101, 1_767_225_600_000.001, ['shipped']), text('shipped'), {
      index: 2,
      lastIndex: 2,
    })

    expect(item).toEqual(documented('event'))
  })

  test('shows a packed batch as it is stored', () => {
    const events = [event(102, 1_767_225_600_000.002), event(103, 1_767_225_600_000.003, ['closed'])] as const

    expect(packedItem(config, events, [text('paid'), text('closed')])).toEqual(documented('packed'))
  })

  test('shows a snapshot as it is stored', () => {
    const payload = { serializerId: 1100, serializerManifest: '', bytes: new Uint8Array(Buffer.from('{"open":3}')) }
    const metadata = { persistenceId: 'orders-7', sequenceNr: 100, timestamp: 1_767_225_600_000 }

    expect(snapshotItem('journal', metadata, payload)).toEqual(documented('snapshot'))
  })

  test('names every stored attribute', () => {
    for (const name of Object.values(Attributes).filter((attribute) => attribute !== Attributes.LEGACY_PAYLOAD))
      expect(page).toContain(`\`${name}\``)
  })

  test('names the keys of the tables', () => {
    const keys = (schema: ReturnType<typeof journalTableDefinition>) =>
      schema.KeySchema?.map(({ AttributeName }) => AttributeName)

    expect(keys(journalTableDefinition())).toEqual(['par', 'num'])
    expect(page).toContain('Keys: `par` (S, hash), `num` (N, range).')
    expect(keys(snapshotTableSchema('x'))).toEqual(['par', 'seq'])
    expect(page).toContain('Keys: `par` (S, hash), `seq` (N, range).')
  })

  test('lists the attributes of an offset, and shows one', () => {
    const state = { epoch: 3, owner: '6f7e2bd5-5ac7-4d8c-9d2f-3a5ce66ef3c1', rev: 815 }
    const offset = { timestamp: 1_767_225_600_000.001, seen: { 'Order|7': 101 } }
    const long = { ...offset, seen: { ['x'.repeat(700)]: 1 } }
    const short = offsetItem('orders-by-day-0-511', { ...state, offset }, 1_767_225_600_000)
    const all = { ...short, ...offsetItem('orders-by-day-0-511', { ...state, offset: long }, 1_767_225_600_000) }

    expect(typesOf(all)).toEqual(documentedTypes(tableUnder('## Offset table')))
    expect(short).toEqual(documented('offset'))
  })
})
