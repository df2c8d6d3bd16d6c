import { time } from '../src/arguments.js'

describe('a time', () => {
  test.each([
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31T12:00Z', Date.UTC(2026, 0, 31, 12)],
    ['2026-01-31T12:00:00.5Z', Date.UTC(2026, 0, 31, 12, 0, 0, 500)],
    ['2026-01-31T12:00:00+01:00', Date.UTC(2026, 0, 31, 11)],
    ['0', 0],
    ['1769860800000', 1_769_860_800_000],
  ])('%s', (text, expected) => {
    expect(time(text)).toBe(expected)
  })

  // All but the first two and the last are times for Date.parse, or numbers.
  test.each([
    'nonsense',
    '',
    'orders-7',
    '7',
    '2026',
    '20260131',
    '1769860800',
    '2026-1-1',
    '2026-02-30',
    '2026-01-31T12:00:00',
    '31 Jan 2026',
    '9999999999999999',
    '2026-13-01',
  ])('%s is none', (text) => {
    expect(() => time(text)).toThrow('Give a day as 2026-01-31')
  })
})
