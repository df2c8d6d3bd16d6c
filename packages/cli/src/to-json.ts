import { inspect } from 'node:util'

/**
 * A value as JSON in one line. What JSON has no word for is told by an object with one key: `{ "$bytes": base64 }`,
 * `{ "$bigint": digits }`; what can't be told at all, as `{ "$inspect": text }`.
 */
export const toJson = (value: unknown): string => {
  try {
    return JSON.stringify(value, replace) ?? 'null'
  } catch {
    // A payload of the user's own class may be circular, or have a toJSON that throws.
    return JSON.stringify({ $inspect: inspect(value, { depth: 4 }) })
  }
}

function replace(this: unknown, key: string, value: unknown): unknown {
  // A Buffer's toJSON has already been at `value`.
  const given = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value
  if (given instanceof Uint8Array) return { $bytes: Buffer.from(given).toString('base64') }
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (value instanceof Map) return [...value]
  if (value instanceof Set) return [...value]
  return value
}
