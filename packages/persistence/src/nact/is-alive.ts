import type { Ref } from 'nact'
import { persistentQuery } from './nact.js'

const ignore = () => undefined

/**
 * Can this actor still be reached? Not after it, one of its parents or its system was stopped, even where nact 7.6 does not
 * stop it (`stop(system)` and the stop of a parent reach no children). nact has no function that asks this, but it refuses to
 * make a query below an actor that has stopped; a query that is not called does nothing.
 */
export const isAlive = (actor: Ref<unknown>): boolean => {
  try {
    persistentQuery(actor, ignore, 'is-alive')
    return true
  } catch {
    return false
  }
}
