/** Permanent names of the errors: the same in every version and across duplicate installs, where `instanceof` fails. */
export type PersistenceErrorCode =
  | 'PERSISTENCE'
  | 'CONFIG'
  | 'WRITE_REJECTED'
  | 'ITEM_TOO_LARGE'
  | 'WRITE_UNCERTAIN'
  | 'FENCED'
  | 'SERIALIZATION'
  | 'RECOVERY'
  | 'PROJECTION'

/** The facts that an error carries beside its text. Payloads are never among them. */
export interface PersistenceErrorFacts {
  readonly persistenceId?: string | undefined
  readonly sequenceNr?: number | undefined
  readonly cause?: unknown
}

/** Base of every error that dynact throws. */
export class PersistenceError extends Error {
  override readonly name: string = 'PersistenceError'
  /** Permanent name of the kind of error. */
  readonly code: PersistenceErrorCode = 'PERSISTENCE'
  /** The actor it is about, where it is about one. */
  readonly persistenceId: string | undefined
  /** The event (the first of an atomic write) or snapshot it is about, where it is about one. */
  readonly sequenceNr: number | undefined

  constructor(message: string, facts: PersistenceErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.persistenceId = facts.persistenceId
    this.sequenceNr = facts.sequenceNr
  }
}

/** An option is missing, unknown or of the wrong kind. The message names every mistake. */
export class ConfigError extends PersistenceError {
  override readonly name: string = 'ConfigError'
  override readonly code: PersistenceErrorCode = 'CONFIG'
}

/** Nothing was written and the sequence numbers are free again: the actor may go on. `cause` says why. */
export class WriteRejectedError extends PersistenceError {
  override readonly name: string = 'WriteRejectedError'
  override readonly code: PersistenceErrorCode = 'WRITE_REJECTED'
}

/** An event or snapshot is larger than the store takes. Found before anything is sent. */
export class ItemTooLargeError extends WriteRejectedError {
  override readonly name: string = 'ItemTooLargeError'
  override readonly code: PersistenceErrorCode = 'ITEM_TOO_LARGE'
  /** Size of the item as it would be stored, in bytes. */
  readonly sizeBytes: number
  /** The most that the store takes, in bytes. */
  readonly limitBytes: number

  constructor(
    message: string,
    facts: PersistenceErrorFacts & { readonly sizeBytes: number; readonly limitBytes: number },
  ) {
    super(message, facts)
    this.sizeBytes = facts.sizeBytes
    this.limitBytes = facts.limitBytes
  }
}

/** The outcome of a write is unknown after every retry. The actor must recover before it may write again. */
export class WriteUncertainError extends PersistenceError {
  override readonly name: string = 'WriteUncertainError'
  override readonly code: PersistenceErrorCode = 'WRITE_UNCERTAIN'
}

/**
 * Another writer holds the sequence number; nothing of it was overwritten. Two live actors share one persistenceId, or the
 * store carried out the last request of this actor's own dead predecessor: recover, then write again.
 */
export class FencedError extends PersistenceError {
  override readonly name: string = 'FencedError'
  override readonly code: PersistenceErrorCode = 'FENCED'
  /** The writer whose event is stored there; `''` if the stored item does not say. */
  readonly writerUuid: string

  constructor(message: string, facts: PersistenceErrorFacts & { readonly writerUuid: string }) {
    super(message, facts)
    this.writerUuid = facts.writerUuid
  }
}

/** A payload can't be turned into bytes, or bytes into a payload. On a write it is the cause of a {@link WriteRejectedError}. */
export class SerializationError extends PersistenceError {
  override readonly name: string = 'SerializationError'
  override readonly code: PersistenceErrorCode = 'SERIALIZATION'
  /** Identifier of the serializer; `undefined` when none was found for the value. */
  readonly serializerId: number | undefined
  /** The serializer's manifest of the payload; `''` when it has none. */
  readonly serializerManifest: string
  /** Could what the serializer needs, such as a key, not be had for now? Then the payload may be all right. */
  readonly isTransient: boolean

  constructor(
    message: string,
    facts: PersistenceErrorFacts & {
      readonly serializerId?: number | undefined
      readonly serializerManifest?: string | undefined
      /** @defaultValue what the cause says, or `false` */
      readonly isTransient?: boolean | undefined
    },
  ) {
    super(message, facts)
    this.serializerId = facts.serializerId
    this.serializerManifest = facts.serializerManifest ?? ''
    this.isTransient = facts.isTransient ?? saysTransient(facts.cause)
  }
}

const saysTransient = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'isTransient' in cause && cause.isTransient === true

/** What is stored can't be read back. The message names the table, the id and what to do. */
export class RecoveryError extends PersistenceError {
  override readonly name: string = 'RecoveryError'
  override readonly code: PersistenceErrorCode = 'RECOVERY'
}

/** Is this one of dynact's errors? By code, so that it holds across duplicate installs too. */
export const isPersistenceError = (error: unknown): error is PersistenceError =>
  error instanceof PersistenceError ||
  (error instanceof Error && 'code' in error && 'persistenceId' in error && 'sequenceNr' in error)

/** Was nothing written? Holds across duplicate installs too. */
export const isWriteRejection = (error: unknown): error is WriteRejectedError =>
  isPersistenceError(error) && (error.code === 'WRITE_REJECTED' || error.code === 'ITEM_TOO_LARGE')
