import type { Ref } from 'nact'
import { ConfigError } from '../errors.js'
import type { PersistenceEngine } from './engine.js'
import { probe } from './engine-probes.js'
import { persistentQuery } from './nact.js'

const ignore = () => {}

/**
 * The engine that an actor's system was configured with, also when nact's own `configurePersistence` did it. nact's public API
 * does not reveal it, but nact's `persistentQuery` asks it, before it returns, for the latest snapshot of a key of ours.
 *
 * @throws {@link ConfigError} the system has no engine, or one that is not dynact's.
 * @throws Error nact's own: the parent has stopped.
 */
export const engineOfSystem = (parent: Ref<unknown>): PersistenceEngine => {
  const engine = probe((key) => {
    // Our engines reject a probe, which ends the query; no engine at all is a TypeError in there.
    persistentQuery(parent, ignore, key, { snapshotKey: key })().catch(ignore)
  })
  if (engine !== undefined) return engine
  throw new ConfigError(
    'This actor system has no dynact persistence engine. Give it one: start(configurePersistence(persistenceEngine({ journal }))), or name an engine in the props of spawnPersistent: { engine }.',
  )
}
