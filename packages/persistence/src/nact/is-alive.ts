import type { ActorContext, Ref } from 'nact'
import { spawn, stop } from './nact.js'

const ignore = () => undefined

/**
 * Can this actor still be reached? Not after it, one of its parents or its system was stopped, even where nact 7.6 does not
 * stop it (`stop(system)` and the stop of a parent reach no children), nor when another actor has its path by now. nact has no
 * function that asks this, but it spawns no child below an actor that has stopped, and a child is told who its parent is.
 */
export const isAlive = (actor: Ref<unknown>): boolean => {
  let parent: Ref<unknown> | undefined
  const initialStateFunc = (ctx: ActorContext<unknown, Ref<unknown>>) => {
    parent = ctx.parent
    return undefined
  }
  try {
    stop(spawn(actor, ignore, 'dynact-is-alive', { initialStateFunc })) // Nobody else has its turn meanwhile.
  } catch {
    return false
  }
  return parent === actor
}
