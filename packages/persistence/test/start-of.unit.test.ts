import { ConfigError, startOf, type TimestampOffset } from '@dynact/persistence'

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('an offset knows the id %s', (id) => {
  const stored = JSON.parse(`{"timestamp":5,"seen":{"${id}":3,"other":1}}`) as TimestampOffset

  const { seen, since } = startOf(stored) as TimestampOffset

  expect(Object.entries(seen)).toEqual([
    [id, 3],
    ['other', 1],
  ])
  expect(since).toBe(5)
})

test('of an id that it does not have, an offset knows nothing', () => {
  const { seen } = startOf(JSON.parse('{"timestamp":5,"seen":{"a":1}}')) as TimestampOffset

  expect(Object.hasOwn(seen, 'constructor')).toBe(false)
  expect(Object.keys(seen)).toEqual(['a'])
})

test.each([
  { sequenceNr: 3 },
  { timestamp: Number.POSITIVE_INFINITY, seen: {} },
  { timestamp: Number.NaN, seen: {} },
  { timestamp: -1, seen: {} },
  { timestamp: 5, since: 6, seen: {} },
  { timestamp: 5, seen: { a: 1.5 } },
  { timestamp: 5, seen: { a: -1 } },
  { timestamp: 5, seen: { a: '1' } },
  { timestamp: 5, seen: JSON.parse('{"__proto__":"1"}') },
  { timestamp: 5, seen: {}, more: 1 },
])('%j is no offset', (offset) => {
  expect(() => startOf(offset as never)).toThrow(ConfigError)
})
