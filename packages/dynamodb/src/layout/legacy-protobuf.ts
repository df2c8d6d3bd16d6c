/**
 * The little of the protobuf wire format that legacy items need: varints and length-delimited fields; fixed-width ones are
 * skipped. Source: "Encoding" in the Protocol Buffers documentation.
 */
import type { Fail } from './legacy-bytes.js'

/** One field of a message: a varint's value, a length-delimited field's bytes, neither for what is skipped. */
export interface ProtobufField {
  readonly number: number
  readonly varint?: bigint
  readonly bytes?: Uint8Array
}

const WireType = { VARINT: 0, FIXED_64: 1, LENGTH_DELIMITED: 2, FIXED_32: 5 } as const

/** 64 bits, 7 in a byte. */
const MAX_VARINT_BYTES = 10
const MAX_FIELD_NUMBER = 2 ** 29 - 1

/** The fields of a message, in the order of their bytes. Truncated or malformed bytes are refused. */
export function* protobufFields(message: Uint8Array, fail: Fail): Generator<ProtobufField, void> {
  let position = 0

  const take = (length: number): Uint8Array => {
    if (length > message.byteLength - position) fail('its protobuf message is truncated')
    position += length
    return message.subarray(position - length, position)
  }
  const takeVarint = (): bigint => {
    let value = 0n
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const [byte = 0] = take(1)
      value |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    return fail('its protobuf message has a number of more than 64 bits')
  }

  while (position < message.byteLength) {
    const tag = Number(takeVarint())
    const number = Math.floor(tag / 8)
    const wireType = tag % 8
    if (number < 1 || number > MAX_FIELD_NUMBER) fail(`its protobuf message has a field numbered ${number}`)
    if (wireType === WireType.VARINT) yield { number, varint: takeVarint() }
    else if (wireType === WireType.LENGTH_DELIMITED) yield { number, bytes: take(Number(takeVarint())) }
    else if (wireType === WireType.FIXED_64) take(8)
    else if (wireType === WireType.FIXED_32) take(4)
    else fail(`field ${number} of its protobuf message has the unknown wire type ${wireType}`)
  }
}
