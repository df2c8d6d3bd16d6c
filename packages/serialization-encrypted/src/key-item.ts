/** The item that holds the wrapped keys of an id. */
import type { Item } from '@dynact/dynamodb'
import { PersistenceError } from '@dynact/persistence'
import type { KeyRing } from './key-ring.js'

/** Names of the stored attributes. Stored; never change one. */
export const KeyAttributes = {
  /** Hash key. */
  PERSISTENCE_ID: 'persistence_id',
  /** N: the newest version that was ever made. */
  VERSION: 'ver',
  /** M of B: wrapped keys by version. */
  KEYS: 'keys',
  /** N: versions up to this one have been forgotten. */
  FORGOTTEN_TO: 'forgotten_to',
  /** BOOL, only when true: no new keys are to be made. */
  FORGOTTEN: 'forgotten',
} as const

/** The key of an id's item. */
export const keyOf = (persistenceId: string): Item => ({ [KeyAttributes.PERSISTENCE_ID]: { S: persistenceId } })

/** Wrapped keys as an attribute. */
export const wrappedKeys = (keys: ReadonlyMap<number, Uint8Array>): Item[string] => ({
  M: Object.fromEntries([...keys].map(([version, wrapped]) => [String(version), { B: wrapped }])),
})

const isVersion = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** @throws {@link PersistenceError} the item is damaged. */
export const readKeyItem = (item: Item, table: string, persistenceId: string): KeyRing => {
  const version = Number(item[KeyAttributes.VERSION]?.N)
  const forgottenTo = Number(item[KeyAttributes.FORGOTTEN_TO]?.N ?? 0)
  const isForgotten = item[KeyAttributes.FORGOTTEN]?.BOOL === true
  const fail = (why: string): never => {
    throw new PersistenceError(
      `${persistenceId}: the item of its data keys in table ${table} is damaged: ${why}. Restore it from a backup.`,
      { persistenceId },
    )
  }
  if (!isVersion(version)) fail(`${KeyAttributes.VERSION} is not a version`)
  if (!isVersion(forgottenTo)) fail(`${KeyAttributes.FORGOTTEN_TO} is not a version`)
  const keys = new Map<number, Uint8Array>()
  for (const [name, { B: wrapped }] of Object.entries(item[KeyAttributes.KEYS]?.M ?? {})) {
    const of = Number(name)
    // What is passed over here, the next rotation would write over.
    if (wrapped === undefined) fail(`its key of version ${name} is not binary`)
    else if (!isVersion(of) || of === 0 || of > version)
      fail(`it has a key of version ${name}, beyond its newest, ${version}`)
    else keys.set(of, wrapped)
  }
  return { version, forgottenTo, isForgotten, keys }
}
