import type { StoredEvent } from '@dynact/dynamodb'
import fc from 'fast-check'
import { AtomicWriteAssembler, type LeftOut } from '../src/replay/atomic-write-assembler.js'

/**
 * The reference: an event is visible if every place of its atomic write is stored, each by the same writer, with the same size,
 * at the number that the place stands for.
 */
const visibleIn = (events: readonly StoredEvent[]): number[] => {
  const stored = new Map(events.map((event) => [event.sequenceNr, event]))
  const isWhole = ({ sequenceNr, index, lastIndex, writerUuid }: StoredEvent): boolean =>
    Array.from({ length: lastIndex + 1 }, (_, place) => stored.get(sequenceNr - index + place)).every(
      (other, place) => other?.index === place && other.lastIndex === lastIndex && other.writerUuid === writerUuid,
    )
  return events.filter(isWhole).map(({ sequenceNr }) => sequenceNr)
}

const writes = fc.record({
  writerUuid: fc.constantFrom('a', 'b', 'c'),
  size: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, { weight: 5, arbitrary: fc.integer({ min: 2, max: 6 }) }),
  /** A write starts up to this far before the end of the one before: two writers at the same numbers. */
  overlap: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) }),
  gap: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }),
  /** Places that a crash has kept from being stored. */
  lost: fc.oneof(
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.nat({ max: 5 }), { maxLength: 2 }) },
  ),
})

/** Histories as several writers, crashes and fences leave them: the first to store a number keeps it. */
const histories: fc.Arbitrary<StoredEvent[]> = fc.array(writes, { maxLength: 12 }).map((all) => {
  const stored = new Map<number, StoredEvent>()
  let next = 1
  for (const { writerUuid, size, overlap, gap, lost } of all) {
    const first = Math.max(1, next - overlap + gap)
    for (let index = 0; index < size; index++) {
      const sequenceNr = first + index
      if (lost.includes(index) || stored.has(sequenceNr)) continue
      stored.set(sequenceNr, {
        sequenceNr,
        writerUuid,
        index,
        lastIndex: size - 1,
        payload: { serializerId: 4, serializerManifest: '', bytes: new Uint8Array(0) },
        manifest: '',
        timestamp: 0,
        tags: [],
        deleted: false,
        isPacked: false,
      })
    }
    next = first + size
  }
  return [...stored.values()].sort((one, other) => one.sequenceNr - other.sequenceNr)
})

const assemble = (events: readonly StoredEvent[], headIsPresent: (event: StoredEvent) => boolean = () => false) => {
  const leftOut: LeftOut[] = []
  const assembler = new AtomicWriteAssembler((what) => leftOut.push(what))
  const visible: number[] = []
  let expected = events[0]?.sequenceNr ?? 1
  for (const event of events) {
    if (event.sequenceNr > expected) assembler.leaveOutHeld()
    for (const { sequenceNr } of assembler.push(event, headIsPresent(event))) visible.push(sequenceNr)
    expected = event.sequenceNr + 1
  }
  assembler.leaveOutHeld()
  return { visible, leftOut }
}

test('whole atomic writes are visible, in order, and nothing else is', () => {
  fc.assert(
    fc.property(histories, (events) => {
      expect(assemble(events).visible).toEqual(visibleIn(events))
    }),
    { numRuns: 2_000 },
  )
})

test('every event is either visible or told as left out, once', () => {
  fc.assert(
    fc.property(histories, (events) => {
      const { visible, leftOut } = assemble(events)
      const told = leftOut.flatMap(({ fromSequenceNr, toSequenceNr }) =>
        Array.from({ length: toSequenceNr - fromSequenceNr + 1 }, (_, offset) => fromSequenceNr + offset),
      )

      expect([...visible, ...told].sort((a, b) => a - b)).toEqual(events.map(({ sequenceNr }) => sequenceNr))
    }),
    { numRuns: 1_000 },
  )
})

test('a replay from any number on shows what the whole one shows from there on, given what the head of a cut write says', () => {
  fc.assert(
    fc.property(histories, fc.nat({ max: 40 }), (events, from) => {
      const rest = events.filter(({ sequenceNr }) => sequenceNr >= from)
      const stored = new Map(events.map((event) => [event.sequenceNr, event]))
      const headIsStored = ({ sequenceNr, index, lastIndex, writerUuid }: StoredEvent) =>
        sequenceNr === rest[0]?.sequenceNr &&
        Array.from({ length: index }, (_, place) => stored.get(sequenceNr - index + place)).every(
          (other, place) => other?.index === place && other.lastIndex === lastIndex && other.writerUuid === writerUuid,
        )

      expect(assemble(rest, headIsStored).visible).toEqual(visibleIn(events).filter((sequenceNr) => sequenceNr >= from))
    }),
    { numRuns: 2_000 },
  )
})
