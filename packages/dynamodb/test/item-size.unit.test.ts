import { itemSize, MAX_ITEM_BYTES } from '@dynact/dynamodb'

const sizeOf = (value: Parameters<typeof itemSize>[0][string]) => itemSize({ v: value }) - 'v'.length

test('the largest item has 400 KiB', () => {
  expect(MAX_ITEM_BYTES).toBe(409_600)
})

describe('names and text count in bytes of UTF-8', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['ü', 2],
    ['😀', 4],
  ])('%j takes %d', (text, size) => {
    expect(sizeOf({ S: text })).toBe(size)
    expect(itemSize({ [text]: { BOOL: true } })).toBe(size + 1)
    expect(sizeOf({ SS: [text, 'x'] })).toBe(size + 1)
  })
})

describe('numbers count by their digits', () => {
  // What DynamoDB Local counts: an item-size.int test keeps it so.
  test.each([
    ['0', 1],
    ['0.00', 1],
    ['1', 2],
    ['12', 2],
    ['100', 2],
    ['120', 3],
    ['1200', 2],
    ['12000', 3],
    ['123', 3],
    ['-1', 3],
    ['-100', 3],
    ['1.5', 3],
    ['10.5', 3],
    ['0.5', 2],
    ['0.005', 2],
    ['0.123', 3],
    ['-1.5', 4],
    ['1e50', 2],
    ['1e51', 2],
    ['1.5E-20', 3],
    ['1.5e+20', 3],
    ['12345678901234567890123456789012345678', 20],
    ['-12345678901234567890123456789012345678', 21],
    ['1700000000000001', 9],
  ])('%s takes %d', (text, size) => {
    expect(sizeOf({ N: text })).toBe(size)
    expect(sizeOf({ NS: [text, '0'] })).toBe(size + 1)
  })
})

describe('other values', () => {
  test('binary counts as it is, true, false and null one byte each', () => {
    expect(sizeOf({ B: new Uint8Array(7) })).toBe(7)
    expect(sizeOf({ BS: [new Uint8Array(7), new Uint8Array(1)] })).toBe(8)
    expect(sizeOf({ BOOL: false })).toBe(1)
    expect(sizeOf({ NULL: true })).toBe(1)
  })

  test('lists and maps add three bytes, and one for every entry', () => {
    expect(sizeOf({ L: [] })).toBe(3)
    expect(sizeOf({ L: [{ S: 'ab' }, { L: [{ N: '1' }] }] })).toBe(3 + (2 + 1) + (3 + (2 + 1) + 1))
    expect(sizeOf({ M: {} })).toBe(3)
    expect(sizeOf({ M: { ab: { S: 'cd' } } })).toBe(3 + 2 + 2 + 1)
  })
})
