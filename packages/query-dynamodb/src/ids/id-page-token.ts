import type { Item, MarkKind } from '@dynact/dynamodb'
import { ConfigError } from '@dynact/persistence'
import { z } from 'zod'

/** Where the next page of ids begins. */
export interface IdPageToken {
  readonly by: 'index' | 'scan'
  /** By the index: the number whose items are read. */
  readonly num: number
  /** By an index that is sorted by `par`: only keys that begin as events', or these marks', do. */
  readonly kind?: 'P' | MarkKind
  /** Only ids that begin with it. */
  readonly prefix?: string
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
  kind: z.enum(['P', 'SL', 'SH']).exactOptional(),
  prefix: z.string().exactOptional(),
  startKey: keySchema.exactOptional(),
  lastPar: z.string().exactOptional(),
})

/** The token as text. */
export const idPageToken = (token: IdPageToken): string => Buffer.from(JSON.stringify(token)).toString('base64url')

/** @throws {@link ConfigError} the text is none, or one of another search. */
export const readIdPageToken = (text: string, prefix: string): IdPageToken => {
  let token: IdPageToken
  try {
    token = tokenSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch (cause) {
    throw new ConfigError(
      `A stream of ids can't begin at ${JSON.stringify(text.slice(0, 40))}. Give the \`next\` of a page as it was.`,
      { cause },
    )
  }
  if ((token.prefix ?? '') === prefix) return token
  throw new ConfigError(
    `A stream of the ids that begin with ${JSON.stringify(prefix)} can't go on with one of those that begin with ${JSON.stringify(token.prefix ?? '')}. Give the same \`prefix\` as before.`,
  )
}
