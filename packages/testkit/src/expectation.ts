import { AssertionError } from 'node:assert'
import type { CommandResult } from './actor-under-test.js'
import { assertSame } from './same-value.js'

/** A class of errors. */
// biome-ignore lint/suspicious/noExplicitAny: constructors of errors take what they like.
export type ErrorClass = abstract new (...args: any[]) => Error

/** What a command is expected to lead to: events (a list), an error (itself, or its class), or else a state. */
export type Expected<State, Event> = readonly Event[] | Error | ErrorClass | State

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && (value === Error || value.prototype instanceof Error)

const describe = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'no error')

const assertError = (actual: unknown, expected: Error | ErrorClass): void => {
  const isExpected = isErrorClass(expected)
    ? actual instanceof expected
    : actual instanceof Error && actual.name === expected.name && actual.message === expected.message
  if (isExpected) return
  const wanted = isErrorClass(expected) ? expected.name : describe(expected)
  throw new AssertionError({
    message: `The command was expected to fail with ${wanted}, but there was ${describe(actual)}.`,
    actual,
    expected,
  })
}

/** A command that is run when it is told what to expect. */
export class Expectation<State, Event> {
  readonly #attempt: () => Promise<CommandResult<State, Event>>

  constructor(attempt: () => Promise<CommandResult<State, Event>>) {
    this.#attempt = attempt
  }

  /**
   * Runs the command and compares.
   *
   * @param expected - a list: the events; an error or its class: what the command fails with, by `onCommand`, `onEvent` or the
   * persist; anything else: the state afterwards. For a state that is a list, compare `state` of the result.
   * @returns the result, for more.
   * @throws AssertionError something else came of it, or a restart would lead to something else.
   * @throws whatever the command failed with, if no error was expected.
   */
  // biome-ignore lint/suspicious/noThenProperty: given, when, then; awaited without an expectation it gives the result.
  async then(expected: Expected<State, Event>, onRejected?: unknown): Promise<CommandResult<State, Event>> {
    if (typeof expected === 'function' && typeof onRejected === 'function') {
      type Callback = (value: unknown) => CommandResult<State, Event>
      return this.#attempt().then(expected as Callback, onRejected as Callback) // It is being awaited.
    }
    const result = await this.#attempt()
    if (expected instanceof Error || isErrorClass(expected)) assertError(result.error, expected)
    else if (result.error !== undefined) throw result.error
    else if (Array.isArray(expected)) assertSame(result.events, expected, 'The command led to other events:')
    else assertSame(result.state, expected, 'The command led to another state:')
    return result
  }
}
