import { z } from 'zod'
import { ConfigError } from './errors.js'

/**
 * Checks options against their schema, once, at construction.
 *
 * @param what - names the function whose options these are, for the message.
 * @returns the options with their defaults filled in, frozen.
 * @throws {@link ConfigError} naming every mistake at once: unknown keys, bad values, wrong types.
 */
export const parseConfig = <S extends z.ZodType>(schema: S, input: unknown, what: string): Readonly<z.output<S>> => {
  const result = schema.safeParse(input)
  if (!result.success) {
    throw new ConfigError(`${what}: these options are not usable:\n${z.prettifyError(result.error)}`, {
      cause: result.error,
    })
  }
  return Object.freeze(result.data) as Readonly<z.output<S>>
}
