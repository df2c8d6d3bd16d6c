import {
  connectionOptions,
  hasOneClient,
  isOneClientCheckable,
  journalNameSchema,
  MAX_ITEM_BYTES,
  ONE_CLIENT,
  tableNameSchema,
} from '@dynact/dynamodb'
import { type Serialization, serialization } from '@dynact/persistence'
import { z } from 'zod'

const isSerialization = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'serialize' in value && 'deserialize' in value

const snapshotStoreOptions = {
  ...connectionOptions,
  /** Name of the table. */
  table: tableNameSchema.default('dynact-snapshot'),
  /** Prefix of every key, the Akka and Pekko plugins' `journal-name`: several stores can share a table. */
  journalName: journalNameSchema.default('journal'),
  /** Turns states into bytes and back. */
  serialization: z
    .custom<Serialization>(isSerialization, 'must come from serialization(...)')
    .default(() => serialization()),
  /** The largest item that is sent, in bytes, its entry in the local index counted in. */
  maxItemSize: z.int().min(1_000).max(MAX_ITEM_BYTES).default(MAX_ITEM_BYTES),
} as const

/** Options of {@link dynamoDBSnapshotStore}. */
export const snapshotStoreConfigSchema = z
  .strictObject(snapshotStoreOptions)
  .refine(hasOneClient, { message: ONE_CLIENT, path: ['client'], when: isOneClientCheckable })

/** Options of the snapshot store's table functions: those of the store, so that one object serves both. */
export const snapshotTableConfigSchema = z.strictObject(snapshotStoreOptions)

/** What {@link dynamoDBSnapshotStore} takes. */
export type SnapshotStoreConfig = z.input<typeof snapshotStoreConfigSchema>
/** The same with every default filled in. */
export type ResolvedSnapshotStoreConfig = Readonly<z.output<typeof snapshotStoreConfigSchema>>
/** What the snapshot store's table functions take. */
export type SnapshotTableConfig = z.input<typeof snapshotTableConfigSchema>
