import type { NactContext } from './persistent-context.js'

/**
 * Tells of an error that fails nothing: in the log of the actor's system or, where there is none, as a process warning. A
 * library must not print, and must not keep silent either.
 *
 * @param what - begins the sentence, after the actor's path: "could not save a snapshot".
 */
export const report = ({ log, path }: Pick<NactContext, 'log' | 'path'>, what: string, error: unknown): void => {
  if (log !== undefined && error instanceof Error) return log.exception(error)
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.emitWarning(`${String(path)} ${what}: ${text}`, 'PersistentActorWarning')
}
