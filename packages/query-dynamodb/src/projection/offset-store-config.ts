import { ONE_CLIENT, storeOptions } from '@dynact/dynamodb'
import { z } from 'zod'

const { journalName: _name, serialization: _serialization, ...offsetStoreOptions } = storeOptions('dynact-offset')

/** Options of {@link dynamoDBOffsetStore}. */
export const offsetStoreConfigSchema = z.strictObject(offsetStoreOptions).refine(...ONE_CLIENT)

/** Options of the offset table's functions: those of the store, so that one object serves both. */
export const offsetTableConfigSchema = z.strictObject(offsetStoreOptions)

/** What {@link dynamoDBOffsetStore} takes. */
export type OffsetStoreConfig = z.input<typeof offsetStoreConfigSchema>
/** The same with every default filled in. */
export type ResolvedOffsetStoreConfig = Readonly<z.output<typeof offsetStoreConfigSchema>>
/** What the offset table's functions take. */
export type OffsetTableConfig = z.input<typeof offsetTableConfigSchema>
