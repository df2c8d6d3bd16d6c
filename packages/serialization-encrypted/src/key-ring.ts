/**
 * The keys of one id, and what has become of them. Versions only grow, so that a forgotten one never comes back.
 */
export interface KeyRing {
  /** The newest version that was ever made; 0: none was. */
  readonly version: number
  /** Versions up to this one have been forgotten. */
  readonly forgottenTo: number
  /** Is the id itself forgotten: are no new keys to be made? */
  readonly isForgotten: boolean
  /** By version: wrapped or not, as the store has it. */
  readonly keys: ReadonlyMap<number, Uint8Array>
}

/** Of an id that the store has never heard of. */
export const NO_KEYS: KeyRing = { version: 0, forgottenTo: 0, isForgotten: false, keys: new Map() }
