import { SerializationError } from '../errors.js'
import type { SerializationContext } from './serializer.js'

/** The error of a serializer that is asked for a payload it can't read; for those that are used without a {@link Serialization}, too. */
export const unreadable = (
  serializerId: number,
  serializerManifest: string,
  context: SerializationContext | undefined,
  cause: unknown,
): SerializationError =>
  new SerializationError(cause instanceof Error ? cause.message : String(cause), {
    persistenceId: context?.persistenceId,
    sequenceNr: context?.sequenceNr,
    serializerId,
    serializerManifest,
    cause,
  })
