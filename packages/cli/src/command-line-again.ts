import type { Command } from 'commander'
import { quoted } from './quoted.js'

/** The options that a command knows: its own, and those of the commands above it. */
const optionsOf = (command: Command): readonly Command['options'][number][] => [
  ...command.options,
  ...(command.parent === null ? [] : optionsOf(command.parent)),
]

/**
 * A command line once more, to be pasted into a shell. Pure.
 *
 * @param args - without the name of the command.
 * @param changes - options to add, in the place of those of the same name: `{ '--from': '…', '--resume': true }`.
 */
export const commandLineAgain = (
  args: readonly string[],
  command: Command,
  changes: Readonly<Record<string, string | true>>,
): string => {
  const options = optionsOf(command)
  const words: string[] = []
  let at = 0
  for (let word = args[at]; word !== undefined && word !== '--'; word = args[at]) {
    const [name = ''] = word.split('=', 1)
    const hasValue = options.some(({ long, required }) => long === word && required)
    const next = at + (hasValue ? 2 : 1)
    if (!(name in changes)) words.push(...args.slice(at, next))
    at = next
  }
  const added = Object.entries(changes).flatMap(([name, value]) => (value === true ? [name] : [name, value]))
  // Behind -- nothing is an option.
  return [...words, ...added, ...args.slice(at)].map(quoted).join(' ')
}
