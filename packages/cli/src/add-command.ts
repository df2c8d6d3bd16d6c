import type { Command } from 'commander'
import type { Action } from './run-action.js'

/** Makes the handler of a command from what it does. */
export type Handle = <Arguments extends readonly unknown[]>(
  action: Action<Arguments>,
) => (...args: [...Arguments, Command]) => Promise<void>

/** Adds a command, or several, to a program. */
export type AddCommand = (parent: Command, handle: Handle) => void

/** The examples at the end of a help text. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ dynact ${line}`).join('\n')}`
