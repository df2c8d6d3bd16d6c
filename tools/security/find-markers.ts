import { inspect } from 'node:util'

/** As text, and as it appears in hex and in base64 wherever it stands in what was encoded. */
const formsOf = (marker: string): string[] => {
  const bytes = Buffer.from(marker)
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    // The first and the last character share bits with their neighbours.
    return encoded.slice(offset === 0 ? 0 : offset + 1, encoded.length - (encoded.endsWith('=') ? 4 : 0))
  })
  const hex = bytes.toString('hex')
  const spaced = hex.match(/../g)?.join(' ') ?? hex
  return [marker, hex, hex.toUpperCase(), spaced, [...bytes].join(', '), ...base64]
}

/** Every text and every run of bytes that can be reached from a value, by names that are hidden, too. */
function* textsIn(value: unknown, seen: Set<object>): Generator<string> {
  if (typeof value === 'string') yield value
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
  seen.add(value)
  if (value instanceof Uint8Array) {
    yield Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
    return
  }
  if (value instanceof Map || value instanceof Set) for (const entry of value) yield* textsIn(entry, seen)
  for (const name of Reflect.ownKeys(value)) {
    yield String(name)
    const property = Reflect.getOwnPropertyDescriptor(value, name)
    yield* textsIn(property?.get === undefined ? property?.value : Reflect.get(value, name), seen)
  }
}

/** Which of these markers can be found in a value, however it is printed. */
export const findMarkers = (value: unknown, markers: Readonly<Record<string, string>>): string[] => {
  const texts = [
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxArrayLength: null }).slice(0, 5_000_000),
  ]
  texts.push(...textsIn(value, new Set()))
  return Object.entries(markers).flatMap(([name, marker]) => {
    const forms = formsOf(marker)
    return texts.some((text) => forms.some((form) => text.includes(form))) ? [name] : []
  })
}
