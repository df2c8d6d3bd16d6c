import {
  jsonSerializer,
  LEFT_OUT,
  type SerializationContext,
  type Serializer,
  serialization,
} from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'

const id = 'orders-7'
const json = jsonSerializer()

/** JSON that leaves out what is `'secret'`, and notes for what it was asked. */
const leavingOut = (contexts: (SerializationContext | undefined)[] = []) => {
  const serializer: Serializer = {
    ...json,
    identifier: 1200,
    toBinary: (value, context) => {
      contexts.push(context)
      return json.toBinary(value)
    },
    fromBinary: async (bytes, manifest, context) => {
      contexts.push(context)
      const value = await json.fromBinary(bytes, manifest)
      return value === 'secret' ? LEFT_OUT : value
    },
  }
  return serialization({ bindings: [{ when: () => true, use: serializer }] })
}

test('the in-memory journal does not replay an event that is left out; its number counts', async () => {
  const contexts: (SerializationContext | undefined)[] = []
  const journal = inMemoryJournal({ serialization: leavingOut(contexts) })
  const payloads = ['a', 'secret', 'b', 'secret']
  const events = payloads.map((payload, index) => ({
    persistenceId: id,
    sequenceNr: index + 1,
    payload,
    manifest: '',
    writerUuid: 'w',
    timestamp: 0,
    tags: [],
  }))
  await journal.writeEvents({ persistenceId: id, events })

  const replay = journal.replayEvents(id)
  const seen: unknown[] = []
  for await (const { sequenceNr, payload } of replay) seen.push([sequenceNr, payload])

  expect(seen).toEqual([
    [1, 'a'],
    [3, 'b'],
  ])
  expect(await replay.highestSequenceNr).toBe(4)
  expect(contexts[0]).toEqual({ persistenceId: id, sequenceNr: 1, kind: 'event' })
  expect(contexts.at(-1)).toEqual({ persistenceId: id, sequenceNr: 4, kind: 'event' })
})

test('the in-memory snapshot store takes a snapshot that is left out for one that is not there', async () => {
  const contexts: (SerializationContext | undefined)[] = []
  const store = inMemorySnapshotStore({ serialization: leavingOut(contexts) })
  await store.saveSnapshot({ persistenceId: id, sequenceNr: 1, timestamp: 1 }, 'secret')

  expect(await store.loadSnapshot(id)).toBeUndefined()
  for (const context of contexts) expect(context).toMatchObject({ persistenceId: id, sequenceNr: 1, kind: 'snapshot' })
  expect(contexts).toHaveLength(2)
})
