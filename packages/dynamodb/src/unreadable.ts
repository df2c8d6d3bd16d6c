import { isPersistenceError, type PersistenceError } from '@dynact/persistence'

/** Is the error about what is stored, not about how to get at it? */
export const isUnreadable = (error: unknown): error is PersistenceError =>
  isPersistenceError(error) && (error.code === 'RECOVERY' || error.code === 'SERIALIZATION') && !isTransient(error)

/** Does it, or what caused it, say that it passes? What a serializer needs, a service of keys say, can be out of reach. */
const isTransient = (error: unknown): boolean =>
  error instanceof Error && (('isTransient' in error && error.isTransient === true) || isTransient(error.cause))

/** Told of an item or event that can't be read: throws, or lets the reader go on as if it was not there. */
export type GoesOnWithout = (error: PersistenceError) => void

/**
 * What reading an item or event gives, or `undefined` where it can't be read and the reader goes on without it.
 *
 * @param goesOnWithout - left out: the reader fails.
 */
export const readable = <T>(read: () => T, goesOnWithout: GoesOnWithout | undefined): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (goesOnWithout === undefined || !isUnreadable(error)) throw error
    goesOnWithout(error)
    return undefined
  }
}

/** As {@link readable}, of what may be a promise. */
export const readableLater = <T>(
  read: () => T | Promise<T>,
  goesOnWithout: GoesOnWithout | undefined,
): T | undefined | Promise<T | undefined> => {
  const value = readable(read, goesOnWithout)
  if (goesOnWithout === undefined || !(value instanceof Promise)) return value
  return value.catch((error: unknown) =>
    readable<T>(() => {
      throw error
    }, goesOnWithout),
  )
}
