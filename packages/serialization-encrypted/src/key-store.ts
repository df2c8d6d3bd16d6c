import { PersistenceError } from '@dynact/persistence'

/** What the payloads of one persistenceId are encrypted with. */
export interface DataKey {
  /** 1 for the first of an id, one more with every rotation. Stored with each payload. */
  readonly version: number
  /** 32 bytes, for AES-256. */
  readonly key: Uint8Array
}

/** Where the data keys are. */
export interface KeyStore {
  /**
   * The newest key of an id, to write with; made if there is none. Whoever asks, in whichever process, gets the same one.
   * @throws {@link PersistenceError} the key has been forgotten, or the store can't be reached.
   */
  getOrCreate(persistenceId: string): Promise<DataKey>
  /**
   * A key to read with; `undefined` if there is none, or none any more.
   * @param version - of the key that wrote; the newest if it is left out.
   */
  get(persistenceId: string, version?: number): Promise<DataKey | undefined>
  /** Deletes all keys of an id, for good. Idempotent; an id without keys is marked as forgotten, too. */
  forget(persistenceId: string): Promise<void>
  /**
   * Has this key been forgotten? Tells a key that was shredded from one that was never there, as in a wrong table: reading
   * the latter fails, instead of passing for shredded. A store that lacks this method has forgotten whatever it does not find.
   */
  isForgotten?(persistenceId: string, version: number): Promise<boolean>
}

/** The key stores of this package. */
export interface ManagedKeyStore extends KeyStore {
  isForgotten(persistenceId: string, version: number): Promise<boolean>
  /**
   * Makes a new key that writes from now on; the older ones read. They are wrapped anew, under the first master key, too.
   * @throws {@link PersistenceError} the key has been forgotten, or the store can't be reached.
   */
  rotate(persistenceId: string): Promise<DataKey>
  /**
   * Lets a forgotten id be used again: the next write makes a new key. What was forgotten stays so.
   * @throws {@link PersistenceError} the store can't be reached.
   */
  revive(persistenceId: string): Promise<void>
  /** Waits for what is under way, then refuses further calls. Idempotent. */
  close(): Promise<void>
}

/** Why nothing can be encrypted for an id. */
export const keyForgotten = (persistenceId: string): PersistenceError =>
  new PersistenceError(
    `${persistenceId}: its data key has been forgotten, so nothing can be encrypted for it. Use another id, or call revive(persistenceId) of the key store if this one is to be used again.`,
    { persistenceId },
  )
