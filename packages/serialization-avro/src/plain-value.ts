import avsc from 'avsc'

/**
 * Turns the instances of avsc's generated classes (records, wrapped branches of unions) into plain objects, which compare,
 * clone and print like those that were written. Whatever else (dates, buffers, values of logical types) stays as it is.
 */
export const plainValue = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plainValue)
  if (typeof value !== 'object' || value === null) return value
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && !avsc.Type.isType(prototype?.constructor?.type)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]))
}
