import avsc, { type Type } from 'avsc'

/** Faults beyond these are not listed. */
const MOST_FAULTS = 5

/**
 * Refuses what avsc would write without all of its data: fields that the schema does not know.
 *
 * @throws TypeError the value does not fit; the message has the paths, and no data.
 */
export const checkValue = (type: Type, value: unknown): void => {
  if (type.isValid(value, { noUndeclaredFields: true } as never)) return
  const faults: string[] = []
  const errorHook = (path: string[], any: unknown, at: Type) => {
    const where = ['value', ...path].join('.')
    const unknown = avsc.Type.isType(at, 'record') ? undeclared(at as avsc.types.RecordType, any) : []
    for (const name of unknown) faults.push(`${where}.${name} is not in the schema, and would be lost`)
    if (unknown.length === 0) faults.push(`${where} does not fit ${JSON.stringify(at.name ?? at.typeName)}`)
  }
  type.isValid(value, { noUndeclaredFields: true, errorHook } as never)
  throw new TypeError(faults.slice(0, MOST_FAULTS).join('; '))
}

const undeclared = (type: avsc.types.RecordType, value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).filter((name) => !type.fields.some((field) => field.name === name))
    : []

/** @throws TypeError a map has the key `__proto__`, which avsc would read as the map's prototype. */
export const checkKeys = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  if (Object.hasOwn(value, '__proto__')) throw new TypeError('a map has the key "__proto__", which would be lost')
  for (const inner of Object.values(value)) checkKeys(inner)
}
