/** Characters that a JSON string must escape, and all that is not plain ASCII. */
const NEEDS_CARE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/

const encodeString = (text: string): string => (NEEDS_CARE.test(text) ? JSON.stringify(text) : `"${text}"`)

/**
 * Writes the input of an operation in DynamoDB's JSON: as `JSON.stringify` would, with bytes in base64. By hand, because a tree
 * with base64 in the place of bytes, made for `JSON.stringify`, takes half as long again.
 */
export const encodeInput = (value: unknown): string => {
  if (typeof value === 'string') return encodeString(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`
  }
  if (Array.isArray(value)) return `[${value.map(encodeInput).join(',')}]`
  const object = value as Record<string, unknown>
  let members = ''
  for (const name in object) {
    const member = object[name]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${encodeString(name)}:${encodeInput(member)}`
  }
  return `{${members}}`
}
