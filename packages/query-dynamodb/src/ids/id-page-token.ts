import type { Item } from '@dynact/dynamodb'
import { ConfigError } from '@dynact/persistence'
import { z } from 'zod'

/** Where the next page of ids begins. */
export interface IdPageToken {
  readonly by: 'index' | 'scan'
  /** By the index: the number whose items are read. */
  readonly num: number
  readonly startKey?: Item
  /** By a scan: the hash key of the last item before. */
  readonly lastPar?: string
}

const keySchema = z.record(
  z.string(),
  z.union([z.strictObject({ S: z.string() }), z.strictObject({ N: z.string() })]),
) as unknown as z.ZodType<Item>

const tokenSchema = z.strictObject({
  by: z.enum(['index', 'scan']),
  num: z.union([z.literal(0), z.literal(1)]),
  startKey: keySchema.exactOptional(),
  lastPar: z.string().exactOptional(),
})

/** The token as text. */
export const idPageToken = (token: IdPageToken): string => Buffer.from(JSON.stringify(token)).toString('base64url')

/** @throws {@link ConfigError} the text is none. */
export const readIdPageToken = (text: string): IdPageToken => {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch (cause) {
    throw new ConfigError(
      `A stream of ids can't begin at ${JSON.stringify(text.slice(0, 40))}. Give the \`next\` of a page as it was.`,
      { cause },
    )
  }
}
