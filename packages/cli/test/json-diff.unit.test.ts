import { type DiffLine, jsonDiff } from '../src/page/json-diff.js'

/** Lines in short: how, where, what was, what is. */
const lines = (before: unknown, after: unknown): string[] => jsonDiff(after, { value: before }).map(short)

const short = ({ kind, depth, key, before = '', after = '' }: DiffLine): string =>
  `${kind} ${'.'.repeat(depth)}${key} ${before} → ${after}`

test('without a value before, all of it is told as it is', () => {
  expect(jsonDiff({ a: [1, {}] }).map(short)).toEqual([
    'same  { → {',
    'same .a [ → [',
    'same ..0 1 → 1',
    'same ..1 {} → {}',
  ])
})

test('members are compared by name', () => {
  expect(lines({ a: 1, b: 2, c: { d: 1 } }, { b: 3, c: { d: 1 }, e: null })).toEqual([
    'changed  { → {',
    'changed .b 2 → 3',
    'same .c { → {',
    'same ..d 1 → 1',
    'added .e  → null',
    'removed .a 1 → ',
  ])
})

test('what is put into a list, or taken out of it, leaves the rest the same', () => {
  expect(lines(['x', 'y', 'z'], ['x', 'new', 'y', 'z']).slice(1)).toEqual([
    'same .0 "x" → "x"',
    'added .1  → "new"',
    'same .2 "y" → "y"',
    'same .3 "z" → "z"',
  ])
  expect(lines(['x', 'y'], ['y']).slice(1)).toEqual(['removed .0 "x" → ', 'same .0 "y" → "y"'])
})

test('a value of another kind is another value', () => {
  expect(lines({ a: [1] }, { a: { b: 1 } })).toEqual([
    'changed  { → {',
    'removed .a [ → ',
    'removed ..0 1 → ',
    'added .a  → {',
    'added ..b  → 1',
  ])
  expect(lines('text', 5)).toEqual(['changed  "text" → 5'])
  expect(lines([], {})).toEqual(['removed  [] → ', 'added   → {}'])
})

test('a name of Object.prototype is a name like others', () => {
  expect(lines({}, JSON.parse('{"constructor":1,"__proto__":2}'))).toEqual([
    'changed  {} → {',
    'added .constructor  → 1',
    'added .__proto__  → 2',
  ])
})

test('more lines than somebody can read are left out', () => {
  const long = Array.from({ length: 20_000 }, (_, index) => index)

  expect(lines(long, [])).toHaveLength(5_000)
})
