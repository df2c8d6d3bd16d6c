/**
 * avsc computes with doubles: beyond 2^52 it loses the bit that holds the sign, and -4503599627370497 comes back positive. From
 * there on this type goes by the bytes.
 */
import avsc, { type Type } from 'avsc'

/** What is used of avsc's cursor over a buffer. */
interface Tap {
  pos: number
  isValid(): boolean
  readLong(): number
  writeLong(value: number): void
  /** 8 bytes, little-endian. */
  unpackLongBytes(): Buffer
  packLongBytes(bytes: Buffer): void
}
type FaultHook = ((value: unknown, type: Type) => void) | undefined

/** Zigzag doubles a number: below this the double is exact. */
const EXACT_TO = 2 ** 52

const methods = {
  _check(this: Type, value: unknown, _flags: unknown, hook: FaultHook): boolean {
    if (Number.isSafeInteger(value)) return true
    hook?.(value, this)
    return false
  },

  _read(tap: Tap): number | undefined {
    const { pos } = tap
    const fast = tap.readLong()
    if (Math.abs(fast) < EXACT_TO) return fast
    tap.pos = pos
    const bytes = tap.unpackLongBytes()
    if (!tap.isValid()) return undefined
    const exact = bytes.readBigInt64LE()
    if (Number.isSafeInteger(Number(exact))) return Number(exact)
    throw new RangeError('a long is beyond 2^53, where numbers are not exact')
  },

  _write(tap: Tap, value: unknown): void {
    if (!Number.isSafeInteger(value)) throw new TypeError('a long must be a safe integer')
    if (Math.abs(value as number) < EXACT_TO) return tap.writeLong(value as number)
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value as number))
    tap.packLongBytes(bytes)
  },
}

/** Avro's `long` as a number, exact over all safe integers. */
export const exactLong: Type = Object.create(
  avsc.Type.forSchema('long'),
  Object.fromEntries(Object.entries(methods).map(([name, value]) => [name, { value }])),
)
