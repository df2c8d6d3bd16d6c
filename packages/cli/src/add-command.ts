import type { AddHelpTextContext, Command } from 'commander'
import type { Action, Needs } from './run-action.js'

/** Makes the handler of a command from what it does. */
export type Handle = <Arguments extends readonly unknown[]>(
  action: Action<Arguments>,
  needs?: Needs,
) => (...args: [...Arguments, Command]) => Promise<void>

/** Adds a command, or several, to a program. */
export type AddCommand = (parent: Command, handle: Handle) => void

const UNKNOWN_WIDTH = 80

/** A paragraph of a help text, or several with an empty line between them: as wide as the terminal, whatever lines it is written in. */
export const remark =
  (text: string) =>
  ({ command, error }: AddHelpTextContext): string => {
    const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput()
    const width = (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? UNKNOWN_WIDTH
    const paragraphs = text.split('\n\n').map((paragraph) => paragraph.replaceAll('\n', ' '))
    return `\n${command.createHelp().boxWrap(paragraphs.join('\n\n'), width)}`
  }

/** The examples at the end of a help text. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ dynact ${line}`).join('\n')}`
