import { readKeyItem } from '../src/key-item.js'

const key = (byte: number) => ({ B: Uint8Array.of(byte) })
const item = { persistence_id: { S: 'orders-7' }, ver: { N: '2' }, keys: { M: { 1: key(1), 2: key(2) } } }

test('reads what is stored', () => {
  expect(readKeyItem(item, 'keys', 'orders-7')).toEqual({
    version: 2,
    forgottenTo: 0,
    isForgotten: false,
    keys: new Map([
      [1, Uint8Array.of(1)],
      [2, Uint8Array.of(2)],
    ]),
  })
})

// The next rotation would write the ring without it, or over it.
test.each([
  ['a key that is not binary', { ...item, keys: { M: { 1: { S: 'x' }, 2: key(2) } } }],
  ['a key of no version', { ...item, keys: { M: { one: key(1), 2: key(2) } } }],
  ['a key beyond the newest version', { ...item, ver: { N: '1' } }],
  ['no version', { ...item, ver: { S: '2' } }],
  ['a negative version', { ...item, ver: { N: '-1' }, keys: { M: {} } }],
  ['no number of forgotten ones', { ...item, forgotten_to: { N: '0.5' } }],
])('refuses %s, naming id, table and what to do', (_, damaged) => {
  expect(() => readKeyItem(damaged, 'keys', 'orders-7')).toThrow(
    /orders-7: .* in table keys is damaged: .* Restore it from a backup/,
  )
})
