import { connectionOptions, ONE_CLIENT } from '@dynact/dynamodb'
import { z } from 'zod'
import { KEY_BYTES } from './aes-gcm.js'
import type { KeyWrap } from './key-wrap.js'

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isMasterKey = (value: unknown): boolean => value instanceof Uint8Array && value.length === KEY_BYTES

const keyStoreOptions = {
  ...connectionOptions('dynact-keys'),
  /** Wraps the data keys: 32 random bytes, or several such keys, of which the first wraps and all unwrap. Or `wrap` and `unwrap`. */
  masterKey: z
    .custom<Uint8Array | readonly Uint8Array[]>(
      (value) => isMasterKey(value) || (Array.isArray(value) && value.length > 0 && value.every(isMasterKey)),
      `must be a Uint8Array of ${KEY_BYTES} bytes, or a list of such`,
    )
    .optional(),
  /** Wraps a data key: by AWS KMS, say. */
  wrap: z.custom<KeyWrap['wrap']>(isFunction, 'must be a function').optional(),
  /** Undoes `wrap`. */
  unwrap: z.custom<KeyWrap['unwrap']>(isFunction, 'must be a function').optional(),
  /** Data keys in memory, so that not every event needs a request. */
  cache: z
    .strictObject({
      /** Of how many ids, at most; those used last stay. */
      maxEntries: z.int().min(1).max(1_000_000).default(10_000),
      /** How long one is used, in milliseconds: another process uses a forgotten key no longer than this. */
      ttlMs: z.int().min(0).max(86_400_000).default(300_000),
    })
    .prefault({}),
} as const

/** Options of {@link dynamoDBKeyStore}. */
export const keyStoreConfigSchema = z
  .strictObject(keyStoreOptions)
  .refine(...ONE_CLIENT)
  .refine(
    ({ masterKey, wrap, unwrap }) =>
      masterKey === undefined ? wrap !== undefined && unwrap !== undefined : wrap === undefined && unwrap === undefined,
    { message: 'give either masterKey, or both wrap and unwrap', path: ['masterKey'] },
  )

/** Options of the table functions: those of the store, so that one object serves both. */
export const keyTableConfigSchema = z.strictObject(keyStoreOptions)

/** What {@link dynamoDBKeyStore} takes. */
export type KeyStoreConfig = z.input<typeof keyStoreConfigSchema>
/** The same with every default filled in. */
export type ResolvedKeyStoreConfig = Readonly<z.output<typeof keyStoreConfigSchema>>
/** What the table functions take. */
export type KeyTableConfig = z.input<typeof keyTableConfigSchema>
