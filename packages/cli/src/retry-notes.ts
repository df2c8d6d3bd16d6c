import type { Logger } from '@dynact/dynamodb'
import type { Output } from './output.js'

/** Before that, nobody has begun to wonder. */
const FIRST_ATTEMPT = 4
const MIN_PAUSE_MS = 10_000

/** What a store says of a request that it sends again. */
interface Retried {
  readonly operation?: string
  readonly table?: string
  readonly attempt?: number
  readonly error?: string
  readonly reason?: string
}

/** What comes of an endpoint that is none, too. */
const MAYBE_ELSEWHERE: readonly (string | undefined)[] = ['response', 'connection', 'not-sent', 'timeout']

/** Tells a person who waits what for, now and then; what fails in the end is told by its error. */
export const retryNotes = (output: Output): Logger => {
  let toldAt = Number.NEGATIVE_INFINITY
  const nothing = () => undefined
  return {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (facts: Retried) => {
      const { operation, table, attempt = 0, error, reason } = facts
      const now = performance.now()
      if (attempt < FIRST_ATTEMPT || now - toldAt < MIN_PAUSE_MS) return
      toldAt = now
      const what = `${operation} to table ${table} failed ${attempt} times, the last time by ${error} (${reason})`
      output.note(`Trying again: ${what}.${MAYBE_ELSEWHERE.includes(reason) ? ' Is the endpoint right?' : ''}`)
    },
  }
}
