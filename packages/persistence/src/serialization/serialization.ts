import { types } from 'node:util'
import { ConfigError, SerializationError } from '../errors.js'
import { javaStringSerializer } from './java-string-serializer.js'
import { jsonSerializer } from './json-serializer.js'
import {
  booleanSerializer,
  byteStringSerializer,
  bytesSerializer,
  intSerializer,
  longSerializer,
  stringSerializer,
} from './primitive-serializers.js'
import type { SerializationContext, Serializer } from './serializer.js'

/** A payload as it is stored: bytes, and what is needed to read them again. */
export interface SerializedPayload {
  readonly serializerId: number
  /** `''` when the serializer has none. */
  readonly serializerManifest: string
  readonly bytes: Uint8Array
}

/** Chooses the serializer of a value, and finds that of stored bytes. */
export interface Serialization {
  /**
   * Gives a promise only where the serializer does.
   * @throws {@link SerializationError} no serializer takes the value, or the one that does failed.
   */
  serialize(value: unknown, context: SerializationContext): SerializedPayload | Promise<SerializedPayload>
  /**
   * Gives a promise only where the serializer does.
   * @throws {@link SerializationError} the serializer id is unknown, or the serializer failed.
   */
  deserialize(payload: SerializedPayload, context: SerializationContext): unknown
}

/** Sends the values that `when` accepts to the serializer `use`. */
export interface SerializerBinding {
  readonly when: (value: unknown) => boolean
  // biome-ignore lint/suspicious/noExplicitAny: a binding's predicate decides the type; the list holds serializers of any.
  readonly use: Serializer<any>
}

/** What {@link serialization} takes. */
export interface SerializationOptions {
  /** Can read, beside the built-in ones and those of the bindings; also under identifiers of Akka's and Pekko's that dynact has none for. */
  // biome-ignore lint/suspicious/noExplicitAny: serializers of different types in one list.
  readonly serializers?: readonly Serializer<any>[]
  /** The first that matches writes. They go before the built-in ones. */
  readonly bindings?: readonly SerializerBinding[]
  /**
   * Writes what no binding takes.
   * @defaultValue JSON, identifier 1100
   */
  // biome-ignore lint/suspicious/noExplicitAny: takes any value.
  readonly fallback?: Serializer<any>
}

const BUILT_IN_BINDINGS: readonly SerializerBinding[] = [
  { when: (value) => typeof value === 'string', use: stringSerializer },
  { when: (value) => value instanceof Uint8Array, use: bytesSerializer },
  { when: (value) => typeof value === 'bigint', use: longSerializer },
  { when: (value) => typeof value === 'boolean', use: booleanSerializer },
]
const BUILT_IN_READERS = [
  stringSerializer,
  bytesSerializer,
  longSerializer,
  intSerializer,
  booleanSerializer,
  byteStringSerializer,
  javaStringSerializer,
]
const RESERVED_MAX_ID = 40
const isBuiltIn = (serializer: unknown): boolean => BUILT_IN_READERS.some((one) => one === serializer)

const describe = ({ persistenceId, sequenceNr }: SerializationContext) =>
  `${persistenceId}: event or snapshot ${sequenceNr}`

class SerializerRegistry implements Serialization {
  readonly #byId = new Map<number, Serializer>()
  readonly #bindings: readonly SerializerBinding[]
  readonly #fallback: Serializer

