import { ConfigError } from '@dynact/persistence'
import avsc, { type Type } from 'avsc'
import { type AvroSchema, avroType, fingerprintOf } from './avro-type.js'
import type { LogicalTypes } from './logical-types.js'

type RecordType = avsc.types.RecordType
type Resolver = ReturnType<Type['createResolver']>

/** The versions of one type. */
export interface Evolution {
  /** The last schema: it writes, and whatever is read is resolved to it. */
  readonly newest: Type
  readonly newestFingerprint: string
  /** How to read what each version wrote; undefined: as it is. */
  readonly resolvers: ReadonlyMap<string, Resolver | undefined>
}

/**
 * @param schemas - oldest first; the same one twice counts once.
 * @throws {@link ConfigError} a schema is wrong, or the last can't read what another one wrote.
 */
export const evolutionOf = (typeName: string, schemas: readonly AvroSchema[], own: LogicalTypes): Evolution => {
  const versions = schemas.map((schema, index) => {
    try {
      const type = avroType(schema, own)
      return { type, fingerprint: fingerprintOf(type) }
    } catch (cause) {
      const text = `avroSerializer: schema ${index + 1} of ${schemas.length} of the type ${typeName} is no Avro schema: ${reasonOf(cause)}`
      throw new ConfigError(text, { cause })
    }
  })
  const newest = versions.at(-1)
  if (newest === undefined)
    throw new ConfigError(`avroSerializer: the type ${typeName} has no schemas. Give it one at least.`)
  const resolvers = new Map<string, Resolver | undefined>()
  for (const { type, fingerprint } of versions) {
    if (fingerprint === newest.fingerprint) continue
    try {
      resolvers.set(fingerprint, newest.type.createResolver(type))
    } catch (cause) {
      const [path, why] = obstacle(newest.type, type, [], reasonOf(cause))
      throw new ConfigError(
        `avroSerializer: the type ${typeName} has incompatible schemas: the last one (${newest.fingerprint}) can't read what ${fingerprint} wrote, because of ${path.length === 0 ? 'the type itself' : `the field ${path.join('.')}`}: ${why}. Give a new field a default, a renamed one an alias, and change types only by Avro's promotions; or list this schema under a type name of its own.`,
        { cause },
      )
    }
  }
  resolvers.set(newest.fingerprint, undefined)
  return { newest: newest.type, newestFingerprint: newest.fingerprint, resolvers }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const isRecord = (type: Type): type is RecordType => avsc.Type.isType(type, 'record')

/** Goes down to the field that can't be resolved: avsc names it in some cases only. */
const obstacle = (reader: Type, writer: Type, path: readonly string[], why: string): [readonly string[], string] => {
  if (avsc.Type.isType(reader, 'array') && avsc.Type.isType(writer, 'array')) {
    const [readItems, writtenItems] = [reader, writer].map((type) => (type as avsc.types.ArrayType).itemsType)
    if (readItems !== undefined && writtenItems !== undefined)
      return obstacle(readItems, writtenItems, [...path, '[]'], why)
  }
  if (!isRecord(reader) || !isRecord(writer)) return [path, why]
  for (const field of reader.fields) {
    const names: string[] = [field.name, ...field.aliases]
    const written = writer.fields.find(({ name }) => names.includes(name))
    const at = [...path, field.name]
    if (written === undefined) {
      if (field.defaultValue() === undefined) return [at, 'the older schema lacks it, and it has no default']
      continue
    }
    try {
      field.type.createResolver(written.type)
    } catch (cause) {
      return obstacle(field.type, written.type, at, reasonOf(cause))
    }
  }
  return [path, why]
}
