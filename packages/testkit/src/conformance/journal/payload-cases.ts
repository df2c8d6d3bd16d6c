import { deepStrictEqual, notStrictEqual, strictEqual } from 'node:assert/strict'
import { SAME_OR_REJECTED, UNCHANGED } from '../payloads.js'
import { persistenceRejection, REJECTED } from '../rejection.js'
import { type JournalCase, needs, needsBatchOf, needsLimit } from './journal-case.js'

/** What becomes of payloads. */
export const payloadCases: readonly JournalCase[] = [
  ...UNCHANGED.map(
    ([what, payload]): JournalCase => ({
      name: `a payload comes back as it is: ${what}`,
      run: async (tester) => {
        const id = tester.freshId()
        await tester.writeAll([tester.event(id, 1, { payload })])
        const { events } = await tester.read(id)
        deepStrictEqual(
          events.map((event) => event.payload),
          [payload],
        )
      },
    }),
  ),
  ...SAME_OR_REJECTED.map(
    ([what, payload]): JournalCase => ({
      name: `a payload comes back as it is, or is rejected, but is never changed: ${what}`,
      skip: needs('serializes'),
      run: async (tester) => {
        const id = tester.freshId()
        const isStored = await tester.writeAll([tester.event(id, 1, { payload })]).then(
          () => true,
          (error) => {
            strictEqual(error.code, 'WRITE_REJECTED', `the error is: ${error}`)
            return false
          },
        )
        const { events } = await tester.read(id)
        deepStrictEqual(
          events.map((event) => event.payload),
          isStored ? [payload] : [],
        )
      },
    }),
  ),
  {
    name: 'a batch of payloads of all kinds comes back as it is',
    skip: needsBatchOf(UNCHANGED.length),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeAll(UNCHANGED.map(([, payload], index) => tester.event(id, index + 1, { payload })))
      const { events } = await tester.read(id)
      deepStrictEqual(
        events.map(({ payload }) => payload),
        UNCHANGED.map(([, payload]) => payload),
      )
    },
  },
  {
    name: 'a large payload comes back byte for byte',
    run: async (tester) => {
      const id = tester.freshId()
      const size = Math.min(150_000, Math.floor(tester.capabilities.maxPayloadBytes / 2))
      const payload = Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) % 256)
      await tester.writeAll([tester.event(id, 1, { payload })])
      const { events } = await tester.read(id)
      deepStrictEqual(events[0]?.payload, payload)
    },
  },
  {
    name: 'a payload over the limit is rejected, and its number is free again',
    skip: needsLimit('maxPayloadBytes'),
    run: async (tester) => {
      const id = tester.freshId()
      const payload = new Uint8Array(tester.capabilities.maxPayloadBytes + 1)
      const error = await persistenceRejection('a payload over the limit', REJECTED, () =>
        tester.writeAll([tester.event(id, 1, { payload })]),
      )
      deepStrictEqual([error.persistenceId, error.sequenceNr], [id, 1])
      await tester.write(id, 1)
      await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
    },
  },
  {
    name: 'a payload that will not serialize is rejected with the reason, and its number is free again',
    skip: needs('serializes'),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 1)
      const payload = tester.unserializable
      const error = await persistenceRejection('a payload that will not serialize', ['WRITE_REJECTED'], () =>
        tester.writeAll([tester.event(id, 2, { payload })]),
      )
      deepStrictEqual([error.persistenceId, error.sequenceNr], [id, 2])
      strictEqual((error.cause as { code?: unknown } | undefined)?.code, 'SERIALIZATION', 'the code of the cause')
      await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
      await tester.write(id, 2)
      await tester.expectReplay(id, { sequenceNrs: [1, 2], highest: 2 })
    },
  },
  ...[0, 2, 4].map(
    (bad): JournalCase => ({
      name: `of a batch of 5 none is stored when event ${bad + 1} will not serialize, and their numbers are free again`,
      skip: (capabilities) => needs('serializes')(capabilities) ?? needsBatchOf(5)(capabilities),
      run: async (tester) => {
        const id = tester.freshId()
        await tester.write(id, 1)
        const events = tester.events(id, 2, 6)
        const broken = events.map((event, index) =>
          index === bad ? { ...event, payload: tester.unserializable } : event,
        )
        const error = await persistenceRejection('the batch', ['WRITE_REJECTED'], () => tester.writeAll(broken))
        strictEqual(error.sequenceNr, bad + 2)
        await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
        strictEqual(await tester.journal.readHighestSequenceNr(id), 1)
        await tester.writeAll(events)
        await tester.expectReplay(id, { sequenceNrs: [1, 2, 3, 4, 5, 6], highest: 6 })
      },
    }),
  ),
  {
    name: 'what a caller does to a payload after the call does not change what is stored',
    skip: needs('serializes'),
    run: async (tester) => {
      const id = tester.freshId()
      const payload = { list: [1] }
      const bytes = new Uint8Array([1, 2, 3])
      const tags = ['red']
      const first = tester.writeAll([tester.event(id, 1, { payload, tags })])
      payload.list.push(2)
      await first
      await tester.writeAll([tester.event(id, 2, { payload: bytes })])
      bytes.fill(9)
      tags.push('blue')
      const { events } = await tester.read(id)
      deepStrictEqual(
        events.map((event) => [event.payload, [...event.tags]]),
        [
          [{ list: [1] }, ['red']],
          [new Uint8Array([1, 2, 3]), []],
        ],
      )
    },
  },
  {
    name: 'what a reader does to a payload does not change what is stored',
    skip: needs('serializes'),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeAll([tester.event(id, 1, { payload: { list: [1] } })])
      await tester.writeAll([tester.event(id, 2, { payload: new Uint8Array([1, 2, 3]) })])
      const [object, bytes] = (await tester.read(id)).events.map(({ payload }) => payload)
      ;(object as { list: number[] }).list.push(2)
      ;(bytes as Uint8Array).fill(9)
      const { events } = await tester.read(id)
      notStrictEqual(events[0]?.payload, object)
      deepStrictEqual(
        events.map(({ payload }) => payload),
        [{ list: [1] }, new Uint8Array([1, 2, 3])],
      )
    },
  },
]
