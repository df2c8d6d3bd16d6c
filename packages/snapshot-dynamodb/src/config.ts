import { ONE_CLIENT, storeOptions } from '@dynact/dynamodb'
import { z } from 'zod'

const snapshotStoreOptions = storeOptions('dynact-snapshot')

/** Options of {@link dynamoDBSnapshotStore}. */
export const snapshotStoreConfigSchema = z.strictObject(snapshotStoreOptions).refine(...ONE_CLIENT)

/** Options of the snapshot store's table functions: those of the store, so that one object serves both. */
export const snapshotTableConfigSchema = z.strictObject(snapshotStoreOptions)

/** What {@link dynamoDBSnapshotStore} takes. */
export type SnapshotStoreConfig = z.input<typeof snapshotStoreConfigSchema>
/** The same with every default filled in. */
export type ResolvedSnapshotStoreConfig = Readonly<z.output<typeof snapshotStoreConfigSchema>>
/** What the snapshot store's table functions take. */
export type SnapshotTableConfig = z.input<typeof snapshotTableConfigSchema>
