import { jsonSerializer, LEFT_OUT, type Serializer, serialization, WriteRejectedError } from '@dynact/persistence'
import { freshId, JournalFixture, span } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
beforeEach(() => fixture.reset())
afterAll(() => fixture.remove())

const json = jsonSerializer()

/** JSON, asynchronously, later values sooner than earlier ones; counts how much of it is under way. */
class SlowJson implements Serializer {
  readonly identifier = 1200
  /** What it can't write. */
  poison: unknown
  mostAtOnce = 0
  #atOnce = 0

  manifest(): string {
    return ''
  }

  toBinary(value: unknown): Promise<Uint8Array> {
    return this.#slowly(value, () => {
      if (value === this.poison) throw new Error('poison')
      return json.toBinary(value)
    })
  }

  fromBinary(bytes: Uint8Array): Promise<unknown> {
    return this.#slowly(bytes.at(-1), () => json.fromBinary(bytes, ''))
  }

  async #slowly<T>(seed: unknown, work: () => T | Promise<T>): Promise<T> {
    this.#atOnce++
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce)
    for (let turns = 10 - (Number(seed) % 10 || 0); turns > 0; turns--) await new Promise(setImmediate)
    this.#atOnce--
    return work()
  }
}

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

test('an asynchronous serializer keeps the order, and is used by 16 events at once at most', async () => {
  const slow = new SlowJson()
  const journal = fixture.journal({ serialization: serialization({ fallback: slow }) })
  const id = freshId()
  await journal.writeEvents(write(id, span(1, 250)))
  expect(slow.mostAtOnce).toBe(16)

  slow.mostAtOnce = 0
  const seen: unknown[] = []
  for await (const { payload } of journal.replayEvents(id)) seen.push(payload)

  expect(seen).toEqual(span(1, 250))
  expect(slow.mostAtOnce).toBe(16)
})

test('a rejected promise rejects the write before anything is sent', async () => {
  const slow = new SlowJson()
  slow.poison = 37
  const journal = fixture.journal({ serialization: serialization({ fallback: slow }) })
  const id = freshId()

  const failure = await journal.writeEvents(write(id, span(1, 40))).catch((error: unknown) => error)

  expect(failure).toBeInstanceOf(WriteRejectedError)
  expect(failure).toMatchObject({ sequenceNr: 37, cause: { code: 'SERIALIZATION', serializerId: 1200 } })
  expect(fixture.observed.requests).toEqual([])
})

test('an event that its serializer leaves out is not replayed; its batch, its number and the limits count as ever', async () => {
  const leavingOut: Serializer = {
    ...json,
    identifier: 1201,
    fromBinary: async (bytes, manifest) => {
      const value = await json.fromBinary(bytes, manifest)
      return value === 'secret' ? LEFT_OUT : value
    },
  }
  const used = serialization({ bindings: [{ when: () => true, use: leavingOut }] })
  const journal = fixture.journal({ serialization: used, onGap: 'fail' })
  const id = freshId()
  await journal.writeEvents(write(id, ['a', 'secret', 'b']))
  await journal.writeEvents(write(id, ['secret'], 4))

  const read = async (max?: number) => {
    const replay = journal.replayEvents(id, { max })
    const seen: unknown[] = []
    for await (const { sequenceNr, payload } of replay) seen.push([sequenceNr, payload])
    return { seen, highest: await replay.highestSequenceNr }
  }
  const both = [
    [1, 'a'],
    [3, 'b'],
  ]

  expect(await read()).toEqual({ seen: both, highest: 4 })
  expect(await read(3)).toEqual({ seen: both, highest: 4 })
  expect(await read(2)).toEqual({ seen: [], highest: 4 })
})
