import type { PersistentRepr } from '@dynact/persistence'
import { Adapted, ByteString, Note } from './harness-serialization.js'

/** An event's or a state's value as the peer and the golden file tell it. */
export type TypedValue =
  | { readonly type: 'string'; readonly value: string }
  /** In base64. */
  | { readonly type: 'bytes' | 'bytestring'; readonly value: string }
  /** In decimal digits. */
  | { readonly type: 'long'; readonly value: string }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'note'; readonly value: { readonly version: number; readonly text: string } }
  | { readonly type: 'adapted'; readonly value: { readonly text: string; readonly manifest: string | null } }

/** An event that a recovery gave. */
export type SeenEvent = TypedValue & { readonly seq: number }
/** A snapshot that a recovery gave. */
export type SeenSnapshot = TypedValue & { readonly seq: number; readonly ts: number }

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

/** What our serialization makes the same bytes of. */
export const payloadOf = (typed: TypedValue): unknown => {
  switch (typed.type) {
    case 'string':
    case 'int':
    case 'boolean':
      return typed.value
    case 'bytes':
      return fromBase64(typed.value)
    case 'bytestring':
      return new ByteString(fromBase64(typed.value))
    case 'long':
      return BigInt(typed.value)
    case 'note':
      return new Note(typed.value.version, typed.value.text)
    case 'adapted':
      return new Adapted(typed.value.text)
  }
}

/** The peer's telling of what we have recovered. We read a ByteString as bytes. */
export const typedValue = (payload: unknown, manifest = ''): TypedValue => {
  if (typeof payload === 'string') return { type: 'string', value: payload }
  if (typeof payload === 'bigint') return { type: 'long', value: String(payload) }
  if (typeof payload === 'number') return { type: 'int', value: payload }
  if (typeof payload === 'boolean') return { type: 'boolean', value: payload }
  if (payload instanceof Note) return { type: 'note', value: { version: payload.version, text: payload.text } }
  if (payload instanceof Adapted) return { type: 'adapted', value: { text: payload.text, manifest } }
  if (payload instanceof Uint8Array) return { type: 'bytes', value: Buffer.from(payload).toString('base64') }
  throw new TypeError(`the peer knows no value like ${String(payload)}`)
}

/** The peer's telling of an event that we have recovered. */
export const seenEvent = ({ sequenceNr, payload, manifest }: PersistentRepr): SeenEvent => ({
  seq: sequenceNr,
  ...typedValue(payload, manifest),
})

/** What we are to recover where the JVM recovers this: the same, but a ByteString is bytes to us. */
export const asWeSeeIt = <T extends TypedValue>(seen: T): T =>
  seen.type === 'bytestring' ? { ...seen, type: 'bytes' } : seen
