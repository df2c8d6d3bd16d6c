import {
  checkWellFormed,
  parseConfig,
  type SerializationContext,
  type Serializer,
  unreadable,
} from '@dynact/persistence'
import { z } from 'zod'
import type { AvroSchema } from './avro-type.js'
import { checkKeys, checkValue } from './check-value.js'
import { seal, unseal } from './envelope.js'
import { type Evolution, evolutionOf } from './evolution.js'
import type { LogicalTypes } from './logical-types.js'
import { plainValue } from './plain-value.js'

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isSchemas = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

const optionsSchema = z.strictObject({
  identifier: z.int(),
  schemas: z
    .custom<AvroSerializerOptions['schemas']>(isSchemas, 'must be an object of schemas by type name')
    .refine((schemas) => Object.keys(schemas).length > 0, 'must have at least one type'),
  typeOf: z.custom<(value: unknown) => string>(isFunction, 'must be a function').optional(),
  logicalTypes: z.custom<LogicalTypes>(isSchemas, 'must be an object of classes by logical type').default({}),
})

/** What {@link avroSerializer} takes. */
export interface AvroSerializerOptions {
  /** Stored; never change it for data that exists. */
  readonly identifier: number
  /**
   * By type name, which is stored, too: one schema, or all versions that were ever written, oldest first. The last writes, and
   * whatever is read is resolved to it. A list is a list of versions: a top-level union goes into an outer list.
   */
  readonly schemas: Readonly<Record<string, AvroSchema | readonly AvroSchema[]>>
  /**
   * Names the type of a value.
   * @defaultValue the only type; of several, the one that the value's `type` property names, or else the only one that it fits
   */
  readonly typeOf?: ((value: unknown) => string) | undefined
  /** avsc's classes of logical types beside `timestamp-millis`, `date` and `decimal`, or in their place. */
  readonly logicalTypes?: LogicalTypes | undefined
}

class AvroSerializer implements Serializer {
  readonly identifier: number
  readonly #types: ReadonlyMap<string, Evolution>
  readonly #typeOf: (value: unknown) => string

  constructor({ identifier, schemas, typeOf, logicalTypes = {} }: AvroSerializerOptions) {
    this.identifier = identifier
    this.#types = new Map(
      Object.entries(schemas).map(([name, given]) => {
        const versions = Array.isArray(given) ? given : [given]
        return [name, evolutionOf(name, versions as readonly AvroSchema[], logicalTypes)]
      }),
    )
    this.#typeOf = typeOf ?? ((value) => this.#guessType(value))
  }

  manifest(value: unknown): string {
    const [name, { newestFingerprint }] = this.#typeFor(value)
    return manifestOf(name, newestFingerprint)
  }

  toBinary(value: unknown): Uint8Array {
    const [name, { newest, newestFingerprint }] = this.#typeFor(value)
    checkValue(newest, value)
    checkWellFormed(value)
    checkKeys(value)
    return seal(manifestOf(name, newestFingerprint), newest.toBuffer(value))
  }

  fromBinary(bytes: Uint8Array, manifest: string, context?: SerializationContext): unknown {
    try {
      const [evolution, resolver] = this.#versionFor(manifest)
      return plainValue(evolution.newest.fromBuffer(unseal(manifest, bytes), resolver))
    } catch (cause) {
      throw unreadable(this.identifier, manifest, context, cause)
    }
  }

  #typeFor(value: unknown): [string, Evolution] {
    const name = this.#typeOf(value)
    const evolution = this.#types.get(name)
    if (evolution === undefined)
      throw new TypeError(
        `typeOf says that the value is a ${JSON.stringify(name)}, and there is no such type. Add it to the schemas of avroSerializer: ${this.#names()}`,
      )
    return [name, evolution]
  }

  #versionFor(manifest: string): [Evolution, ReturnType<Evolution['resolvers']['get']>] {
    const split = manifest.lastIndexOf('#')
    const [name, fingerprint] = [manifest.slice(0, split), manifest.slice(split + 1)]
    const evolution = this.#types.get(name)
    if (split < 1 || evolution === undefined)
      throw new TypeError(
        `there is no type ${JSON.stringify(name)}. Add it, with the schema of fingerprint ${fingerprint}, to the schemas of avroSerializer: ${this.#names()}`,
      )
    if (!evolution.resolvers.has(fingerprint))
      throw new TypeError(
        `the schema of fingerprint ${fingerprint}, which wrote it, is not among those of ${name} (${[...evolution.resolvers.keys()].join(', ')}). List it in schemas.${name}, before the last one`,
      )
    return [evolution, evolution.resolvers.get(fingerprint)]
  }

  #guessType(value: unknown): string {
    const names = [...this.#types.keys()]
    if (names.length === 1) return names[0] as string
    const named = typeof value === 'object' && value !== null ? Reflect.get(value, 'type') : undefined
    if (typeof named === 'string' && this.#types.has(named)) return named
    const fitting = names.filter((name) =>
      this.#types.get(name)?.newest.isValid(value, { noUndeclaredFields: true } as never),
    )
    if (fitting.length === 1) return fitting[0] as string
    throw new TypeError(
      `the value fits ${fitting.length === 0 ? 'none' : 'several'} of the types ${(fitting.length === 0 ? names : fitting).join(', ')}. Say which it is: avroSerializer({ typeOf: (value) => … })`,
    )
  }

  #names(): string {
    return [...this.#types.keys()].join(', ')
  }
}

/** Stored; never change. */
const manifestOf = (typeName: string, fingerprint: string): string => `${typeName}#${fingerprint}`

/**
 * Avro binary, by avsc. The manifest is the type's name and the fingerprint of the schema that wrote: see
 * {@link schemaFingerprint}. The stored bytes are 5 bytes (version, checksum) and plain Avro binary. What does not fit the schema
 * is refused, a field that the schema does not know, too. Values are plain objects; `bytes` and `fixed` are Buffers; a
 * `long` beyond 2^53 is refused; a union of which the branches can't be told apart by their JavaScript types has its
 * values wrapped, `{ 'branch.Name': value }`.
 *
 * @example
 * ```ts
 * const deposited = avroSerializer({ identifier: 1500, schemas: { Deposited: [depositedV1, depositedV2] } })
 * ```
 * @throws {@link ConfigError} options that are not usable; a schema is wrong; or the last schema of a type can't read what another
 * of its list wrote: the message names type, field and both fingerprints.
 */
export const avroSerializer = (options: AvroSerializerOptions): Serializer =>
  new AvroSerializer(parseConfig(optionsSchema, options, 'avroSerializer') as AvroSerializerOptions)
