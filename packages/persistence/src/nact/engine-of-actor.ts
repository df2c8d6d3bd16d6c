import type { Ref } from 'nact'
import { z } from 'zod'
import { isPersistenceEngine, type PersistenceEngine } from './engine.js'
import { engineOfSystem } from './engine-of-system.js'

/** Checks the `engine` of an actor. */
export const engineSchema = z
  .custom<string | PersistenceEngine>(
    (value) => typeof value === 'string' || isPersistenceEngine(value),
    'the name of an engine is needed here, or one made by persistenceEngine({ journal })',
  )
  .optional()

/**
 * The engine that an actor below `parent` asks for: the one given, the one of that name, or the system's.
 *
 * @throws {@link ConfigError} the system has no engine, or none of that name.
 */
export const engineOfActor = (
  parent: Ref<unknown>,
  engine: string | PersistenceEngine | undefined,
): PersistenceEngine => {
  if (typeof engine === 'object') return engine
  const ofSystem = engineOfSystem(parent)
  return engine === undefined ? ofSystem : ofSystem.named(engine)
}
