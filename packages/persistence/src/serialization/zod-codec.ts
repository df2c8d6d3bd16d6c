import { z } from 'zod'

/** Checks values by a schema on their way out and in; zod codecs (dates, say) are encoded and decoded. */
export interface ZodCodec {
  /** @throws TypeError the value does not fit; the message has the path of every mistake. */
  encode(value: unknown): unknown
  /** @throws TypeError the value does not fit; the message has the path of every mistake. */
  decode(value: unknown): unknown
}

/** @param schema - without asynchronous refinements and one-way transforms. */
export const zodCodec = (schema: z.ZodType): ZodCodec => {
  const given = (result: z.ZodSafeParseResult<unknown>): unknown => {
    if (result.success) return result.data
    throw new TypeError(z.prettifyError(result.error), { cause: result.error })
  }
  return {
    encode: (value) => given(z.safeEncode(schema, value)),
    decode: (value) => given(z.safeDecode(schema, value as z.input<typeof schema>)),
  }
}
