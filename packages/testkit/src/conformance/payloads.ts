const circular = () => {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}

/** Values that every store takes. */
export const UNCHANGED: readonly (readonly [string, unknown])[] = [
  ['text', 'plain'],
  ['empty text', ''],
  ['text with control characters', 'a\u0000b\n\r\t\u007f\ufeff'],
  ['text of every width in UTF-8', 'a\u00e9\u20ac\u{1f600}'],
  ['text that is not normalized', 'e\u0301 \u00e9 \u212b'],
  ['text that starts with a byte order mark', '\ufeffa'],
  ['all 256 bytes', Uint8Array.from({ length: 256 }, (_, index) => index)],
  ['no bytes', new Uint8Array(0)],
  ['true', true],
  ['false', false],
  ['the largest 64-bit integer', 2n ** 63n - 1n],
  ['the smallest 64-bit integer', -(2n ** 63n)],
  ['0', 0],
  ['a fraction', 0.1],
  ['the largest safe integer', Number.MAX_SAFE_INTEGER],
  ['the smallest number', Number.MIN_VALUE],
  ['null', null],
  ['an empty object', {}],
  ['an empty array', []],
  ['nested objects', { a: [{ b: { c: [[], {}, null, 'x', 1.5, false] } }], '': 1, 'a.b': 2, $set: 3 }],
  ['names of what objects inherit', JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3}')],
]

/** Values that a store may reject. */
export const SAME_OR_REJECTED: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity inside', { a: [Number.POSITIVE_INFINITY] }],
  ['a Map', new Map([['a', 1]])],
  ['a Set inside', { set: new Set([1]) }],
  ['bytes inside', { bytes: new Uint8Array([1]) }],
  ['an integer of 65 bits', 2n ** 64n],
  ['a bigint inside', { big: 1n }],
  ['a lone surrogate', 'a\ud800b'],
  ['a circle', circular()],
]
