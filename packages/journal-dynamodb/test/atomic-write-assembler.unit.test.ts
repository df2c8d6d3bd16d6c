import type { StoredEvent } from '@dynact/dynamodb'
import { AtomicWriteAssembler, follows, type LeftOut } from '../src/replay/atomic-write-assembler.js'

const event = (sequenceNr: number, writerUuid: string, index = 0, lastIndex = 0): StoredEvent => ({
  sequenceNr,
  writerUuid,
  index,
  lastIndex,
  payload: { serializerId: 4, serializerManifest: '', bytes: new Uint8Array(0) },
  manifest: '',
  timestamp: 0,
  tags: [],
  deleted: false,
  isPacked: false,
})

/** Events as `a0/2 b1/2 c`: writer, place and last place; `-` leaves a number out. */
const parse = (items: string, from: number): StoredEvent[] =>
  items.split(' ').flatMap((item, offset) => {
    const [, writer = '', index = '0', lastIndex = '0'] = /^([a-z])(?:(\d+)\/(\d+))?$/.exec(item) ?? []
    return writer === '' ? [] : [event(from + offset, writer, Number(index), Number(lastIndex))]
  })

/** Assembles events, and tells the assembler of gaps as a replay does. */
const assemble = (items: string, from = 1, headIsPresent = false) => {
  const leftOut: LeftOut[] = []
  const assembler = new AtomicWriteAssembler((what) => leftOut.push(what))
  const visible: number[] = []
  let expected = from
  for (const stored of parse(items, from)) {
    if (stored.sequenceNr > expected) assembler.leaveOutHeld()
    const present = headIsPresent && stored.sequenceNr === from
    for (const shown of assembler.push(stored, present)) visible.push(shown.sequenceNr)
    expected = stored.sequenceNr + 1
  }
  assembler.leaveOutHeld()
  return { visible, leftOut: leftOut.map(({ fromSequenceNr, toSequenceNr }) => `${fromSequenceNr}-${toSequenceNr}`) }
}

describe('whole atomic writes', () => {
  test.each<[string, number[]]>([
    ['a', [1]],
    ['a b c', [1, 2, 3]],
    ['a0/1 a1/1', [1, 2]],
    ['a a0/2 a1/2 a2/2 a', [1, 2, 3, 4, 5]],
    ['a0/1 a1/1 a0/1 a1/1', [1, 2, 3, 4]],
    ['a0/1 a1/1 b0/1 b1/1', [1, 2, 3, 4]],
    ['a - b', [1, 3]],
  ])('%s is visible whole', (items, visible) => {
    expect(assemble(items)).toEqual({ visible, leftOut: [] })
  })

  test('appear when their last event does, and not before', () => {
    const assembler = new AtomicWriteAssembler(() => undefined)
    const shown = parse('a0/2 a1/2 a2/2 a', 1).map((stored) =>
      assembler.push(stored, false).map(({ sequenceNr }) => sequenceNr),
    )

    expect(shown).toEqual([[], [], [1, 2, 3], [4]])
  })
})

describe('incomplete atomic writes', () => {
  test.each<[string, string, number[], string[]]>([
    ['the end is missing', 'a0/2 a1/2', [], ['1-2']],
    ['the end is missing, and another write follows', 'a0/2 a1/2 b', [3], ['1-2']],
    ['the end is missing, and a gap follows', 'a0/2 a1/2 - b', [4], ['1-2']],
    ['the middle is missing', 'a0/2 - a2/2 b', [4], ['1-1', '3-3']],
    ['the beginning is missing', 'a - a1/2 a2/2 b', [1, 5], ['3-3', '4-4']],
    ['two writers add up to a whole', 'a0/1 b1/1 c', [3], ['1-1', '2-2']],
    ['another size', 'a0/1 a1/2 a2/2', [], ['1-1', '2-2', '3-3']],
    ['places out of order', 'a0/2 a2/2 a1/2', [], ['1-1', '2-2', '3-3']],
    ['the same place twice', 'a0/1 a0/1 a1/1', [2, 3], ['1-1']],
    ['a whole one follows and ends where it would have ended', 'a0/3 a1/3 b0/1 b1/1', [3, 4], ['1-2']],
    ['a stray behind a whole one', 'a0/1 a1/1 b3/4', [1, 2], ['3-3']],
    ['the contiguous rest of a batch over a gap in its numbers', 'a0/2 - a1/2 a2/2', [], ['1-1', '3-3', '4-4']],
  ])('%s: %s', (_, items, visible, leftOut) => {
    expect(assemble(items)).toEqual({ visible, leftOut })
  })
})

describe('a replay that starts inside an atomic write', () => {
  test('whose head is stored gets its rest', () => {
    expect(assemble('a1/2 a2/2 b', 8, true)).toEqual({ visible: [8, 9, 10], leftOut: [] })
  })

  test('whose head is not stored gets nothing of it', () => {
    expect(assemble('a1/2 a2/2 b', 8, false)).toEqual({ visible: [10], leftOut: ['8-8', '9-9'] })
  })

  test('whose end is missing gets nothing of it, even where the head is stored', () => {
    expect(assemble('a1/3 a2/3 b', 8, true)).toEqual({ visible: [10], leftOut: ['8-9'] })
  })

  test('that ends at its first event gets that', () => {
    expect(assemble('a2/2', 8, true)).toEqual({ visible: [8], leftOut: [] })
  })
})

describe('whether the head has to be looked for', () => {
  test('only for an event that neither begins a write nor goes on with the one before', () => {
    const assembler = new AtomicWriteAssembler(() => undefined)
    assembler.push(event(1, 'a', 0, 2), false)

    expect(assembler.lacksHead(event(2, 'a', 1, 2))).toBe(false)
    expect(assembler.lacksHead(event(2, 'b', 0, 2))).toBe(false)
    expect(assembler.lacksHead(event(2, 'b'))).toBe(false)
    expect(assembler.lacksHead(event(2, 'b', 1, 2))).toBe(true)
    expect(assembler.lacksHead(event(3, 'a', 1, 2))).toBe(true)
  })
})

describe('what is left out', () => {
  test('is told once, also when it is asked for again', () => {
    const leftOut: LeftOut[] = []
    const assembler = new AtomicWriteAssembler((what) => leftOut.push(what))
    assembler.push(event(1, 'a', 0, 2), false)

    assembler.leaveOutHeld()
    assembler.leaveOutHeld()

    expect(leftOut).toMatchObject([{ fromSequenceNr: 1, toSequenceNr: 1, firstSequenceNr: 1, lastSequenceNr: 3 }])
  })
})

test.each<[string, StoredEvent, boolean]>([
  ['the next place', event(5, 'a', 2, 3), true],
  ['another number', event(6, 'a', 2, 3), false],
  ['the same number', event(4, 'a', 2, 3), false],
  ['another place', event(5, 'a', 3, 3), false],
  ['another size', event(5, 'a', 2, 4), false],
  ['another writer', event(5, 'b', 2, 3), false],
])('two events are neighbours in one atomic write: %s', (_, later, isNeighbour) => {
  expect(follows(event(4, 'a', 1, 3), later)).toBe(isNeighbour)
})
