/**
 * Turns the base64 of every binary attribute value in an answer into bytes, in place. Only `{ B: string }` and
 * `{ BS: string[] }` are binaries: an attribute that is named B or BS has an object for its value.
 */
export const decodeBinaries = (node: unknown): void => {
  if (Array.isArray(node)) {
    for (const member of node) decodeBinaries(member)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const object = node as Record<string, unknown>
  for (const name in object) {
    const value = object[name]
    if (typeof value === 'string') {
      if (name === 'B') object[name] = bytesOf(value)
    } else if (name === 'BS' && isStrings(value)) object[name] = value.map(bytesOf)
    else if (typeof value === 'object') decodeBinaries(value)
  }
}

const isStrings = (value: unknown): value is string[] => Array.isArray(value) && typeof value[0] === 'string'

const bytesOf = (base64: string): Uint8Array => {
  const buffer = Buffer.from(base64, 'base64')
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
