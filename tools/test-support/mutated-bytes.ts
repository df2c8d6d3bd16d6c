import fc from 'fast-check'

/** What may happen to stored bytes. */
type Mutation = (bytes: Uint8Array) => Uint8Array

const at = (place: number, bytes: Uint8Array): number => Math.floor(place * bytes.length)
const spliced = (bytes: Uint8Array, start: number, end: number, inserted: Uint8Array): Uint8Array =>
  Uint8Array.of(...bytes.subarray(0, start), ...inserted, ...bytes.subarray(end))
const place = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
/** Bytes that claim great lengths in formats of variable-length numbers are among them. */
const debris = () => fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constant(new Uint8Array(9).fill(0xff)))

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place(), fc.integer({ min: 0, max: 7 })).map(
    ([where, bit]): Mutation =>
      (bytes) =>
        bytes.map((byte, index) => (index === at(where, bytes) ? byte ^ (1 << bit) : byte)),
  ),
  place().map(
    (where): Mutation =>
      (bytes) =>
        bytes.slice(0, at(where, bytes)),
  ),
  fc.tuple(place(), debris()).map(
    ([where, added]): Mutation =>
      (bytes) =>
        spliced(bytes, at(where, bytes), at(where, bytes), added),
  ),
  fc.tuple(place(), place(), debris()).map(
    ([from, to, other]): Mutation =>
      (bytes) =>
        spliced(bytes, at(Math.min(from, to), bytes), at(Math.max(from, to), bytes), other),
  ),
  fc.uint8Array({ maxLength: 64 }).map(
    (other): Mutation =>
      () =>
        other,
  ),
)

/** One to three mutations, one after the other. */
export const mutations = (): fc.Arbitrary<Mutation> =>
  fc.array(mutation, { minLength: 1, maxLength: 3 }).map(
    (all): Mutation =>
      (bytes) =>
        all.reduce((changed, one) => one(changed), bytes),
  )
