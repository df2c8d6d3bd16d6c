import type { Plugin } from 'nact'
import { ConfigError } from '../errors.js'
import { isPersistenceEngine, type PersistenceEngine } from './engine.js'
import { configurePersistence as configureNact } from './nact.js'

/**
 * Gives an actor system its persistence engine: nact's own function, behind a check.
 *
 * @throws {@link ConfigError} this is not an engine of dynact's.
 * @example
 * ```ts
 * const system = start(configurePersistence(persistenceEngine({ journal, snapshotStore })))
 * ```
 */
export const configurePersistence = (engine: PersistenceEngine): Plugin => {
  if (!isPersistenceEngine(engine)) {
    throw new ConfigError(
      'configurePersistence needs an engine made by persistenceEngine({ journal, snapshotStore }) or persistenceEngines({ default }).',
    )
  }
  return configureNact(engine)
}
