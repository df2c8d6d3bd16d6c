import { randomUUID } from 'node:crypto'
import { PersistenceError } from '../errors.js'
import type { PersistenceEngine } from './engine.js'

/** Made once: a probe comes with every spawn, and nobody looks at its stack. */
const PROBED = new PersistenceError('This key only asks which engine a system has; nothing is stored under it.')

/** Each is open for the length of one synchronous call, see `engine-of-system.ts`. */
const open = new Map<string, (engine: PersistenceEngine) => void>()

/**
 * Hands out a key that nobody can guess while `ask` runs.
 *
 * @returns the engine that was asked for the latest snapshot of that key, if it was one of ours.
 */
export const probe = (ask: (key: string) => void): PersistenceEngine | undefined => {
  const key = `dynact-probe-${randomUUID()}`
  let found: PersistenceEngine | undefined
  open.set(key, (engine) => {
    found = engine
  })
  try {
    ask(key)
  } finally {
    open.delete(key)
  }
  return found
}

/**
 * For engines, which ask it first of all: was this key a probe's? Then the engine has reported itself by this call.
 *
 * @returns for a probe, what `latestSnapshot` is to return: a rejection that ends the query there; `undefined` otherwise.
 */
export const answerProbe = (key: string, engine: PersistenceEngine): Promise<never> | undefined => {
  const report = open.get(key)
  if (report === undefined) return undefined
  report(engine)
  return Promise.reject(PROBED)
}
