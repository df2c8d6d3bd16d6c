import type { Item } from './item.js'
import type { Fail } from './legacy-bytes.js'

/**
 * Reads attributes of an item, and refuses what no writer of ours puts there: another type, a number out of bounds. What is absent is
 * told as such; whether it may be is for the caller to say.
 */
export class AttributeReader {
  readonly #item: Item
  readonly #fail: Fail

  /** @param fail - throws the error that names the item. */
  constructor(item: Item, fail: Fail) {
    this.#item = item
    this.#fail = fail
  }

  text(name: string): string | undefined {
    const value = this.#item[name]
    return value === undefined || value.S !== undefined ? value?.S : this.#fail(`${name} is not a string`)
  }

  /** A whole number; both bounds are inclusive. */
  integer(name: string, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#item[name]
    if (value === undefined) return undefined
    const text = value.N
    const number = text === undefined ? Number.NaN : Number(text)
    // DynamoDB has 38 digits: 1.0000000000000000000001 would become 1, which another item may have.
    if (!Number.isSafeInteger(number) || text?.includes('.') === true) return this.#fail(`${name} is not an integer`)
    return number >= min && number <= max ? number : this.#fail(`${name} is ${text}, and not from ${min} to ${max}`)
  }

  /** Never absent. */
  binary(name: string): Uint8Array {
    return this.#item[name]?.B ?? this.#fail(`${name} is not binary or not there`)
  }

  /** A set of strings; none when it is absent. */
  texts(name: string): readonly string[] {
    const value = this.#item[name]
    return value === undefined ? [] : (value.SS ?? this.#fail(`${name} is not a set of strings`))
  }

  /** `false` when it is absent. */
  flag(name: string): boolean {
    const value = this.#item[name]
    return value === undefined ? false : (value.BOOL ?? this.#fail(`${name} is not a boolean`))
  }
}
