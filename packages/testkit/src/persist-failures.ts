import { FencedError, WriteRejectedError, WriteUncertainError } from '@dynact/persistence'

/** How a write may fail; see the errors of `@dynact/persistence`. */
export type PersistFailure = 'rejected' | 'uncertain' | 'fenced' | Error

/** The error that a journal would fail with. */
export const persistFailure = (failure: PersistFailure, persistenceId: string, sequenceNr: number): Error => {
  if (failure instanceof Error) return failure
  const text = `${persistenceId}: event ${sequenceNr} was to fail in this test (${failure}).`
  const facts = { persistenceId, sequenceNr }
  if (failure === 'rejected') return new WriteRejectedError(text, facts)
  if (failure === 'uncertain') return new WriteUncertainError(text, facts)
  return new FencedError(text, { ...facts, writerUuid: 'another-writer' })
}
