import { create } from '@bufbuild/protobuf'
import {
  configurePersistence,
  jsonSerializer,
  persistenceEngine,
  RecoveryError,
  SerializationError,
  type SerializationOptions,
  type SerializerBinding,
  serialization,
  spawnPersistent,
} from '@dynact/persistence'
import { avroSerializer } from '@dynact/serialization-avro'
import { encryptedSerializer, inMemoryKeyStore, Shredded } from '@dynact/serialization-encrypted'
import { protobufSerializer } from '@dynact/serialization-protobuf'
import { dispatch, query, type Ref, start, stop } from 'nact'
import { depositedV1 } from '../../../tools/test-support/bank-messages.js'
import { freshId, JournalFixture } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())

type Message = { persist: unknown } | { read: Ref<unknown[]> } | { cents: number } | string

const avro = avroSerializer({
  identifier: 1500,
  schemas: { Deposited: { type: 'record', name: 'Deposited', fields: [{ name: 'cents', type: 'long' }] } },
})
const protobuf = protobufSerializer({ identifier: 1600, messages: [depositedV1] })
const encrypted = encryptedSerializer({ identifier: 1700, inner: jsonSerializer(), keys: inMemoryKeyStore() })
const always = (use: SerializerBinding['use']): SerializationOptions => ({
  bindings: [{ when: () => true, use }],
})

/** Lets an actor of the id live once: it recovers, persists, and tells all events that it has seen. */
const live = async (id: string, options: SerializationOptions, ...events: unknown[]): Promise<unknown[]> => {
  const journal = fixture.journal({ serialization: serialization(options) })
  const system = start(configurePersistence(persistenceEngine({ journal })))
  const actor = spawnPersistent(
    system,
    async (seen: unknown[], message: Message, ctx) => {
      if (ctx.recovering) return [...seen, message]
      if (typeof message === 'object' && 'read' in message) {
        dispatch(message.read, seen)
        return seen
      }
      const { persist: event } = message as { persist: unknown }
      await ctx.persist(event as Message)
      return [...seen, event]
    },
    id,
    undefined,
    { initialState: [] as unknown[] },
  )
  for (const event of events) dispatch(actor, { persist: event })
  const seen = await query(actor, (read: Ref<unknown[]>): Message => ({ read }), 20_000)
  stop(actor)
  stop(system)
  return seen
}

test('an actor recovers what five serializers have written over time', async () => {
  const id = freshId('mixed')
  const message = create(depositedV1, { account: 'DE01', cents: 4 } as never)
  await live(id, {}, { cents: 1 })
  await live(id, {}, 'two')
  await live(id, { ...always(avro) }, { cents: 3 })
  await live(id, { ...always(protobuf), serializers: [avro] }, message)
  const today: SerializationOptions = { ...always(encrypted), serializers: [avro, protobuf] }

  const written = await live(id, today, { cents: 5 }, 'six')

  const expected = [{ cents: 1 }, 'two', { cents: 3 }, message, { cents: 5 }, 'six']
  expect(written).toEqual(expected)
  expect(await live(id, today)).toEqual(expected)
  const ids = await Promise.all(
    expected.map(async (_, index) => (await fixture.getItem(id, index + 1))?.['ev_ser_id']?.N),
  )
  expect(ids).toEqual(['1100', '20', '1500', '1600', '1700', '1700'])
})

test('an actor of a forgotten id recovers from nothing or from markers, and goes on behind its last number', async () => {
  const id = freshId('mixed')
  const keys = inMemoryKeyStore()
  const reading = (onShredded: 'marker' | 'skip') =>
    always(encryptedSerializer({ identifier: 1700, inner: jsonSerializer(), keys, onShredded }))
  await live(id, reading('skip'), 'one', 'two')
  await keys.forget(id)

  expect(await live(id, reading('skip'))).toEqual([])
  expect(await live(id, reading('marker'))).toEqual([new Shredded(id, 1), new Shredded(id, 2)])

  await keys.revive(id)
  await live(id, reading('skip'), 'three')
  expect(await live(id, reading('marker'))).toEqual([new Shredded(id, 1), new Shredded(id, 2), 'three'])
  expect(await fixture.getItem(id, 3)).toBeDefined()
})

test('an event of a serializer that is no longer registered names all that is needed to register it', async () => {
  const id = freshId('mixed')
  await live(id, { ...always(avro) }, { cents: 1 })
  const journal = fixture.journal()
  const reading = (async () => {
    for await (const _ of journal.replayEvents(id));
  })()

  const failure = await reading.catch((error: unknown) => error)

  expect(failure).toBeInstanceOf(SerializationError)
  expect(failure).not.toBeInstanceOf(RecoveryError)
  expect(failure).toMatchObject({
    persistenceId: id,
    sequenceNr: 1,
    serializerId: 1500,
    serializerManifest: avro.manifest({ cents: 1 }),
  })
  expect(String(failure)).toMatch(/identifier 1500 in serialization\(\{ serializers/)
})
