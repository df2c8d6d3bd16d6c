import { ReadAhead } from '../src/replay/read-ahead.js'

const MIB = 1024 * 1024

/** The widths after so many hundreds, each whole and with so many bytes. */
const widths = (count: number, bytes: number, limits: { replayParallelism: number; readAhead: number }): number[] => {
  const readAhead = new ReadAhead(limits, 1)
  return Array.from({ length: count }, () => {
    readAhead.hasRead(100, bytes)
    return readAhead.width
  })
}

test('begins as wide as it is told to', () => {
  expect(new ReadAhead({ replayParallelism: 4, readAhead: MIB }, 2).width).toBe(2)
})

test('grows to half of what has been read, from `replayParallelism` to twice that', () => {
  const seen = widths(100, 20_000, { replayParallelism: 4, readAhead: 8 * MIB })

  expect([seen[0], seen[7], seen[9], seen[39], seen[63], seen[99]]).toEqual([4, 4, 5, 8, 8, 8])
})

test('is never wider than 64', () => {
  expect(widths(200, 1, { replayParallelism: 64, readAhead: 8 * MIB }).at(-1)).toBe(64)
})

test('holds no more than so many bytes, of each hundred a page at most, and at least one hundred', () => {
  const limits = { replayParallelism: 4, readAhead: 2 * MIB }

  expect(widths(100, 0.4 * MIB, limits).at(-1)).toBe(5)
  expect(widths(100, MIB, limits).at(-1)).toBe(2)
  expect(widths(100, 40 * MIB, limits).at(-1)).toBe(2)
  expect(widths(100, MIB, { ...limits, readAhead: 1 }).at(-1)).toBe(1)
})

test('expects the end after a hundred that is not whole', () => {
  const readAhead = new ReadAhead({ replayParallelism: 4, readAhead: MIB }, 1)
  readAhead.hasRead(100, 1)
  readAhead.hasRead(99, 1)

  expect(readAhead.width).toBe(1)
})
