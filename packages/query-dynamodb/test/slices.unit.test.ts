import { sliceForPersistenceId, sliceRanges } from '@dynact/query-dynamodb'

describe('sliceForPersistenceId', () => {
  // String.hashCode of a JVM: 97, 96354, -862545276 (a negative one), 'Aa' and 'BB' collide, a surrogate pair counts as two units.
  test.each([
    ['a', 97 % 1024],
    ['abc', 96354 % 1024],
    ['Hello World', 862545276 % 1024],
    ['Aa', 2112 % 1024],
    ['BB', 2112 % 1024],
    ['\u{1F600}', 1772899 % 1024],
    ['polygenelubricants', 2147483648 % 1024],
  ])('%s', (id, slice) => {
    expect(sliceForPersistenceId(id)).toBe(slice)
  })

  test('refuses what is no id', () => {
    expect(() => sliceForPersistenceId(' ')).toThrow(/not blank/)
  })
})

describe('sliceRanges', () => {
  test('are contiguous and cover all slices', () => {
    expect(sliceRanges(4)).toEqual([
      { min: 0, max: 255 },
      { min: 256, max: 511 },
      { min: 512, max: 767 },
      { min: 768, max: 1023 },
    ])
    expect(sliceRanges(1)).toEqual([{ min: 0, max: 1023 }])
    expect(sliceRanges(1024)[1023]).toEqual({ min: 1023, max: 1023 })
  })

  test.each([0, -4, 3, 2048, 1.5, Number.NaN])('refuse %p', (n) => {
    expect(() => sliceRanges(n)).toThrow(/can't be divided/)
  })
})
