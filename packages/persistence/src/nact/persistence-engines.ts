import type { PersistedEvent, PersistedSnapshot } from 'nact'
import type { AbortOptions } from '../abort.js'
import { ConfigError } from '../errors.js'
import type { Journal } from '../journal.js'
import type { SnapshotStore } from '../snapshot-store.js'
import { isPersistenceEngine, noEngineNamed, type PersistenceEngine } from './engine.js'
import { answerProbe } from './engine-probes.js'
import type { EventStream } from './event-stream.js'

/** Behaves as its default engine, and knows the others by name. */
class NamedEngines implements PersistenceEngine {
  readonly names: readonly string[]
  readonly #default: PersistenceEngine
  readonly #byName: ReadonlyMap<string, PersistenceEngine>

  constructor(byName: ReadonlyMap<string, PersistenceEngine>, byDefault: PersistenceEngine) {
    this.names = [...byName.keys()]
    this.#byName = byName
    this.#default = byDefault
  }

  get journal(): Journal {
    return this.#default.journal
  }

  get snapshotStore(): SnapshotStore | undefined {
    return this.#default.snapshotStore
  }

  named(name: string): PersistenceEngine {
    const engine = this.#byName.get(name)
    if (engine !== undefined) return engine
    throw noEngineNamed(name, this.names)
  }

  beginRecovery(options?: AbortOptions): Promise<() => void> {
    return this.#default.beginRecovery(options)
  }

  beginWork(): () => void {
    return this.#default.beginWork()
  }

  /** When each of them has. */
  async settled(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((engine) => engine.settled()))
  }

  events(key: string, offset?: number, limit?: number, tags?: readonly string[]): EventStream {
    return this.#default.events(key, offset, limit, tags)
  }

  latestSnapshot(key: string): Promise<PersistedSnapshot | undefined> {
    return answerProbe(key, this) ?? this.#default.latestSnapshot(key)
  }

  takeSnapshot(snapshot: PersistedSnapshot): Promise<void> {
    return this.#default.takeSnapshot(snapshot)
  }

  persist(event: PersistedEvent): Promise<void> {
    return this.#default.persist(event)
  }
}

/**
 * Several engines for one system. nact's own actors, and ours that name none, use `default`; ours name another one in their
 * props: `{ engine: 'audit' }`.
 *
 * @throws {@link ConfigError} there is no `default`, or an entry is not an engine.
 * @example
 * ```ts
 * const system = start(configurePersistence(persistenceEngines({ default: orders, audit })))
 * const auditLog = spawnPersistent(system, appendEntry, 'audit-log', 'audit-log', { engine: 'audit' })
 * ```
 */
export const persistenceEngines = (byName: {
  readonly default: PersistenceEngine
  readonly [name: string]: PersistenceEngine
}): PersistenceEngine => {
  const engines = new Map(Object.entries(byName ?? {}))
  const wrong = [...engines].filter(([, engine]) => !isPersistenceEngine(engine)).map(([name]) => name)
  const byDefault = engines.get('default')
  if (wrong.length === 0 && byDefault !== undefined) return new NamedEngines(engines, byDefault)
  const mistakes = [
    ...(byDefault === undefined ? ['there is no engine named default'] : []),
    ...wrong.map((name) => `${name} is not an engine made by persistenceEngine({ journal })`),
  ]
  throw new ConfigError(`persistenceEngines: ${mistakes.join('; ')}.`)
}
