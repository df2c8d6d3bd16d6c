import { AssertionError } from 'node:assert'
import { deepStrictEqual } from 'node:assert/strict'

/** Is this a plain object, and not an instance of some class? */
const isPlain = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Properties that are `undefined` are no difference: JSON leaves them out. */
const withoutUndefined = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (!isPlain(value)) return value
  const present = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(present.map(([key, part]) => [key, withoutUndefined(part)]))
}

/** What was stored leads to something else than what was there before. Never what a test expects of a command. */
export class RestartError extends AssertionError {}

/**
 * Compares deeply and strictly.
 *
 * @param what - says in the error what differs.
 * @throws AssertionError, or the given kind of it, with the differences.
 */
export const assertSame = (actual: unknown, expected: unknown, what: string, Kind = AssertionError): void => {
  try {
    deepStrictEqual(withoutUndefined(actual), withoutUndefined(expected))
  } catch (error) {
    const differences = error instanceof Error ? error.message : String(error)
    throw new Kind({ message: `${what}\n${differences}`, actual, expected, operator: 'deepStrictEqual' })
  }
}

/** Freezes plain objects and arrays, deeply, so that code that changes its arguments fails. */
export const frozen = <T>(value: T): T => {
  if ((!Array.isArray(value) && !isPlain(value)) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) frozen(part)
  return value
}
