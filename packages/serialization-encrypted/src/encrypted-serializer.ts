import {
  LEFT_OUT,
  parseConfig,
  type SerializationContext,
  SerializationError,
  type Serializer,
  unreadable,
} from '@dynact/persistence'
import { z } from 'zod'
import { decrypt, encrypt, keyVersionOf, type Place } from './envelope.js'
import type { KeyStore } from './key-store.js'
import { Shredded } from './shredded.js'

const has =
  (...methods: string[]) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === 'function')

const optionsSchema = z.strictObject({
  identifier: z.int(),
  inner: z.custom<Serializer>(has('manifest', 'toBinary', 'fromBinary'), 'must be a Serializer'),
  keys: z.custom<KeyStore>(has('getOrCreate', 'get', 'forget'), 'must be a KeyStore'),
  onShredded: z.enum(['marker', 'skip', 'fail']).default('marker'),
})

/** What {@link encryptedSerializer} takes. */
export interface EncryptedSerializerOptions {
  /** Stored; never change it for data that exists. */
  readonly identifier: number
  /** Makes the bytes that are encrypted. Its identifier is stored: another inner serializer needs an encrypting one of its own. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the inner serializer takes.
  readonly inner: Serializer<any>
  readonly keys: KeyStore
  /**
   * What a payload is read as of which the key was forgotten: an instance of {@link Shredded}; nothing at all (`skip`: the event is not
   * replayed, the snapshot is not there); or an error.
   * @defaultValue `'marker'`
   */
  readonly onShredded?: 'marker' | 'skip' | 'fail' | undefined
}

/** Encrypts what another serializer makes. */
export interface EncryptedSerializer extends Serializer {
  toBinary(value: unknown, context?: SerializationContext): Promise<Uint8Array>
  fromBinary(bytes: Uint8Array, manifest: string, context?: SerializationContext): Promise<unknown>
  /**
   * Deletes the keys of an id, for good: nobody can read its events and snapshots any more. Stop its actor first, since whoever has
   * the key in a cache goes on using it until it expires.
   */
  forget(persistenceId: string): Promise<void>
}

/** A key that can't be had says nothing of the payload: nobody may take it for damaged. */
const fetched = async <T>(context: SerializationContext, fetch: () => Promise<T>): Promise<T> => {
  try {
    return await fetch()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SerializationError(`its data key could not be had: ${reason}`, { ...context, cause, isTransient: true })
  }
}

class Implementation implements EncryptedSerializer {
  readonly identifier: number
  readonly #inner: Serializer
  readonly #keys: KeyStore
  readonly #onShredded: 'marker' | 'skip' | 'fail'
  /** Says how to decrypt, and no more: the inner manifest may tell what happened to a person, and is encrypted. Stored. */
  readonly #manifest: string

  constructor({ identifier, inner, keys, onShredded }: z.output<typeof optionsSchema>) {
    this.identifier = identifier
    this.#inner = inner
    this.#keys = keys
    this.#onShredded = onShredded
    this.#manifest = `aes-256-gcm/${inner.identifier}`
  }

  manifest(): string {
    return this.#manifest
  }

  async toBinary(value: unknown, context?: SerializationContext): Promise<Uint8Array> {
    const place = this.#placeOf(context)
    const manifest = this.#inner.manifest(value)
    const bytes = await this.#inner.toBinary(value, context)
    const key = await this.#keys.getOrCreate(place.context.persistenceId)
    return encrypt(key, { manifest, bytes }, place)
  }

  async fromBinary(bytes: Uint8Array, manifest: string, context?: SerializationContext): Promise<unknown> {
    try {
      return await this.#read(bytes, manifest, context)
    } catch (cause) {
      throw unreadable(this.identifier, manifest, context, cause)
    }
  }

  forget(persistenceId: string): Promise<void> {
    return this.#keys.forget(persistenceId)
  }

  async #read(bytes: Uint8Array, manifest: string, context: SerializationContext | undefined): Promise<unknown> {
    const place = this.#placeOf(context)
    if (manifest !== this.#manifest)
      throw new TypeError(
        `its manifest is ${JSON.stringify(manifest)}, and this serializer reads ${this.#manifest} only. Register an encryptedSerializer around the inner serializer that wrote it`,
      )
    const { persistenceId, sequenceNr } = place.context
    const version = keyVersionOf(bytes)
    const key = await fetched(place.context, () => this.#keys.get(persistenceId, version))
    if (key === undefined || key.version !== version) {
      if ((await fetched(place.context, async () => this.#keys.isForgotten?.(persistenceId, version))) === false)
        throw new TypeError(
          `there is no data key of version ${version} for this id, and none was forgotten. Use the key store that it was written with, or restore its table from a backup`,
        )
      return this.#shredded(persistenceId, sequenceNr)
    }
    const inner = decrypt(key, bytes, place)
    return this.#inner.fromBinary(inner.bytes, inner.manifest, context)
  }

  #shredded(persistenceId: string, sequenceNr: number): unknown {
    if (this.#onShredded === 'marker') return new Shredded(persistenceId, sequenceNr)
    if (this.#onShredded === 'skip') return LEFT_OUT
    throw new TypeError(
      "its data key has been forgotten. Nobody can read it; to go on without it, set onShredded to 'marker' or 'skip'",
    )
  }

  #placeOf(context: SerializationContext | undefined): Place {
    if (context === undefined)
      throw new TypeError('an encrypting serializer must be told persistenceId and sequenceNr: pass them as context')
    return { context, serializerId: this.identifier, manifest: this.#manifest }
  }
}

/**
 * Encrypts what another serializer makes, by AES-256-GCM with a random IV each, under the data key of the persistenceId. Id, sequence
 * number, kind (event or snapshot), inner serializer and inner manifest are authenticated: what was changed, or put in the
 * place of another item, is refused. 37 bytes and the inner manifest more than the inner payload.
 *
 * Bind it before the built-in serializers, which would store strings and bytes as they are:
 *
 * @example
 * ```ts
 * const encrypted = encryptedSerializer({ identifier: 1700, inner: jsonSerializer(), keys })
 * const used = serialization({ bindings: [{ when: () => true, use: encrypted }] })
 * ```
 * @throws {@link ConfigError} options that are not usable.
 */
export const encryptedSerializer = (options: EncryptedSerializerOptions): EncryptedSerializer =>
  new Implementation(parseConfig(optionsSchema, options, 'encryptedSerializer'))