  constructor({ serializers = [], bindings = [], fallback = jsonSerializer() }: SerializationOptions) {
    this.#fallback = fallback
    this.#bindings = [...bindings, ...BUILT_IN_BINDINGS]
    for (const serializer of BUILT_IN_READERS) this.#byId.set(serializer.identifier, serializer as Serializer)
    for (const serializer of serializers) this.#register(serializer)
    for (const serializer of [...bindings.map(({ use }) => use), fallback]) this.#register(serializer, { writes: true })
    // JSON stays readable when another fallback takes over, unless that one claims its identifier.
    const json = jsonSerializer()
    if (!this.#byId.has(json.identifier)) this.#byId.set(json.identifier, json)
  }

  /** Those of the JVM may be read by a serializer of the user's; written they would be one's own bytes under their name. */
  #register(serializer: Serializer, { writes } = { writes: false }): void {
    const { identifier } = serializer
    if (!Number.isSafeInteger(identifier)) {
      throw new ConfigError(`serialization: a serializer's identifier must be an integer, but one is ${identifier}.`)
    }
    const known = this.#byId.get(identifier)
    const isReserved = identifier >= 0 && identifier <= RESERVED_MAX_ID && !isBuiltIn(serializer)
    const isTaken = known !== undefined && known !== serializer
    if (isTaken || (isReserved && writes)) {
      const why = isTaken
        ? 'stands for another serializer already'
        : 'belongs to Akka and Pekko (0-40): name its serializer in serializers, to read; it must not write'
      throw new ConfigError(
        `serialization: identifier ${identifier} ${why}. Identifiers are stored with every event: give each serializer that writes one of its own, above 1100.`,
      )
    }
    this.#byId.set(identifier, serializer)
  }

  serialize(value: unknown, context: SerializationContext): SerializedPayload | Promise<SerializedPayload> {
    const serializer = this.#serializerOf(value, context)
    let serializerManifest = ''
    const fail = (cause: unknown): never => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SerializationError(
        `${describe(context)} can't be serialized by serializer ${serializer.identifier}: ${reason}`,
        { ...context, cause, serializerId: serializer.identifier, serializerManifest },
      )
    }
    const done = (bytes: Uint8Array): SerializedPayload => {
      if (!(bytes instanceof Uint8Array)) return fail(new TypeError('toBinary gave something that is not a Uint8Array'))
      return { serializerId: serializer.identifier, serializerManifest, bytes }
    }
    let bytes: Uint8Array | Promise<Uint8Array>
    try {
      serializerManifest = serializer.manifest(value)
      bytes = serializer.toBinary(value, context)
    } catch (cause) {
      return fail(cause)
    }
    return types.isPromise(bytes) ? bytes.then(done, fail) : done(bytes)
  }

  #serializerOf(value: unknown, context: SerializationContext): Serializer {
    for (const [index, { when, use }] of this.#bindings.entries()) {
      try {
        if (when(value)) return use
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause)
        throw new SerializationError(
          `${describe(context)} can't be serialized: \`when\` of binding ${index} failed: ${reason}`,
          { ...context, cause },
        )
      }
    }
    return this.#fallback
  }

  deserialize({ serializerId, serializerManifest, bytes }: SerializedPayload, context: SerializationContext): unknown {
    const facts = { ...context, serializerId, serializerManifest }
    const named = `serializer ${serializerId}, manifest ${JSON.stringify(serializerManifest)}`
    const fail = (cause: unknown): never => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SerializationError(`${describe(context)} can't be read back (${named}): ${reason}`, { ...facts, cause })
    }
    const serializer = this.#byId.get(serializerId)
    if (serializer === undefined) {
      const hint = `Register the serializer with identifier ${serializerId} in serialization({ serializers: [...] }).`
      throw new SerializationError(`${describe(context)} needs ${named}, which is not registered. ${hint}`, facts)
    }
    try {
      const value = serializer.fromBinary(bytes, serializerManifest, context)
      return types.isPromise(value) ? value.catch(fail) : value
    } catch (cause) {
      return fail(cause)
    }
  }
}

/**
 * The serializers of a journal or snapshot store. Strings, byte arrays, bigints and booleans are stored as Akka and Pekko
 * store them, everything else (numbers too) as JSON, unless a binding says otherwise.
 *
 * @throws {@link ConfigError} two serializers share an identifier, or one that writes uses an identifier of Akka's and Pekko's.
 */
export const serialization = (options: SerializationOptions = {}): Serialization => new SerializerRegistry(options)
