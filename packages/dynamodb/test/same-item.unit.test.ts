import type { Item } from '../src/layout/item.js'
import { holds } from '../src/same-item.js'

const bytes = (...values: number[]) => ({ B: new Uint8Array(values) })
const ours: Item = {
  par: { S: 'journal-P-a-0' },
  seq: { N: '1' },
  event: bytes(1, 2),
  tags: { SS: ['a', 'b'] },
  del: { BOOL: true },
  evs: { L: [{ M: { e: bytes(1), i: { N: '4' } } }, { M: { e: bytes(2), i: { N: '4' } } }] },
}

describe('an item holds ours', () => {
  test.each<[string, Item]>([
    ['as it was sent', ours],
    ['with a set in another order', { ...ours, tags: { SS: ['b', 'a'] } }],
    ['with a number in another spelling', { ...ours, seq: { N: '1.0' } }],
    ['with attributes of others', { ...ours, feed: { S: 'x' } }],
    ['with bytes in another array type', { ...ours, event: { B: Buffer.from([1, 2]) } }],
  ])('%s', (_, stored) => {
    expect(holds(stored, ours)).toBe(true)
  })
})

describe('an item is not ours', () => {
  const { event: _, ...withoutEvent } = ours

  test.each(['tags', 'del'])('with %s that we left out', (name) => {
    const { [name]: __, ...without } = ours
    expect(holds(ours, without)).toBe(false)
  })

  test.each<[string, Item]>([
    ['without an attribute', withoutEvent],
    ['as the first of a batch', { ...ours, idx: { N: '0' }, cnt: { N: '1' } }],
    ["with a serializer's manifest", { ...ours, ev_ser_manifest: { S: 'v1' } }],
    ["with an event adapter's manifest", { ...ours, manifest: { S: 'v1' } }],
    ['with another string', { ...ours, par: { S: 'journal-P-a-1' } }],
    ['with another number', { ...ours, seq: { N: '2' } }],
    ['with other bytes', { ...ours, event: bytes(1, 3) }],
    ['with fewer bytes', { ...ours, event: bytes(1) }],
    ['with a set of more', { ...ours, tags: { SS: ['a', 'b', 'c'] } }],
    ['with a set of fewer', { ...ours, tags: { SS: ['a'] } }],
    ['with another boolean', { ...ours, del: { BOOL: false } }],
    ['with another type', { ...ours, seq: { S: '1' } }],
    ['with a list of fewer', { ...ours, evs: { L: ours['evs']?.L?.slice(0, 1) ?? [] } }],
    ['with a list of more', { ...ours, evs: { L: [...(ours['evs']?.L ?? []), { NULL: true }] } }],
    ['with a list in another order', { ...ours, evs: { L: ours['evs']?.L?.toReversed() ?? [] } }],
    [
      'with a list of other bytes',
      { ...ours, evs: { L: [{ M: { e: bytes(9), i: { N: '4' } } }, { M: { e: bytes(2), i: { N: '4' } } }] } },
    ],
    ['with a map of fewer', { ...ours, evs: { L: [{ M: { e: bytes(1) } }, { M: { e: bytes(2), i: { N: '4' } } }] } }],
    [
      'with a map of more',
      {
        ...ours,
        evs: { L: [{ M: { e: bytes(1), i: { N: '4' }, m: { S: 'x' } } }, { M: { e: bytes(2), i: { N: '4' } } }] },
      },
    ],
  ])('%s', (_, stored) => {
    expect(holds(stored, ours)).toBe(false)
  })
})
