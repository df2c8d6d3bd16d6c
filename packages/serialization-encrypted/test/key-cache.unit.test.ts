import { KeyCache } from '../src/key-cache.js'

let now: number
const cacheOf = (maxEntries: number, ttlMs = 100) => new KeyCache<string>({ maxEntries, ttlMs, now: () => now })
beforeEach(() => {
  now = 0
})

test('forgets what is too old, however often it was used', () => {
  const cache = cacheOf(2)
  cache.set('a', 'A')
  now = 99
  expect(cache.get('a')).toBe('A')
  now = 100
  expect(cache.get('a')).toBeUndefined()
})

test('keeps what was used last', () => {
  const cache = cacheOf(2)
  cache.set('a', 'A')
  cache.set('b', 'B')
  cache.get('a')
  cache.set('c', 'C')

  expect(['a', 'b', 'c'].map((id) => cache.get(id))).toEqual(['A', undefined, 'C'])
})

test('deletes a value only if it is still that one', () => {
  const cache = cacheOf(2)
  cache.set('a', 'A')
  cache.deleteValue('a', 'B')
  expect(cache.get('a')).toBe('A')
  cache.deleteValue('a', 'A')
  expect(cache.get('a')).toBeUndefined()
})
