/**
 * Encryption for dynact: a serializer around another one, with a data key per persistenceId that can be shredded.
 *
 * @packageDocumentation
 */
export type { KeyStoreConfig, KeyTableConfig } from './config.js'
export { dynamoDBKeyStore } from './dynamodb-key-store.js'
export {
  type EncryptedSerializer,
  type EncryptedSerializerOptions,
  encryptedSerializer,
} from './encrypted-serializer.js'
export { inMemoryKeyStore } from './in-memory-key-store.js'
export type { DataKey, KeyStore, ManagedKeyStore } from './key-store.js'
export { createKeyTable, deleteKeyTable, keyTableDefinition } from './key-table.js'
export type { KeyWrap, WrapContext } from './key-wrap.js'
export { Shredded } from './shredded.js'
