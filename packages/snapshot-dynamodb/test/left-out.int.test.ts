// A serializer may leave a snapshot out: it counts as not there.
import {
  LEFT_OUT,
  type SerializationContext,
  type Serializer,
  serialization,
  stringSerializer,
} from '@dynact/persistence'
import { inMemorySnapshotStore } from '@dynact/testkit'
import { freshId, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())

/** Text, of which it gives back only what is not secret. */
class Forgetful implements Serializer<string> {
  readonly identifier = 4712
  readonly contexts: (SerializationContext | undefined)[] = []
  manifest(): string {
    return ''
  }
  toBinary(value: string, context?: SerializationContext): Uint8Array {
    this.contexts.push(context)
    return Buffer.from(value)
  }
  fromBinary(bytes: Uint8Array, _: string, context?: SerializationContext): string {
    this.contexts.push(context)
    const value = Buffer.from(bytes).toString()
    return value.startsWith('secret') ? (LEFT_OUT as unknown as string) : value
  }
}

const forgetful = () => {
  const serializer = new Forgetful()
  const bindings = [{ when: (value: unknown) => typeof value === 'string', use: serializer }]
  return { serializer, serialization: serialization({ bindings, serializers: [stringSerializer] }) }
}

describe.each([
  ['on DynamoDB', (options: ReturnType<typeof forgetful>) => fixture.store({ serialization: options.serialization })],
  ['in memory', (options: ReturnType<typeof forgetful>) => inMemorySnapshotStore(options)],
])('%s', (_, makeStore) => {
  test('the newest that is not left out is loaded; none, if all are', async () => {
    const store = makeStore(forgetful())
    const [persistenceId, forgotten] = [freshId(), freshId()]
    await store.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 10 }, 'known')
    await store.saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 20 }, 'secret')
    await store.saveSnapshot({ persistenceId, sequenceNr: 3, timestamp: 30 }, 'secret, too')
    await store.saveSnapshot({ persistenceId: forgotten, sequenceNr: 1, timestamp: 10 }, 'secret')

    expect(await store.loadSnapshot(persistenceId)).toMatchObject({ metadata: { sequenceNr: 1 }, snapshot: 'known' })
    expect(await store.loadSnapshot(forgotten)).toBeUndefined()
  })

  test('the serializer is told that it is a snapshot, and which', async () => {
    const options = forgetful()
    const store = makeStore(options)
    const metadata = { persistenceId: freshId(), sequenceNr: 7, timestamp: 10 }

    await store.saveSnapshot(metadata, 'known')
    await store.loadSnapshot(metadata.persistenceId)

    const { persistenceId, sequenceNr } = metadata
    const context = expect.objectContaining({ persistenceId, sequenceNr, kind: 'snapshot' })
    expect(options.serializer.contexts).toEqual([context, context])
  })
})
