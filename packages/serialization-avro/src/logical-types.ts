/**
 * Avro's logical types for dates and decimals, as JavaScript values. The bytes are those of the Avro specification 1.12.
 */
import avsc, { type Type } from 'avsc'

/** By the name in the schema's `logicalType`. */
export type LogicalTypes = Readonly<Record<string, new (...args: never[]) => Type>>

interface LogicalSchema {
  readonly precision?: unknown
  readonly scale?: unknown
}
type Options = ConstructorParameters<typeof avsc.types.LogicalType>[1]

const MS_PER_DAY = 86_400_000
const isDate = (value: unknown): value is Date => value instanceof Date && Number.isSafeInteger(value.getTime())
const same = (value: unknown): unknown => value

/** Not every long is a time that JavaScript has. */
const dateOf = (ms: number): Date => {
  const date = new Date(ms)
  if (isDate(date)) return date
  throw new RangeError(`${ms} milliseconds are beyond the dates of JavaScript`)
}

/** `timestamp-millis` on `long`: a `Date`. */
export class TimestampMillisType extends avsc.types.LogicalType {
  protected override _fromValue(value: number): Date {
    return dateOf(value)
  }

  protected override _toValue(value: unknown): number | undefined {
    return isDate(value) ? value.getTime() : undefined
  }

  protected override _resolve(writer: Type): ((value: never) => unknown) | undefined {
    if (writer instanceof TimestampMillisType) return same
    return writer.typeName === 'long' || writer.typeName === 'int' ? dateOf : undefined
  }
}

/** `date` on `int`: a `Date` of midnight UTC. Any other time of day is refused, since it would be lost. */
export class DateType extends avsc.types.LogicalType {
  protected override _fromValue(value: number): Date {
    return dateOf(value * MS_PER_DAY)
  }

  protected override _toValue(value: unknown): number | undefined {
    return isDate(value) && value.getTime() % MS_PER_DAY === 0 ? value.getTime() / MS_PER_DAY : undefined
  }

  protected override _resolve(writer: Type): ((value: never) => unknown) | undefined {
    if (writer instanceof DateType) return same
    return writer.typeName === 'int' ? (value: number) => dateOf(value * MS_PER_DAY) : undefined
  }
}

/**
 * `decimal` on `bytes` or `fixed`: a string such as `'-12.30'`, always with all digits of the scale. One with fewer is padded
 * when it is read; one with more digits than scale and precision allow is refused.
 */
export class DecimalType extends avsc.types.LogicalType {
  /** The most digits. */
  readonly precision: number
  /** How many of them stand behind the point. */
  readonly scale: number
  readonly #size: number | undefined

  constructor(schema: LogicalSchema, options?: Options) {
    super(schema as never, options)
    const { precision, scale = 0 } = schema
    if (!isCount(precision) || precision === 0 || !isCount(scale) || scale > precision)
      throw new TypeError(`a decimal needs a precision of at least 1 and a scale from 0 to the precision`)
    const { typeName } = this.underlyingType
    if (typeName !== 'bytes' && typeName !== 'fixed')
      throw new TypeError(`a decimal stands on bytes or fixed, not on ${typeName}`)
    this.precision = precision
    this.scale = scale
    this.#size = typeName === 'fixed' ? (this.underlyingType as avsc.types.FixedType).size : undefined
  }

  protected override _fromValue(bytes: Buffer): string {
    const digits = fromTwosComplement(bytes)
    const text = (digits < 0n ? -digits : digits).toString().padStart(this.scale + 1, '0')
    const point = text.length - this.scale
    return `${digits < 0n ? '-' : ''}${text.slice(0, point)}${this.scale > 0 ? `.${text.slice(point)}` : ''}`
  }

  protected override _toValue(value: unknown): Buffer | undefined {
    const [, sign, whole, fraction = ''] = (typeof value === 'string' && /^(-?)(\d+)(?:\.(\d+))?$/.exec(value)) || []
    if (whole === undefined || fraction.length > this.scale) return undefined
    const digits = BigInt(whole + fraction.padEnd(this.scale, '0'))
    if (digits >= 10n ** BigInt(this.precision)) return undefined
    return toTwosComplement(sign === '-' ? -digits : digits, this.#size)
  }

  /** Another scale would make another number of the same bytes. */
  protected override _resolve(writer: Type): ((value: never) => unknown) | undefined {
    if (writer instanceof DecimalType)
      return writer.scale === this.scale && writer.precision <= this.precision ? same : undefined
    return writer.typeName === 'bytes' || writer.typeName === 'fixed'
      ? (value: Buffer) => this._fromValue(value)
      : undefined
  }

  protected override _export(schema: avsc.Schema): void {
    Object.assign(schema, { precision: this.precision, scale: this.scale })
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const fromTwosComplement = (bytes: Buffer): bigint =>
  bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))

/** The shortest form, or one of `size` bytes; undefined where it does not fit. */
const toTwosComplement = (value: bigint, size: number | undefined): Buffer | undefined => {
  // One bit more than the digits of the value, or of the one below it when it is negative.
  const bits = (value < 0n ? -value - 1n : value).toString(2).replace(/^0$/, '').length + 1
  const shortest = Math.ceil(bits / 8)
  const length = size ?? shortest
  if (length < shortest) return undefined
  return Buffer.from(
    BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, '0'),
    'hex',
  )
}

/** What an {@link avroSerializer} knows without being told: `timestamp-millis`, `date` and `decimal`. */
export const logicalTypes = {
  'timestamp-millis': TimestampMillisType,
  date: DateType,
  decimal: DecimalType,
} as const satisfies LogicalTypes
