import { createHash } from 'node:crypto'
import avsc, { type Type } from 'avsc'
import { exactLong } from './exact-long.js'
import { type LogicalTypes, logicalTypes } from './logical-types.js'

/** An Avro schema as JSON: a type's name, a definition, or (a union) a list of them. */
export type AvroSchema =
  | string
  | { readonly type: unknown; readonly [attribute: string]: unknown }
  | readonly AvroSchema[]

/**
 * Puts the exact type in the place of every `long`. avsc asks twice about one that carries a logical type: first for the logical type
 * itself, which it makes, and while it does so for the type below.
 */
const exactLongHook = (logical: LogicalTypes) => {
  const asked = new Set<unknown>()
  return (schema: unknown): avsc.Type | undefined => {
    const type = typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'type') : schema
    if (type !== 'long') return undefined
    const name = typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'logicalType') : undefined
    if (typeof name !== 'string' || !Object.hasOwn(logical, name) || asked.delete(schema)) return exactLong
    asked.add(schema)
    return undefined
  }
}

/** @throws Error the schema is wrong; avsc's message says how. */
export const avroType = (schema: AvroSchema, own: LogicalTypes = {}): Type =>
  avsc.Type.forSchema(schema as avsc.Schema, {
    logicalTypes: { ...logicalTypes, ...own } as unknown as Record<string, new () => avsc.types.LogicalType>,
    typeHook: exactLongHook({ ...logicalTypes, ...own }),
    // Or a decimal without a precision would be taken for bytes without a word.
    assertLogicalTypes: true,
  })

/** The order of Avro's Parsing Canonical Form; attributes of logical types come behind it. Part of what is stored; never change. */
const CANONICAL_ORDER = ['name', 'type', 'fields', 'symbols', 'items', 'values', 'size']
const WITHOUT_MEANING_TO_THE_WRITER = ['doc', 'aliases', 'default', 'order']

/** 128 bits of SHA-256: nobody makes two schemas by accident that share them. */
const FINGERPRINT_BYTES = 16

const canonical = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(canonical)
  if (typeof schema !== 'object' || schema === null) return schema
  const keys = Object.keys(schema).filter((key) => !WITHOUT_MEANING_TO_THE_WRITER.includes(key))
  const further = keys.filter((key) => !CANONICAL_ORDER.includes(key)).sort()
  const ordered = [...CANONICAL_ORDER.filter((key) => keys.includes(key)), ...further]
  return Object.fromEntries(ordered.map((key) => [key, canonical(Reflect.get(schema, key))]))
}

/** The fingerprint of a parsed schema: see {@link schemaFingerprint}. */
export const fingerprintOf = (type: Type): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(type.schema({ exportAttrs: true }))))
    .digest()
    .subarray(0, FINGERPRINT_BYTES)
    .toString('hex')

/**
 * The fingerprint by which a stored payload names its writer's schema: the first 16 bytes of the SHA-256 of the schema's Parsing
 * Canonical Form (Avro specification), as hexadecimal digits. A logical type that is in use counts with its attributes: bytes
 * of another scale are another number. Aliases, defaults and documentation don't count.
 *
 * @param own - logical types beside `timestamp-millis`, `date` and `decimal`.
 * @throws Error the schema is wrong.
 */
export const schemaFingerprint = (schema: AvroSchema, own?: LogicalTypes): string =>
  fingerprintOf(avroType(schema, own))
