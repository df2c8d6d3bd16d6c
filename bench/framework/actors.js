// @ts-check
// Persistent actors of nact's, as a user has them, on any engine of nact's.
import { randomUUID } from 'node:crypto'
import { configurePersistence, persistenceEngine, spawnPersistent } from '@dynact/persistence'
import {
  dispatch,
  configurePersistence as nactConfigurePersistence,
  spawnPersistent as nactSpawnPersistent,
  start,
  stop,
} from 'nact'
import { payloadOf } from './events.js'

/** @typedef {{ events: number } | { writes: number, done: (error?: unknown) => void } | { told: (events: number) => void }} Message */

/**
 * What actors are made with: dynact on a journal.
 * @param {import('@dynact/persistence').Journal} journal
 */
export const dynactActors = (journal) =>
  actorSystem(start(configurePersistence(persistenceEngine({ journal }))), spawnPersistent)

/** nact's own actors on an engine of nact's. @param {any} engine */
export const nactActors = (engine) => actorSystem(start(nactConfigurePersistence(engine)), nactSpawnPersistent)

/** @param {any} system @param {any} spawn */
const actorSystem = (system, spawn) => {
  const payload = payloadOf()
  /** Its state is how many events it has seen. @param {string} id */
  const actor = (id) =>
    spawn(
      system,
      async (/** @type {number} */ count, /** @type {any} */ message, /** @type {any} */ ctx) => {
        if (typeof message === 'string') return count + 1
        if (message.told !== undefined) message.told(count)
        for (let written = 0; written < (message.writes ?? 0); written++) await ctx.persist(payload)
        message.done?.()
        return count
      },
      id,
      id,
      { initialState: 0 },
    )

  return {
    /** Lets new actors recover, and then persist so many events each; gives the milliseconds of the latter. @param {number} actors @param {number} events */
    write: async (actors, events) => {
      const run = randomUUID()
      const refs = Array.from({ length: actors }, (_, index) => actor(`${run}-${index}`))
      await Promise.all(refs.map((ref) => new Promise((told) => dispatch(ref, { told }))))
      const begin = performance.now()
      await Promise.all(refs.map((ref) => new Promise((done) => dispatch(ref, { writes: events, done }))))
      const ms = performance.now() - begin
      for (const ref of refs) stop(ref)
      return ms
    },
    /** Lets actors recover; gives the milliseconds. @param {readonly string[]} ids @param {number} expected how many events in all */
    recover: async (ids, expected) => {
      const begin = performance.now()
      const refs = ids.map(actor)
      const counts = await Promise.all(refs.map((ref) => new Promise((told) => dispatch(ref, { told }))))
      const ms = performance.now() - begin
      for (const ref of refs) stop(ref)
      const seen = counts.reduce((sum, count) => sum + count, 0)
      if (seen !== expected) throw new Error(`The actors recovered from ${seen} events instead of ${expected}`)
      return ms
    },
    stop: () => stop(system),
  }
}
