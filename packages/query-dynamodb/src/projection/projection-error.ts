import {
  PersistenceError,
  type PersistenceErrorCode,
  type PersistenceErrorFacts,
  WriteRejectedError,
} from '@dynact/persistence'

/** A projection has failed: by its handler, its source or its offset store, which is the cause. */
export class ProjectionError extends PersistenceError {
  override readonly name: string = 'ProjectionError'
  override readonly code: PersistenceErrorCode = 'PROJECTION'
  /** Name of the projection. */
  readonly projection: string

  constructor(message: string, facts: PersistenceErrorFacts & { readonly projection: string }) {
    super(message, facts)
    this.projection = facts.projection
  }
}

/** Another instance of the projection has taken it over, or its offset was reset; nothing was written. */
export class ProjectionFencedError extends ProjectionError {
  override readonly name: string = 'ProjectionFencedError'
  override readonly code: PersistenceErrorCode = 'FENCED'
  /** The instance that holds it now; `''` if there is none. */
  readonly owner: string

  constructor(message: string, facts: PersistenceErrorFacts & { readonly projection: string; readonly owner: string }) {
    super(message, facts)
    this.owner = facts.owner
  }
}

/** DynamoDB refuses what the handler of an exactly-once projection wants to write; neither that nor the offset was written. */
export class HandlerWritesError extends WriteRejectedError {
  override readonly name: string = 'HandlerWritesError'
  /** Places of the writes whose conditions do not hold, from 0; none when they were refused for another reason. */
  readonly failedConditions: readonly number[]

  constructor(message: string, facts: PersistenceErrorFacts & { readonly failedConditions?: readonly number[] } = {}) {
    super(message, facts)
    this.failedConditions = facts.failedConditions ?? []
  }
}
