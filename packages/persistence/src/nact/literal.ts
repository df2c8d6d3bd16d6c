/**
 * What an event literal may be made of. As (part of) the constraint of a `const` type parameter it lets the compiler keep
 * `'added'` as `'added'`, and an array as one that may be assigned to `string[]`.
 */
export type Literal = string | number | bigint | boolean | null | undefined | Literal[] | { [key: string]: Literal }
