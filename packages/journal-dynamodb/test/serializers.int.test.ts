import { create, isMessage } from '@bufbuild/protobuf'
import { jsonSerializer, type SerializerBinding, serialization, stringSerializer } from '@dynact/persistence'
import { avroSerializer } from '@dynact/serialization-avro'
import {
  createKeyTable,
  deleteKeyTable,
  dynamoDBKeyStore,
  encryptedSerializer,
  type ManagedKeyStore,
  Shredded,
} from '@dynact/serialization-encrypted'
import { protobufSerializer } from '@dynact/serialization-protobuf'
import { createSnapshotTable, deleteSnapshotTable, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { z } from 'zod'
import { depositedV2 } from '../../../tools/test-support/bank-messages.js'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { freshId, JournalFixture } from './journal-fixture.js'

type AnySerializer = SerializerBinding['use']

const fixture = new JournalFixture()
const [keyTable, snapshotTable] = [uniqueTableName('keys'), uniqueTableName('snapshot')]
const masterKey = new Uint8Array(32).fill(5)
const open: ManagedKeyStore[] = []

beforeAll(async () => {
  await fixture.create()
  await createKeyTable(fixture.client, { table: keyTable })
  await createSnapshotTable(fixture.client, { table: snapshotTable })
})
beforeEach(() => fixture.reset())
afterAll(async () => {
  await Promise.all(open.map((keys) => keys.close()))
  await deleteKeyTable(fixture.client, { table: keyTable })
  await deleteSnapshotTable(fixture.client, { table: snapshotTable })
  await fixture.remove()
})

/** A key store as another process would have it. */
const keyStore = (): ManagedKeyStore => {
  const keys = dynamoDBKeyStore({ client: fixture.client, transport: testTransport, table: keyTable, masterKey })
  open.push(keys)
  return keys
}

const deposited = {
  type: 'record',
  name: 'Deposited',
  fields: [
    { name: 'account', type: 'string' },
    { name: 'cents', type: 'long' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
}
const record = { account: 'DE01', cents: 500, at: new Date('2026-01-02T03:04:05.678Z') }
const checked = z.object({ account: z.string(), cents: z.int() })
const protobuf = () => protobufSerializer({ identifier: 1600, messages: [depositedV2] })
const avro = () => avroSerializer({ identifier: 1500, schemas: { Deposited: deposited } })
const message = create(depositedV2, { iban: 'DE01', cents: 500n, currency: 'CHF' } as never)
const encrypted = (inner: AnySerializer) => encryptedSerializer({ identifier: 1700, inner, keys: keyStore() })

const serializationWith = (use: AnySerializer) => serialization({ bindings: [{ when: () => true, use }] })
const write = (persistenceId: string, payloads: readonly unknown[], from = 1) => ({
  persistenceId,
  events: payloads.map((payload, index) => ({
    persistenceId,
    sequenceNr: from + index,
    payload,
    manifest: '',
    writerUuid: 'w',
    timestamp: 0,
    tags: [],
  })),
})

describe.each<[string, () => AnySerializer, unknown]>([
  ['JSON', () => jsonSerializer({ identifier: 1401 }), { account: 'DE01', cents: 500 }],
  [
    'JSON, checked by zod',
    () => jsonSerializer({ identifier: 1400, schema: checked }),
    { account: 'DE01', cents: 500 },
  ],
  ['strings', () => stringSerializer, 'DE01: 500'],
  ['Avro', avro, record],
  ['Protobuf', protobuf, message],
  ['encrypted JSON', () => encrypted(jsonSerializer()), { account: 'DE01', cents: 500 }],
  ['encrypted Avro', () => encrypted(avro()), record],
  ['encrypted Protobuf', () => encrypted(protobuf()), message],
])('%s on DynamoDB', (_, make, value) => {
  test('events are replayed as they were written, also by another process', async () => {
    const id = freshId()
    const serializer = make()
    await fixture
      .journal({ serialization: serializationWith(serializer) })
      .writeEvents(write(id, [value, value, value]))
    const item = await fixture.getItem(id, 2)
    expect(item).toMatchObject({ ev_ser_id: { N: String(serializer.identifier) } })
    expect(item?.['ev_ser_manifest']?.S ?? '').toBe(serializer.manifest(value))

    const seen: unknown[] = []
    const journal = fixture.journal({ serialization: serializationWith(make()) })
    for await (const { payload } of journal.replayEvents(id)) seen.push(payload)

    expect(seen).toEqual([value, value, value])
  })

  test('a snapshot is loaded as it was saved', async () => {
    const id = freshId()
    const store = () =>
      dynamoDBSnapshotStore({
        client: fixture.client,
        transport: testTransport,
        table: snapshotTable,
        serialization: serializationWith(make()),
      })
    const [writer, reader] = [store(), store()]
    await writer.saveSnapshot({ persistenceId: id, sequenceNr: 3, timestamp: 1 }, value)

    expect((await reader.loadSnapshot(id))?.snapshot).toEqual(value)
    await Promise.all([writer.close(), reader.close()])
  })
})

test('isMessage tells the messages of Protobuf from other values: a binding', () => {
  expect([message, record, 'x'].map((value) => isMessage(value))).toEqual([true, false, false])
})

describe('a forgotten id', () => {
  const using = (onShredded: 'marker' | 'skip' | 'fail', keys = keyStore()) => {
    const serializer = encryptedSerializer({ identifier: 1700, inner: jsonSerializer(), keys, onShredded })
    return {
      serializer,
      keys,
      journal: fixture.journal({ serialization: serializationWith(serializer), onGap: 'fail' }),
    }
  }
  const replay = async (journal: ReturnType<typeof fixture.journal>, id: string) => {
    const replayed = journal.replayEvents(id)
    const seen: unknown[] = []
    for await (const { payload } of replayed) seen.push(payload)
    return { seen, highest: await replayed.highestSequenceNr }
  }

  test('has its events shredded, skipped or refused, as one chooses; others keep theirs', async () => {
    const [id, other] = [freshId(), freshId()]
    const { serializer, journal } = using('marker')
    await journal.writeEvents(write(id, ['a', 'b']))
    await journal.writeEvents(write(other, ['c']))

    await serializer.forget(id)

    expect(await replay(journal, id)).toEqual({ seen: [new Shredded(id, 1), new Shredded(id, 2)], highest: 2 })
    expect(await replay(using('skip').journal, id)).toEqual({ seen: [], highest: 2 })
    await expect(replay(using('fail').journal, id)).rejects.toMatchObject({ code: 'SERIALIZATION', sequenceNr: 1 })
    for (const choice of ['marker', 'skip', 'fail'] as const)
      expect(await replay(using(choice).journal, other)).toEqual({ seen: ['c'], highest: 1 })
  })

  test('rejects further writes before anything is sent to the journal, until it is revived', async () => {
    const id = freshId()
    const keys = keyStore()
    const { serializer, journal } = using('skip', keys)
    await journal.writeEvents(write(id, ['a', 'b']))
    await serializer.forget(id)
    fixture.reset()

    await expect(journal.writeEvents(write(id, ['c'], 3))).rejects.toMatchObject({ code: 'WRITE_REJECTED' })
    expect(fixture.observed.requests.filter(({ operation }) => operation !== 'GetItem')).toEqual([])

    await keys.revive(id)
    await journal.writeEvents(write(id, ['c'], 3))
    expect(await replay(journal, id)).toEqual({ seen: ['c'], highest: 3 })
  })

  test('has its snapshot shredded, or as good as not there', async () => {
    const id = freshId()
    const { serializer, keys } = using('marker')
    const storeWith = (own: typeof serializer) =>
      dynamoDBSnapshotStore({
        client: fixture.client,
        transport: testTransport,
        table: snapshotTable,
        serialization: serializationWith(own),
      })
    const [marking, skipping] = [storeWith(serializer), storeWith(using('skip', keys).serializer)]
    await marking.saveSnapshot({ persistenceId: id, sequenceNr: 3, timestamp: 1 }, { name: 'Ada' })
    await serializer.forget(id)

    expect((await marking.loadSnapshot(id))?.snapshot).toEqual(new Shredded(id, 3))
    expect(await skipping.loadSnapshot(id)).toBeUndefined()
    await marking.close()
    await skipping.close()
  })
})

test('items of two events that were swapped in the table are refused', async () => {
  const id = freshId()
  const journal = fixture.journal({ serialization: serializationWith(encrypted(jsonSerializer())) })
  await journal.writeEvents(write(id, ['a']))
  await journal.writeEvents(write(id, ['b'], 2))
  const [one, two] = [await fixture.getItem(id, 1), await fixture.getItem(id, 2)]
  if (one?.['event'] === undefined || two?.['event'] === undefined) throw new Error('not stored')
  await fixture.putItem({ ...one, event: two['event'] })

  const reading = (async () => {
    for await (const _ of journal.replayEvents(id));
  })()

  await expect(reading).rejects.toMatchObject({ code: 'SERIALIZATION', persistenceId: id, sequenceNr: 1 })
})
