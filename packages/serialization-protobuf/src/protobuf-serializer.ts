import {
  createRegistry,
  type DescMessage,
  fromBinary,
  isMessage,
  type Message,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf'
import {
  ConfigError,
  checkWellFormed,
  parseConfig,
  type SerializationContext,
  type Serializer,
  unreadable,
} from '@dynact/persistence'
import { z } from 'zod'

const isDescMessage = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Reflect.get(value, 'kind') === 'message'

const optionsSchema = z.strictObject({
  identifier: z.int(),
  messages: z
    .array(
      z.custom<DescMessage>(isDescMessage, 'must be the schema of a message: what generated code exports as "…Schema"'),
    )
    .min(1, 'must have at least one message'),
})

/** What {@link protobufSerializer} takes. */
export interface ProtobufSerializerOptions {
  /** Stored; never change it for data that exists. */
  readonly identifier: number
  /** The schemas of the messages that are stored: generated ones (`DepositedSchema`), or those of a file registry. */
  readonly messages: readonly DescMessage[]
}

class ProtobufSerializer implements Serializer<Message> {
  readonly identifier: number
  readonly #messages: Registry

  constructor({ identifier, messages }: ProtobufSerializerOptions) {
    this.identifier = identifier
    this.#messages = createRegistry(...messages)
    for (const message of messages)
      if (this.#messages.getMessage(message.typeName) !== message)
        throw new ConfigError(
          `protobufSerializer: two different messages are called ${message.typeName}. The name is stored with every event: give each its own.`,
        )
  }

  manifest(value: Message): string {
    return this.#schemaOf(value).typeName
  }

  toBinary(value: Message): Uint8Array {
    const schema = this.#schemaOf(value)
    checkWellFormed(value)
    return toBinary(schema, value)
  }

  fromBinary(bytes: Uint8Array, manifest: string, context?: SerializationContext): Message {
    const schema = this.#messages.getMessage(manifest)
    try {
      if (schema === undefined)
        throw new TypeError(
          `there is no message ${JSON.stringify(manifest)}. Add its schema to the messages of protobufSerializer`,
        )
      return fromBinary(schema, bytes)
    } catch (cause) {
      throw unreadable(this.identifier, manifest, context, cause)
    }
  }

  #schemaOf(value: unknown): DescMessage {
    if (!isMessage(value)) throw new TypeError('the value is no message: make it with create(…Schema, { … })')
    const schema = this.#messages.getMessage(value.$typeName)
    if (schema !== undefined) return schema
    throw new TypeError(`the message ${value.$typeName} is not among those of protobufSerializer: add its schema`)
  }
}

/**
 * Protobuf binary, as every other implementation of protobuf reads and writes it. The manifest is the full name of the message.
 * Fields that a message's schema does not know are kept, and written again with it. A lone payload that is cut off between two
 * fields is valid protobuf: the format can't tell.
 *
 * @example
 * ```ts
 * const events = protobufSerializer({ identifier: 1600, messages: [DepositedSchema, WithdrawnSchema] })
 * ```
 * @throws {@link ConfigError} options that are not usable, or two messages of one name.
 */
export const protobufSerializer = (options: ProtobufSerializerOptions): Serializer<Message> =>
  new ProtobufSerializer(parseConfig(optionsSchema, options, 'protobufSerializer'))
